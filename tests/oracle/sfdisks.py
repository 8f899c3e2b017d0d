# SPDX-License-Identifier: LGPL-2.1-or-later
"""The versions of sfdisk that the tests compare with. With --no-tell-kernel, which changes
nothing for an image, a call that writes takes 5 ms; otherwise sfdisk waits for udev for 250 ms.
"""
import glob, os, subprocess


def sfdisks(program):
    """The commands of this system's sfdisk, and of Debian 13's."""
    yield ["sfdisk", "--no-tell-kernel"]
    guests = os.path.join(os.path.dirname(program), "guests")
    fetch = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../boot/fetch")
    if subprocess.run([fetch, guests, "sfdisk"], check=False).returncode == 0:
        root = os.path.join(guests, "sfdisk")
        libraries = glob.glob(f"{root}/usr/lib/*-linux-gnu")[0]
        yield [glob.glob(f"{libraries}/ld-linux*")[0], "--library-path", libraries,
               f"{root}/usr/sbin/sfdisk", "--no-tell-kernel"]
