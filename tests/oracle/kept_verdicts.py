# SPDX-License-Identifier: LGPL-2.1-or-later
"""Verdicts of a stack that are kept in the build folder as they come, so that a run that was
stopped goes on where it was, and what `check` says can be compared again without asking
anybody. A verdict belongs to the versions of the stack and to the bytes that it was asked
about; our own programs may change in between. Remove the file to ask again.
"""
import hashlib, json, os, subprocess

PACKAGES = ["libvirt0", "qemu-system-x86", "qemu-system-arm", "seabios", "ovmf", "qemu-efi-aarch64"]


def versions(stack):
    """What `tests/boot/fetch` wrote of a stack (stacks.Stack), or this system's packages, and
    the QEMU for ARM that it would start."""
    if stack.root:
        return open(stack.root + "/versions").read()
    own = subprocess.run(["dpkg-query", "-W", *PACKAGES], capture_output=True, text=True, check=False)
    arm = subprocess.run(["qemu-system-aarch64", "--version"], capture_output=True, text=True, check=False,
                         env=stack.environment)
    return own.stdout + arm.stdout


class Kept:
    """Answers by question; each is written when it is known."""

    def __init__(self, path, stack):
        self.path, self.stack, self.answers = path, stack, {}
        if os.path.exists(path):
            # The last line may be incomplete.
            for line in open(path).read().rpartition("\n")[0].splitlines():
                key, answer = json.loads(line)
                self.answers[key] = answer

    def key(self, question, text):
        return hashlib.sha256(f"{self.stack}\0{question}\0{text}".encode()).hexdigest()

    def get(self, question, text):
        return self.answers.get(self.key(question, text))

    def put(self, question, text, answer):
        key = self.key(question, text)
        self.answers[key] = answer
        with open(self.path, "a") as out:
            out.write(json.dumps([key, answer]) + "\n")
