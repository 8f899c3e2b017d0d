# SPDX-License-Identifier: LGPL-2.1-or-later
"""Partition tables as bytes, right and wrong: what no tool would make, but may be found.

random_table(dice, sector, n) gives a dictionary of offset and bytes for a disk of @n
sectors.
"""
import struct, uuid, zlib

GUIDS = ["0fc63daf-8483-4772-8e79-3d69d8477de4", "c12a7328-f81f-11d2-ba4b-00a0c93ec93b",
         "0657fd6d-a4ab-43c4-84e5-0933c84b4f4f", "4f68bce3-e8cd-4db1-96e7-fbcaf984b709",
         "21686148-6449-6e6f-744e-656564454649", "a19d880f-05fc-4d3b-a006-743f0f84911e"]
CODES = [0x83, 0x82, 7, 0xc, 0xb, 0xef, 0x8e, 0xfd, 1, 0x27, 0xa5, 0x42, 0x17, 0xff, 0xda]
NAMES = ["", "root", "EFI System", "a b", 'q"uote', "back\\slash", "$HOME`x`", "\u00fcn\u00ef",
         "\u4e2d\u6587", "\U0001f4be disk", "tab\there", "line\nbreak", "\x01\x1f\x7f",
         "x" * 36, "\U0001f4be" * 18, "'single'", "/slash", "a,b=c;d#e", " blank ", "\x9f\xa0",
         "\ufffe\uffff", "e\u0301", "\u202ertl"]


def mixed_uuid(dice):
    return uuid.UUID(int=dice.getrandbits(128)).bytes_le


def name_units(dice):
    """The 72 bytes of a name; sometimes not UTF-16, or with something after its end."""
    if dice.random() < 0.1:
        units = [dice.choice([0xd800, 0xdbff, 0xdc00, 0xdfff, 0x41, 0x20ac, 0x22])
                 for _ in range(dice.randrange(1, 37))]
        data = struct.pack(f"<{len(units)}H", *units)
    else:
        data = dice.choice(NAMES).encode("utf-16-le")[:72]
    data = data.ljust(72, b"\0")
    if dice.random() < 0.05:
        data = data[:68] + b"z\0z\0"
    return data


def attributes(dice):
    kind = dice.random()
    if kind < 0.5:
        return 0
    if kind < 0.7:
        return dice.choice([1, 2, 4, 3, 7])
    if kind < 0.85:
        return sum(1 << bit for bit in range(48, 64) if dice.random() < 0.3) | dice.choice([0, 4])
    return dice.choice([dice.getrandbits(64), 1 << 63, (1 << 64) - 1, 1 << 3, 1 << 20, 8 | 1 << 60])


def place(dice, first, last, n, orderly):
    """Start and end of a partition: inside, and with @orderly False anywhere."""
    first, last = min(first, last), max(first, last)
    start = dice.randrange(first, last + 1)
    end = min(last, start + dice.randrange(0, max(1, (last - first) // 4) + 1))
    if orderly or dice.random() < 0.7:
        return start, end
    return dice.choice([
        (start, n + dice.randrange(0, 5000)), (n + 5, n + 5000), (n - 1, n - 1), (n, n),
        (start, start - 1), (start + 1, max(0, start - 5)), (0, end), (1, 2), (0, 0), (start, 0),
        (2 ** 63, 2 ** 63 + 100), (start, 2 ** 64 - 1), (0, 2 ** 64 - 1), (2 ** 32, 2 ** 32 + 9)])


def gpt_entries(dice, first, last, n, count, size):
    """The array; starts in order, overlapping, or all over the place."""
    array = bytearray(count * size)
    slots = sorted(dice.sample(range(count), min(count, dice.choice([0, 1, 2, 3, 5, 9]))))
    orderly = dice.random() < 0.5
    for slot in slots:
        start, end = place(dice, first, last, n, orderly)
        kind = uuid.UUID(dice.choice(GUIDS)).bytes_le
        kind = dice.choice([kind] * 6 + [mixed_uuid(dice)] + ([] if orderly else [bytes(16)]))
        own = mixed_uuid(dice) if dice.random() < 0.95 else bytes(16)
        array[slot * size:slot * size + 128] = (
            kind + own + struct.pack("<QQQ", start % 2 ** 64, end % 2 ** 64, attributes(dice))
            + name_units(dice))
    return bytes(array)


def gpt_header(my, other, first, last, guid, entries_lba, count, size, array, **faults):
    n_bytes = faults.get("bytes", 92)
    places = [place % 2 ** 64 for place in (my, other, first, last)]
    head = struct.pack("<8sIIIIQQQQ16sQIII", faults.get("signature", b"EFI PART"),
                       faults.get("revision", 0x10000), n_bytes, 0, 0, *places, guid,
                       entries_lba % 2 ** 64, count, size,
                       zlib.crc32(array) ^ faults.get("array_crc", 0))
    head = head.ljust(n_bytes, b"\0")
    crc = zlib.crc32(head) ^ faults.get("crc", 0)
    return head[:16] + struct.pack("<I", crc) + head[20:]


def mbr_entry(flag, code, start, count, chs=b"\0\2\0\xff\xff\xff"):
    return struct.pack("<B3sB3sII", flag, chs[:3], code, chs[3:], start % 2 ** 32,
                       count % 2 ** 32)


def fault_of(dice, wrong):
    if not wrong:
        return {}
    return dice.choice([{"crc": 1}, {"array_crc": 1}, {"signature": b"EFI PARX"},
                        {"bytes": 100}, {"bytes": 91}, {"bytes": 512}, {"revision": 0x20000},
                        {"signature": bytes(8)}])


def protective(dice, sector, n, out):
    """The MBR of a GPT: protective, hybrid, or not as it should be."""
    entries = [mbr_entry(0, 0xee, 1, min(n - 1, 2 ** 32 - 1))] + [bytes(16)] * 3
    kind = dice.random()
    if kind < 0.15:
        entries[1] = mbr_entry(dice.choice([0, 0x80]), dice.choice(CODES), 2048, 2048)
        if dice.random() < 0.5:
            entries[0], entries[1] = entries[1], entries[0]
    elif kind < 0.2:
        entries[0] = mbr_entry(dice.choice([0, 0x80]), 0xee, dice.choice([0, 1, 2]),
                               dice.choice([5, 2 ** 32 - 1, n]))
    elif kind < 0.23:
        entries[0] = bytes(16)
    elif kind < 0.25:
        entries[0] = mbr_entry(0, 0x83, 2048, 2048)
    elif kind < 0.28:
        entries[0] = mbr_entry(0x80, 0, 0, 0)
        entries[1] = mbr_entry(0, 0xee, 1, n - 1)
    magic = b"\x55\xaa" if dice.random() < 0.97 else b"\0\0"
    out[440] = struct.pack("<I", dice.choice([0, dice.getrandbits(32)]))
    out[446] = b"".join(entries) + magic


def random_gpt(dice, sector, n):
    out = {}
    size = dice.choice([128] * 9 + [256, 512])
    count = dice.choice([128] * 6 + [4, 5, 8, 16, 56, 127, 129, 200, 256])
    blocks = -(-count * size // sector)
    real = n
    if dice.random() < 0.2:  # made for another disk
        n = max(2 * blocks + 10, n + dice.choice([-4000, -100, -1, 1, 100, 4000, 10 ** 7]))
    first, last = 2 + blocks, n - blocks - 2
    entries_lba = 2
    if dice.random() < 0.2:
        first = min(last, first + dice.choice([1, 30, 2014]))
        entries_lba = dice.choice([2, first - blocks])
    if dice.random() < 0.1:
        last -= dice.choice([1, 7, 100])
    guid, array = mixed_uuid(dice), gpt_entries(dice, first, last, n, count, size)
    other = array
    if dice.random() < 0.1:
        other = gpt_entries(dice, first, last, n, count, size)
    odd = {}
    if dice.random() < 0.1:
        odd = dice.choice([{"last": first - 1}, {"last": real + 5}, {"first": 1}, {"first": 3},
                           {"last": real - 1}, {"entries_lba": 3}, {"entries_lba": real + 9},
                           {"my": 2}, {"other": real - 2}, {"count": 0}, {"size": 127},
                           {"size": 64}, {"count": 2 ** 31}, {"first": 0}])
    fields = {"my": 1, "other": n - 1, "first": first, "last": last, "guid": guid,
              "entries_lba": entries_lba, "count": count, "size": size, **odd}
    wrong = dice.random()
    out[sector] = gpt_header(array=array, **fields, **fault_of(dice, wrong < 0.15))
    out[max(1, entries_lba) * sector] = array
    if n - 1 < real and dice.random() < 0.95:
        fields = {**fields, "my": n - 1, "other": 1, "entries_lba": n - 1 - blocks}
        out[(n - 1 - blocks) * sector] = other
        out[(n - 1) * sector] = gpt_header(array=other, **fields,
                                           **fault_of(dice, 0.1 < wrong < 0.25))
    protective(dice, sector, real, out)
    return out


def any_code(dice):
    return dice.choice(CODES) if dice.random() < 0.8 else dice.randrange(256)


def any_flag(dice, orderly):
    return dice.choice([0, 0, 0, 0x80]) if orderly else dice.choice([0, 0, 0, 0x80, 1, 0x7f, 0xff])


def chain(dice, sector, n, base, length, out, orderly):
    """EBRs in an extended partition: gaps, empty ones, loops, ones outside."""
    at, links = base, dice.choice([0, 1, 1, 2, 3, 5, 12, 70 if dice.random() < 0.2 else 3])
    for i in range(links):
        room = max(2, length // max(1, links))
        start = dice.choice([1, 1, 63, 2048 if room > 2100 else 1])
        size = max(1, min(room - start - 1, dice.randrange(1, room + 1)))
        nearby = at + room + (0 if orderly else dice.choice([0, 0, 0, 1, -1]))
        target = nearby - base
        link_code = 5
        code = any_code(dice)
        if not orderly and dice.random() < 0.2:
            size = dice.choice([0, 0, n, 2 ** 32 - 1])
        if not orderly and dice.random() < 0.15:
            target = dice.choice([0, base, n + 5, length + 9, at - base, 2 ** 32 - 1])
        if not orderly and dice.random() < 0.1:
            code = dice.choice([0, 5, 0xf, 0x85])
        if not orderly and dice.random() < 0.1:
            link_code = dice.choice([0, 0xf, 0x85, 0x83])
        entries = [mbr_entry(any_flag(dice, True), code, start, size),
                   mbr_entry(0, link_code, target, room) if i + 1 < links else bytes(16),
                   bytes(16), bytes(16)]
        if not orderly and dice.random() < 0.1:
            dice.shuffle(entries)
        if not orderly and dice.random() < 0.1:
            entries[0] = bytes(16)
        if not orderly and dice.random() < 0.05:
            entries[2] = mbr_entry(0, any_code(dice), 3, 4)
        magic = b"\x55\xaa" if orderly or dice.random() < 0.95 else b"\0\0"
        if 0 < at < n:
            out[at * sector + 446] = b"".join(entries) + magic
        at = nearby


def random_mbr(dice, sector, n):
    out, orderly = {}, dice.random() < 0.5
    entries = [bytes(16)] * 4
    extended = dice.choice([None, None, 0, 1, 2, 3])
    edges = sorted(dice.sample(range(1, n), 8))
    for slot in range(4):
        start, end = edges[2 * slot], edges[2 * slot + 1]
        if slot == extended:
            code, count = dice.choice([5, 5, 0xf, 0x85]), end - start
            if not orderly and dice.random() < 0.2:
                start, count = dice.choice([(start, n), (0, count), (n + 3, 100), (start, 0),
                                            (start, 1), (start, 2 ** 32 - 1)])
            chain(dice, sector, n, start, min(count, n), out, orderly)
            entries[slot] = mbr_entry(0, code, start, count)
        elif dice.random() < 0.6:
            if not orderly:
                start, end = place(dice, 1, n - 1, n, False)
            entries[slot] = mbr_entry(any_flag(dice, orderly), any_code(dice), start,
                                      end - start + 1)
        if slot != extended and not orderly and dice.random() < 0.1:
            entries[slot] = dice.choice([
                mbr_entry(0x80, 0, 0, 0, bytes(6)), mbr_entry(0, 0x83, 0, 0, bytes(6)),
                mbr_entry(0, 0, 100, 100, bytes(6)), mbr_entry(0, 0, 0, 0, b"\0\1\0\0\0\0"),
                mbr_entry(0, 5, 200, 300), mbr_entry(0, 0, 77, 0, bytes(6))])
    if dice.random() < 0.5:
        swap = [0, 1, 2, 3]
        dice.shuffle(swap)
        entries = [entries[i] for i in swap]
    out[440] = struct.pack("<I", dice.choice([0, dice.getrandbits(32)]))
    out[446] = b"".join(entries) + (b"\x55\xaa" if dice.random() < 0.98 else b"\0\0")
    return out


def random_table(dice, sector, n):
    return dice.choice([random_gpt, random_mbr])(dice, sector, n)


def write(file, table, size):
    """What lies outside the disk is left out."""
    for at, data in sorted(table.items()):
        if 0 < at < size:
            file.seek(at)
            file.write(data[:size - at])
