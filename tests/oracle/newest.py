# SPDX-License-Identifier: LGPL-2.1-or-later
"""A second verdict on our output: that of the newest libvirt and QEMU, in the root file
system "newest" of tests/boot/fetch. If that is not available, there is no second verdict,
which is printed; the test oracle/newest is then skipped, and tests/allowed-skips says when
it may be.
"""
import os, subprocess, tempfile

import driver, stacks

BOOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../boot")


MEASURED = BOOT + "/newest-versions"


def judge_versions(got_path, measured_path, full):
    """Prints what `fetch` got. If it is not what was measured, that is a warning, which
    tests/summary shows at the end of a run, and with @full a failure. Returns the status.
    """
    with open(got_path) as got_file, open(measured_path) as measured_file:
        got, measured = got_file.read(), measured_file.read()
    print(got, end="")
    if got == measured:
        return 0
    print(f"WARNING: these are not the versions that were measured, {measured_path}:")
    print(measured + "Run the tests with --full against the new ones, measure what a rule",
          "says of its versions again, then copy", got_path, "there.")
    return 1 if full else 0


def root_of(run):
    """The root file system, or None if it is not available. @run is virt-layout-run."""
    return stacks.root_of(run, "newest")


class Newest:
    """Collects domains, and tries all of them at the end, in one process."""

    def __init__(self, run):
        self.run, self.rows = os.path.abspath(run), []

    def add(self, name, path, base=None):
        """A domain that must be accepted if the one from which it was made is. Both files
        are read now.
        """
        self.rows.append((name, read(path), read(base) if base else None))

    def ask(self, root, files):
        """{file: "accepted" or the reason}. The process may die on a file: see driver.py."""
        said = {}
        for _ in range(5):
            left = [file for file in files if file not in said]
            if not left:
                break
            done = subprocess.run([os.path.join(BOOT, "inside"), root, self.run, "check",
                                   os.path.dirname(files[0]) + "/root", *left], check=False,
                                  capture_output=True, timeout=400)
            said |= driver.verdicts(done.stdout.decode(errors="replace"))
            if done.returncode not in (0, 1):
                print(f"newest: status {done.returncode}: {done.stderr.decode()[-300:]}")
        return said

    def refusals(self):
        """One line for each that is refused or has no verdict."""
        root = root_of(self.run)
        if not root:
            print(f"newest: not to be had; {len(self.rows)} domains without its verdict")
            return []
        with tempfile.TemporaryDirectory() as folder:
            files, bases = {}, {}
            for number, (name, text, base) in enumerate(self.rows):
                files[number] = write(f"{folder}/{number}.xml", text)
                if base is not None:
                    bases[number] = write(f"{folder}/{number}-base.xml", base)
            said = self.ask(root, [*files.values(), *bases.values()])
        apart = {n for n, path in bases.items() if said.get(path) != "accepted"}
        wrong = [f"{self.rows[n][0]}: newest libvirt: {said.get(path, 'no verdict')}"
                 for n, path in files.items() if n not in apart and said.get(path) != "accepted"]
        print(f"newest: {len(files)} domains judged, {len(wrong)} refused, {len(apart)} "
              "apart because the domain they were made from is refused as well")
        return wrong


def read(path):
    with open(path, "rb") as file:
        return file.read()


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)
    return path
