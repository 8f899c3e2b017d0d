# SPDX-License-Identifier: LGPL-2.1-or-later
"""libvirt's embedded driver, asked through virt-layout-run. Its process may die of what it
is given: libvirt 9.0 writes behind its array of distances when it refuses one, and aborts
then or over a later domain. Such an end says nothing about us."""
import re, subprocess


def version(program):
    """MAJOR.MINOR of an installed program, by its own word."""
    out = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    return re.search(r"\d+\.\d+", out.stdout).group()


# What the tests run against: the libvirt and QEMU of this system. Without it a command
# chooses the target by the domain.
TARGET = ("--target", f"libvirt={version('virsh')},qemu={version('qemu-system-x86_64')}")


def for_target(words):
    """A command line of ours, with the target where the command has one and names none."""
    words = list(words)
    if len(words) > 1 and words[1] in ("plan", "check") and "--target" not in words:
        words[2:2] = TARGET
    return words


def ask(words, **options):
    """subprocess.run(), and five times more where the process died, which is said."""
    for more in (True, True, True, True, True, False):
        out = subprocess.run(words, **options)
        if out.returncode in (0, 1) or not more:
            return out
        print(f"the driver's process died ({out.returncode}); it is asked once more")


def verdicts(stdout):
    """{file: words} of `virt-layout-run check`, of whole lines only."""
    lines = stdout.rpartition("\n")[0].splitlines()
    return dict(line.split(": ", 1) for line in lines if ": " in line)
