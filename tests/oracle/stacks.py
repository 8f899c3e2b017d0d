# SPDX-License-Identifier: LGPL-2.1-or-later
"""Verdicts of a stack of libvirt and QEMU on domains: this machine's own, or that of a root file system of tests/boot/fetch."""
import concurrent.futures, contextlib, fcntl, importlib.machinery, importlib.util, os, queue, re, shutil, subprocess, time

import driver

BOOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../boot")
_loader = importlib.machinery.SourceFileLoader("check_verdicts", BOOT + "/../check-verdicts")
# The committed verdicts, as a module.
table_of = importlib.util.module_from_spec(importlib.util.spec_from_loader("check_verdicts", _loader))
_loader.exec_module(table_of)
SECONDS = 200 # for QEMU to start or refuse, on a busy machine
AT_A_TIME = 3 # QEMUs that start: each waits half of its time
ACCEPTED, REFUSED, STARTS, EXITS = "accepted", "refused", "starts", "exits"


def own_target():
    """The column of the table for this machine's QEMU, or None."""
    out = subprocess.run(["qemu-system-x86_64", "--version"], stdout=subprocess.PIPE, text=True,
                         check=True, timeout=60).stdout
    version = re.search(r"version (\d+\.\d+)", out)[1]
    return next((t for t in table_of.TARGETS if t.endswith("qemu=" + version)), None)


def root_of(run, name):
    """A set of tests/boot/fetch, or None if it is not available. @run is virt-layout-run."""
    guests = os.path.join(os.path.dirname(os.path.abspath(run)), "guests")
    done = subprocess.run([os.path.join(BOOT, "fetch"), guests, name], check=False, timeout=1000)
    if done.returncode not in (0, 77):
        raise RuntimeError(f"fetch {name}: status {done.returncode}")
    return os.path.join(guests, name) if done.returncode == 0 else None


def columns(run):
    """Target, root file system (None: this machine), and whether its QEMU is started, of
    each column that is tried: with VIRT_LAYOUT_FULL=1 or UPDATE=1 all of them.
    """
    update = os.environ.get("UPDATE") == "1"
    every = update or os.environ.get("VIRT_LAYOUT_FULL") == "1"
    own = own_target()
    if own:
        yield own, None, update
    for target, name in zip(table_of.TARGETS[1:], ("trixie", "newest")):
        if target != own and (every or name == "newest"):
            root = root_of(run, name)
            if root:
                yield target, root, True


def own_places(run):
    """Our environment; a set of tests/boot/fetch adds the QEMU for ARM of this machine's release
    if it is not installed."""
    places = os.environ.get("PATH", "")
    if shutil.which("qemu-system-aarch64") is None:
        root = root_of(run, "arm64")
        places += f":{root}/usr/bin" if root else ""
    return {**os.environ, "PATH": places}


def clear(folder):
    """Makes a root for virt-layout-run, or removes what a domain left in it. libvirt's cache of
    QEMU's capabilities remains, which makes the next start 0.4 s faster."""
    os.makedirs(folder, 0o700, exist_ok=True)
    for place in (folder, folder + "/inside"):
        for entry in os.scandir(place) if os.path.exists(place) else ():
            if entry.is_dir(follow_symlinks=False) and entry.name not in ("cache", "inside"):
                shutil.rmtree(entry.path)
            elif not entry.is_dir(follow_symlinks=False):
                os.unlink(entry.path)


class Stack:
    """@root: the root file system, or None for this machine's programs."""

    def __init__(self, run, root=None):
        self.root, self.guests = root, os.path.join(os.path.dirname(os.path.abspath(run)), "guests")
        self.environment = None if root else own_places(run)
        self.words = [os.path.join(BOOT, "inside"), root] if root else []
        self.words.append(os.path.abspath(run))

    def define(self, files, folder):
        """{file: "accepted" or libvirt's message}. If its driver dies (driver.py), tries
        smaller groups of files, and a single file several times. A file for which libvirt
        needs too long has no answer.
        """
        for _ in range(2 if len(files) > 1 else 6):
            said, late = self.define_once(files, folder)
            if late:
                left = [path for path in files if path not in said][1:]
                return said | (self.define(left, folder) if left else {})
            if len(said) == len(files):
                return said
        half = len(files) // 2
        return self.define(files[:half], folder) | self.define(files[half:], folder) if half else {}

    def define_once(self, files, folder):
        """The answers so far, and whether it took too long. @folder is that of start()."""
        clear(folder)
        try:
            out = subprocess.run([*self.words, "check", folder, *files], stdout=subprocess.PIPE,
                                 stderr=subprocess.DEVNULL, timeout=60 + 5 * len(files),
                                 check=False, env=self.environment).stdout
        except subprocess.TimeoutExpired as late:
            out = late.stdout or b""
            return driver.verdicts(out.decode(errors="replace")), True
        return driver.verdicts(out.decode(errors="replace")), False

    def start_all(self, paths, folder):
        """{path: what start() says}, several at a time; each has a root of its own below @folder."""
        roots = queue.SimpleQueue()
        for number in range(AT_A_TIME):
            roots.put(f"{folder}-{number}")

        def one(path):
            with self.alone(path):
                root = roots.get()
                try:
                    return self.start(path, root)
                finally:
                    roots.put(root)

        with concurrent.futures.ThreadPoolExecutor(AT_A_TIME) as pool:
            return dict(zip(paths, pool.map(one, paths)))

    @contextlib.contextmanager
    def alone(self, path):
        """If a domain has a disk of the host, no other one with such a disk starts, in all tests:
        QEMU locks it."""
        with open(path) as domain, contextlib.ExitStack() as held:
            if re.search(r"<source (dev|file)=", domain.read()):
                os.makedirs(self.guests, exist_ok=True)
                fcntl.flock(held.enter_context(open(self.guests + "/.disk", "w")), fcntl.LOCK_EX)
            yield

    def start(self, path, folder):
        """QEMU's message if it does not start; None if its guest ran. @folder stays, with what
        libvirt found out about QEMU and nothing else."""
        for _ in range(3):
            clear(folder)
            status, runs, words = self.start_once(path, folder)
            # On a busy machine libvirt sometimes knows no reason.
            if runs or (status == 1 and "the cause is unknown" not in words):
                return None if runs else words
            print(f"{path}: the run ended with {status}: {words}")
        return f"no verdict: status {status}: {words}"

    def start_once(self, path, folder, *options):
        # planner/boot/run.h: "running" after libvirt started the CPUs; below inside/ if
        # root runs it.
        places = [folder + "/marks", folder + "/inside/marks"]
        for marks in filter(os.path.exists, places):
            os.unlink(marks)
        with subprocess.Popen([*self.words, "run", "--time-limit", str(SECONDS), *options, folder, path],
                              stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              text=True, env=self.environment) as run:
            runs = False
            while run.poll() is None and not runs:
                runs = any("running " in open(marks).read()
                           for marks in filter(os.path.exists, places))
                time.sleep(0.05)
            run.stdin.close()
            words = run.stderr.read().strip()
            run.wait(timeout=200)
        return run.returncode, runs, words

    @staticmethod
    def paused_copy(program, path):
        """The text of a domain with stand-ins for what a copy is booted without (`boot
        --print-xml`), or None and our words if it cannot be booted."""
        made = subprocess.run([program, "boot", "--accel", "tcg", "--stop-after", "tables",
                               "--print-xml", path], capture_output=True, text=True, check=False,
                              timeout=100)
        if made.returncode:
            return None, made.stderr.strip()
        # Nobody listens at the socket of the protocol that reads tables. Copies that differ
        # in their names only are the same.
        text = re.sub(r"<\w+:arg value='(-qtest-log|none|-qtest|unix:/ROOT/serial)'/>", "", made.stdout)
        return re.sub(r"<name>[^<]*</name>", "<name>copy</name>", text, count=1), None

    def start_paused(self, text, folder):
        """Whether QEMU makes the machine of paused_copy(), its words or libvirt's if not, and
        whether that is a verdict, and not the end of our patience."""
        os.makedirs(folder, exist_ok=True)
        copy = folder + "/copy.xml"
        with open(copy, "w") as out:
            out.write(text.replace("/ROOT", folder))
        self.put_files(text, folder)
        for wait_s in (0, 1, 5):
            time.sleep(wait_s)
            status, runs, words = self.start_once(copy, folder, "--paused", "--as-root")
            # The domain before may have the same name, and need some time to end.
            sure = runs or (status == 1 and "already exists with uuid" not in words)
            if sure:
                break
        return runs, None if runs else words.replace(folder, "/ROOT"), sure

    def installed(self, path):
        """A file of the stack, which may be in the set that adds QEMU for ARM (own_places)."""
        return next(filter(os.path.exists, [(self.root or "") + path, self.guests + "/arm64" + path]))

    def put_files(self, text, folder):
        """The files that `boot` would make."""
        arm = re.search(r"arch=['\"]a", text)
        code, store = ("AAVMF/AAVMF_CODE.no-secboot.fd", "AAVMF/AAVMF_VARS.fd") if arm else \
            ("OVMF/OVMF_CODE_4M.fd", "OVMF/OVMF_VARS_4M.fd")
        if "type='rom'" in text:
            code = "seabios/bios-256k.bin"
        for name, source in (("loader.fd", code), ("nvram.fd", store)):
            if f"/ROOT/{name}" in text:
                shutil.copy(self.installed("/usr/share/" + source), f"{folder}/{name}")
        with open(folder + "/disk.raw", "wb") as disk:
            disk.truncate(1 << 20)
