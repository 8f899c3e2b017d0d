# SPDX-License-Identifier: LGPL-2.1-or-later
"""libvirt's embedded driver, used through virt-layout-run. Its process may die: libvirt
9.0 writes past its array of distances when it refuses one, and aborts then or for a later
domain. That is not a fault of ours.
"""
import re, subprocess


def version(program):
    """MAJOR.MINOR of an installed program, from its own output."""
    out = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    return re.search(r"\d+\.\d+", out.stdout).group()


# The target of the tests: the libvirt and QEMU of this system. Without it a command
# derives the target from the domain.
TARGET = ("--target", f"libvirt={version('virsh')},qemu={version('qemu-system-x86_64')}")


def for_target(words):
    """A command line of ours, with the target added if the command has one and it is not
    given.
    """
    words = list(words)
    if len(words) > 1 and words[1] in ("plan", "check") and "--target" not in words:
        words[2:2] = TARGET
    return words


def ask(words, **options):
    """subprocess.run(), repeated up to five times with a message if the process died."""
    for more in (True, True, True, True, True, False):
        out = subprocess.run(words, **options)
        if out.returncode in (0, 1) or not more:
            return out
        print(f"the driver's process died ({out.returncode}); it is asked once more")


def verdicts(stdout):
    """{file: message} from `virt-layout-run check`, only from complete lines."""
    lines = stdout.rpartition("\n")[0].splitlines()
    return dict(line.split(": ", 1) for line in lines if ": " in line)
