#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# kernel.make FOLDER: writes the seed "elf": a tiny x86-64 kernel with a segment of code and
# one of notes, the second of which has its entry. It is not a file of the tree because
# distributions reject binaries without their source.
import struct, sys

EXECUTABLE, X86_64, LOAD, NOTE = 2, 62, 1, 4
ENTRY_NOTE = 18  # XEN_ELFNOTE_PHYS32_ENTRY
START = 16 << 20
SEGMENTS_AT, SEGMENT_BYTES, CONTENT_AT = 64, 56, 64 + 2 * 56


def note(owner, content):
    name = owner + b"\0"
    return (struct.pack("<3I", len(name), len(content), ENTRY_NOTE) +
            name.ljust((len(name) + 3) // 4 * 4, b"\0") + content)


def segment(kind, flags, address, n, n_in_memory, alignment):
    return struct.pack("<2I6Q", kind, flags, CONTENT_AT, address, address, n, n_in_memory, alignment)


notes = note(b"Linux", b"x\0\0\0") + note(b"Xen", struct.pack("<Q", START))
content = notes + b"code of the kernel.."
with open(sys.argv[1] + "/elf", "wb") as elf:
    elf.write(b"\x7fELF\2\1\1".ljust(16, b"\0"))
    elf.write(struct.pack("<2HI3QI6H", EXECUTABLE, X86_64, 1, START, SEGMENTS_AT, 0, 0, SEGMENTS_AT,
                          SEGMENT_BYTES, 2, 64, 0, 0))
    elf.write(segment(LOAD, 5, START, len(content), 8192, 4096))
    elf.write(segment(NOTE, 4, 0, len(notes), len(notes), 4))
    elf.write(content)
