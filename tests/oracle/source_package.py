# SPDX-License-Identifier: LGPL-2.1-or-later
"""Debian's source packages, fetched by name from the sources of this system's apt.

The system does not change: separate lists and directory, BUILD-FOLDER/sources. Packages
that another build directory next to it already has are taken from there.
"""
import contextlib, fcntl, glob, hashlib, os, re, shutil, subprocess, tempfile, time

FAILURE_HOLDS = 3600  # seconds; ./run-tests forgets it at its start


@contextlib.contextmanager
def locked(build):
    """Only one process at a time works in BUILD-FOLDER/sources, or with its content."""
    os.makedirs(build + "/sources", exist_ok=True)
    with open(build + "/sources/.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def fetch(build, name, suite=None):
    """The path of NAME's upstream archive in this system's own release, or in @suite; None
    if it is not available.

    Several tests may need it at once: one fetches, the others wait. A failed download is
    tried twice more and then remembered for an hour, so that all tests of a run get the
    same answer.
    """
    below = "/sources" + (f"/{suite}" if suite else "")
    folder = build + below
    failed = f"{folder}/.failed-{name}"
    with locked(build):
        os.makedirs(folder, exist_ok=True)
        found = archives(folder, name)
        if not found:
            others = archives(os.path.dirname(build) + "/build-*" + below, name)
            found = [keep(path, folder) for path in others[:1]]
        if found:
            return found[0]
        if os.path.exists(failed) and time.time() - os.path.getmtime(failed) < FAILURE_HOLDS:
            return None
        began = time.monotonic()
        for pause in (5, 20, 0):
            package = fetch_once(folder, name, suite)
            # A failing mirror fails at once; without a network it takes long.
            if package or time.monotonic() - began > 200:
                break
            time.sleep(pause)
        if not package:
            open(failed, "w").close()
        return package


def archives(folder, name):
    found = sorted(glob.glob(f"{folder}/{name}_*.orig.tar.*"))
    return [path for path in found if not path.endswith(".asc")]


def keep(path, folder):
    """Complete or not at all: an interrupted run leaves nothing that looks complete."""
    target = f"{folder}/{os.path.basename(path)}"
    with tempfile.TemporaryDirectory(dir=folder, prefix=".keep-") as half:
        os.rename(shutil.copy(path, half), target)
    return target


def own_release():
    words = re.search(r"(?m)^VERSION_CODENAME=(\S+)", open("/etc/os-release").read())
    return words[1] if words else "bookworm"


def write_sources(folder, suite):
    """The machine's own sources, asked for source packages, of @suite if it is not None."""
    def of_suite(text):
        return re.sub(rf"(?<![\w-]){own_release()}\b", suite, text) if suite else text
    os.makedirs(f"{folder}/lists/partial", exist_ok=True)
    os.makedirs(f"{folder}/parts", exist_ok=True)
    for path in glob.glob("/etc/apt/sources.list.d/*.sources"):
        text = re.sub(r"(?m)^Types:.*$", "Types: deb-src", of_suite(open(path).read()))
        open(f"{folder}/parts/{os.path.basename(path)}", "w").write(text)
    for path in ["/etc/apt/sources.list", *glob.glob("/etc/apt/sources.list.d/*.list")]:
        if os.path.exists(path):
            lines = [re.sub(r"^deb ", "deb-src ", of_suite(line)) for line in open(path)]
            part = os.path.basename(path).removesuffix(".list")
            open(f"{folder}/parts/{part}.list", "w").writelines(lines)


def fetch_once(folder, name, suite):
    write_sources(folder, suite)
    apt = ["apt-get", "-q", "-o", f"Dir::Etc::sourceparts={folder}/parts",
           "-o", "Dir::Etc::sourcelist=/dev/null", "-o", f"Dir::State::lists={folder}/lists",
           "-o", "Acquire::Retries=5", "-o", "APT::Sandbox::User=root"]
    def ask(*words):
        return subprocess.run([*apt, *words], cwd=half, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True, timeout=500, check=False)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".fetch-") as half:
        try:
            if ask("update").returncode:
                return None
            sums = ask("source", "--download-only", "--print-uris", name).stdout
            # A mirror may lack the small files of the package, which nobody needs here.
            ask("source", "--download-only", name)
        except (subprocess.TimeoutExpired, FileNotFoundError):
            return None
        found = [path for path in archives(half, name)
                 if hashlib.sha256(open(path, "rb").read()).hexdigest() in sums]
        return keep(found[0], folder) if found else None
