# SPDX-License-Identifier: LGPL-2.1-or-later
# examples_console.py - a guest's console through virsh, as a person would use it.
import os, pty, re, select, signal, subprocess, time


class Console:
    def __init__(self, command, env, folder, password, limit):
        """Runs COMMAND, which is virsh console, and logs in as root."""
        self.text, self.end, self.number = "", time.monotonic() + limit, 0
        self.command, self.env, self.folder = command, env, folder
        self.open()
        try:
            self.wait(r"login: $", poke=True)
        except TimeoutError:
            self.start_again()
            self.wait(r"login: $", poke=True)
        self.write("root\n")
        self.wait("Password: ")
        self.write(password + "\n")
        self.wait(r":~# (\x1b\[\S*)?$")
        # From here on the guest prints what commands print, and nothing else.
        self.write("stty -echo cols 250; dmesg -n 1; PS1=; PS2=; bind 'set enable-bracketed-paste off'; echo rea''dy\n")
        self.wait("ready\r\n")

    def open(self):
        self.text = ""
        self.pid, self.file = pty.fork()
        if self.pid == 0:
            os.chdir(self.folder)
            os.execvpe("bash", ["bash", "-c", self.command], self.env)

    def start_again(self):
        """What the page says about a QEMU that crashed, as QEMU 7.2 sometimes does under
        TCG. Any other end of the console remains the fault that it is."""
        name = self.command.split()[-1]
        virsh = ["virsh", "-q", "-c", "qemu:///system"]
        state = subprocess.run([*virsh, "domstate", "--reason", name], capture_output=True, text=True, timeout=60).stdout
        if "(crashed)" not in state:
            raise
        print(f"{self.command}: QEMU crashed and is started again", flush=True)
        self.close()
        subprocess.run([*virsh, "start", name], check=True, capture_output=True, timeout=200)
        self.open()

    def write(self, text):
        os.write(self.file, text.encode())

    def wait(self, pattern, poke=False):
        """What was printed before PATTERN."""
        while True:
            found = re.search(pattern, self.text)
            if found:
                before, self.text = self.text[:found.start()], self.text[found.end():]
                return before or " "
            if time.monotonic() > self.end:
                raise TimeoutError(f"the console does not show {pattern}: ...{self.text[-2000:]}")
            if select.select([self.file], [], [], 20)[0]:
                try:
                    self.text += os.read(self.file, 65536).decode("utf-8", "replace")
                except OSError as error:
                    raise TimeoutError(f"the console was closed: {self.text[-2000:]}") from error
            elif poke:
                self.write("\n") # the prompt was printed before virsh was connected

    def run(self, script, limit):
        """(exit status, output with standard error) of a script in the guest."""
        self.number += 1
        self.end = time.monotonic() + limit
        mark = f"END-OF-{self.number}"
        # Typed line by line: a terminal takes no line of more than 4095 characters.
        self.write(f"bash -euo pipefail 2>&1 <<'{mark}'\n{script}\n{mark}\necho '{mark[:3]}''{mark[3:]}' $?\n")
        output = self.wait(f"{mark} ").replace("\r\n", "\n")
        return int(self.wait("\r\n")), output

    def close(self):
        try:
            os.kill(self.pid, signal.SIGTERM)
            os.waitpid(self.pid, 0)
        except (ProcessLookupError, ChildProcessError):
            pass
        os.close(self.file)
