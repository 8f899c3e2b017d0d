# SPDX-License-Identifier: LGPL-2.1-or-later
"""Random scripts for sfdisk: the documented forms of sfdisk(8), with malformed variations."""
ID = "11111111-0000-4000-8000-0000000000%02x"
TYPES = {
    "gpt": ["L", "S", "H", "U", "R", "V", "linux", "swap", "home", "uefi", "raid", "lvm",
            "0FC63DAF-8483-4772-8E79-3D69D8477DE4", "c12a7328-f81f-11d2-ba4b-00a0c93ec93b",
            '"Linux root (x86-64)"', '"linux usr-x86"', '"EFI System"', '"BIOS boot"',
            '"Microsoft basic data"', '"linux reserved"', '"FreeBSD ZFS"'],
    "dos": ["83", "82", "7", "07", "c", "0c", "0x83", "0XEF", "ef", "L", "S", "U", "V", "R",
            "linux", "swap", "uefi", "raid", "lvm", "da", '"Linux LVM"', '"W95 FAT32 (LBA)"',
            '"HPFS/NTFS/exFAT"', '"NetBSD"', "fat16", "FAT12", "083", "0083", "27", "a5"],
}
BAD_TYPES = {"gpt": ["83", "l", "E", "X", "Ex", "foo", "1"],
             "dos": ["l", "0", "183", "xx", "H", "foo", "-7d", "+83", "8 3", "0x", "ee"]}
EXTENDED = ["E", "Ex", "5", "05", "f", "0f", "85", "X", "extended", "linuxex", '"Extended"']
BAD_SIZES = """0 -1M +5M 1e3 10B 10s 1.5M 0.5M 1.25M 1,5M 5G x 99999999999999999999 1Z 1P 1.M .5M
    0x 09 1MiBB 1.0M 01.5M 2.5MB 1.5 -0 ++1M +-1M 1M- 1KIB 1Mb 18446744073709551615""".split()
BAD_STARTS = """0 1 33 34 63 +2048 -2048 1.5M x 131072 131071 130000 99999999999999 5G 64K + 2047
    2049 1KB""".split()
BAD_HEADERS = ["foo: bar", "x-y: z", "unit: cylinders", "label-id: 12x", "label-id: zz",
               "Label: gpt", "first-lba: x", "last-lba: 5", "table-length: 0", "table-length: x",
               "first-lba: 200000", "label : dos", "label:gpt", "label:", "label: x",
               "sector-size: 100", "first-lba: 33", "last-lba: 999999999", "comment: hello world",
               "last-lba: 0", "table-length: 0x10", "first-lba: 0x40", "lable: gpt", "grain: 0",
               "grain: 1", "grain: x", "first-lba: 2M", "table-length: 1K"]
BAD_NAMES = ['"unterminated', 'a"b', '"a"b', "", '"a\\"b"', '"x\\x41y"', '"\\\\"', '"%s"' % ("n" * 40),
             '"\\xc3\\xa9"', "'q'", '"a" "b"']


def number(dice, n):
    return dice.choice(["%d", "%d", "%d", "0x%x", "0X%X", "0%o"]) % n


def size(dice, bad):
    if dice.random() < bad:
        return dice.choice(BAD_SIZES)
    what = dice.random()
    if what < 0.35:
        return number(dice, dice.randrange(1, 9000))
    if what < 0.85:
        return number(dice, dice.randrange(1, dice.choice([9, 9, 20]))) + \
            dice.choice(["K", "M", "KiB", "MiB", "M"])
    if what < 0.95:
        return f"{dice.randrange(1, 3000)}{dice.choice(['K', 'KiB', 'KB', 'k', 'kB'])}"
    return dice.choice(["+", "-", "", f"+{dice.randrange(1, 4)}M"])


def start(dice, bad):
    if dice.random() < bad:
        return dice.choice(BAD_STARTS)
    if dice.random() < 0.6:
        return number(dice, dice.choice([2048, 4096, 8192, 40960, dice.randrange(1000, 100000)]))
    return dice.choice([f"{dice.randrange(1, 50)}M", f"{dice.randrange(100, 20000)}K"])


def type_of(dice, label, bad):
    return dice.choice((BAD_TYPES if dice.random() < bad else TYPES)[label])


def attributes(dice, bad):
    known = ["RequiredPartition", "NoBlockIOProtocol", "LegacyBIOSBootable", "GUID:48", "GUID:60",
             "GUID:63", "48", "63"]
    if dice.random() < bad:
        known += ["GUID:60,63", "GUID:47", "2", "0x4", "foo", "requiredpartition"]
    value = dice.choice([",", " ", ", "]).join(dice.sample(known, dice.randrange(1, 4)))
    return f'"{value}"' if "," in value or " " in value else value


def name(dice, bad):
    if dice.random() < bad:
        return dice.choice(BAD_NAMES)
    return dice.choice(["boot", '"my name"', '"a,b;c"', '"Grüße"', '"x=y"', '"a:b"', "a:b"])


def more_fields(dice, label, bad, index, ids):
    fields = []
    if label == "gpt" and (ids or dice.random() < 0.3):
        fields.append(("uuid", ID % (index + 1) if dice.random() > bad * 0.3 else "1111"))
    if label == "gpt" and dice.random() < 0.4:
        fields.append(("name", name(dice, bad)))
    if label == "gpt" and dice.random() < 0.25:
        fields.append(("attrs", attributes(dice, bad)))
    if dice.random() < 0.12:
        fields.append(("bootable", None))
    if dice.random() < bad * 0.15:
        fields.append((dice.choice(["foo", "star", "boot", "sizes"]), dice.choice(["1", None])))
    return fields


def device(dice, index, bad):
    if dice.random() < bad * 0.2:
        return dice.choice(["x : ", ": ", " : ", "x0 : ", "x200 : ", "x5 : ", "x-1 : ", "x1 :: "])
    if dice.random() < 0.8:
        return ""
    return dice.choice(["x", "/dev/sda", "/dev/nvme0n1p", "disk.img"]) + \
        str(dice.choice([index + 1] * 3 + [dice.randrange(1, 8)])) + \
        dice.choice([" : ", ": ", " :", ":"])


def named(dice, label, bad, index, extended, ids):
    fields = [("start", start(dice, bad))] if dice.random() < 0.25 else []
    if extended or dice.random() < 0.92:
        fields.append(("size", f"{dice.randrange(15, 30)}M" if extended else size(dice, bad)))
    if extended:
        fields.append((dice.choice(["type", "Id"]), dice.choice(EXTENDED)))
    elif dice.random() < 0.5:
        fields.append((dice.choice(["type", "Type", "Id", "id"]), type_of(dice, label, bad)))
    fields += more_fields(dice, label, bad, index, ids)
    if dice.random() < 0.3:
        dice.shuffle(fields)
    equals = dice.choice(["=", "=", "= ", "=  "] + [" = "] * (dice.random() < bad))
    between = dice.choice([", ", ",", " , ", "; ", " ", ";", "\t"] + [",,"] * (dice.random() < bad))
    line = between.join(k if v is None else k + equals + v for k, v in fields)
    return device(dice, index, bad) + (line or "size=") + dice.choice([""] * 8 + [",", ";"])


def unnamed(dice, label, bad, extended):
    fields = [start(dice, bad) if dice.random() < 0.2 else dice.choice(["", "-"]),
              f"{dice.randrange(15, 30)}M" if extended else size(dice, bad)]
    n = 3 if extended else dice.choice([1, 2, 2, 3, 3, 4])
    if n > 2:
        fields.append(dice.choice(EXTENDED) if extended else type_of(dice, label, bad))
    if n > 3:
        fields.append(dice.choice(["*", "-"] + ["+", "x", "**"] * (dice.random() < bad)))
    if dice.random() < bad * 0.2:
        fields.append(dice.choice(["foo", "0,1,1"]))
    between = dice.choice([",", ",", ", ", ";", " , "])
    if all(fields[:n]) and dice.random() < 0.3:
        between = dice.choice([" ", "  ", "\t"])
    line = between.join(fields[:max(n, len(fields) if n > 3 else n)])
    return line if line.strip() else ";"


def headers(dice, label, ids, bad):
    lines = []
    if label == "gpt" or dice.random() < 0.8:
        lines.append("label: " + dice.choice([label] * 9 + [label.upper()]))
    if ids:
        lines.append("label-id: " + (ID % 0 if label == "gpt" else dice.choice(
            ["0x12345678", "0x1", "0xdeadbeef", "12345", "deadbeef", "0", "0x0"])))
    if dice.random() < 0.15:
        lines.append("grain: " + dice.choice(["512", "4096", "2M", "65536", "0x1000", "3M", "8MiB",
                                              "010000", "512K"]))
    if label == "gpt" and dice.random() < 0.2:
        lines.append(f"first-lba: {dice.choice([34, 40, 2048, 4096, 64])}")
    if label == "gpt" and dice.random() < 0.15:
        lines.append(f"last-lba: {dice.choice([131038, 100000, 120000, 131000])}")
    if label == "gpt" and dice.random() < 0.15:
        lines.append(f"table-length: {dice.choice([16, 48, 128, 200, 256])}")
    lines += [line for line in ("unit: sectors", "device: /dev/sda", "sector-size: 512")
              if dice.random() < 0.15]
    if dice.random() < bad * 0.8:
        lines.append(dice.choice(BAD_HEADERS))
    if dice.random() < 0.3:
        dice.shuffle(lines)
    return lines


def script(dice, bad):
    """A text; @bad: how often something in it is unusual or wrong."""
    label, ids = dice.choice(["gpt", "dos"]), dice.random() < 0.6
    lines = headers(dice, label, ids, bad) + [""] * dice.randrange(2)
    extended = dice.choice([0, 1, 2, 3, 9]) if label == "dos" else 9
    for index in range(dice.choice([0, 1, 1, 2, 3, 4, 5, 6, 8])):
        lines.append(named(dice, label, bad, index, index == extended, ids)
                     if dice.random() < 0.65 else unnamed(dice, label, bad, index == extended))
        if dice.random() < 0.05:
            lines.append(dice.choice(["# comment", "", "   ", " # c"]))
        if dice.random() < bad * 0.1:
            lines.append(dice.choice(["write", "quit", "print", "help", "abort", "foo", " ;",
                                      "label: gpt", ",,,,", ",", "-"]))
    text = "\n".join(lines)
    if dice.random() < bad * 0.5 and text:
        at = dice.randrange(len(text))
        text = text[:at] + dice.choice(list(' ,;:="-+*0x1M#\\') + [""]) + \
            text[at + dice.randrange(2):]
    if dice.random() < 0.05:
        text = text.replace("\n", "\r\n")
    return text + "\n" * (dice.random() < 0.95)
