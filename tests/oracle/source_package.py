# SPDX-License-Identifier: LGPL-2.1-or-later
"""Debian's source packages, fetched by name from wherever this system's apt gets its own.

Nothing of the system changes: own lists, own folder, BUILD-FOLDER/sources. What another
build folder beside it has already is taken from there.
"""
import contextlib, fcntl, glob, os, re, shutil, subprocess, tempfile, time

FAILURE_HOLDS = 3600  # seconds; ./run-tests forgets it at its start


@contextlib.contextmanager
def locked(build):
    """One process at a time works in BUILD-FOLDER/sources, or with what it holds."""
    os.makedirs(build + "/sources", exist_ok=True)
    with open(build + "/sources/.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def fetch(build, name):
    """The path of NAME's upstream archive, None if it cannot be had.

    Several tests may want it at once: one fetches, the others wait. A failure is tried
    again twice and then remembered for an hour, so that all tests of a run hear the same.
    """
    folder = build + "/sources"
    failed = f"{folder}/.failed-{name}"
    with locked(build):
        found = archives(folder, name)
        if not found:
            others = archives(os.path.dirname(build) + "/build-*/sources", name)
            found = [keep(path, folder) for path in others[:1]]
        if found:
            return found[0]
        if os.path.exists(failed) and time.time() - os.path.getmtime(failed) < FAILURE_HOLDS:
            return None
        began = time.monotonic()
        for pause in (5, 20, 0):
            package = fetch_once(folder, name)
            # A mirror that stumbles does so at once; without a network it takes long.
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
    """Whole or not at all: a run that is ended half way leaves nothing that looks whole."""
    target = f"{folder}/{os.path.basename(path)}"
    with tempfile.TemporaryDirectory(dir=folder, prefix=".keep-") as half:
        os.rename(shutil.copy(path, half), target)
    return target


def write_sources(folder):
    """The machine's own sources, asked for source packages."""
    os.makedirs(f"{folder}/lists/partial", exist_ok=True)
    os.makedirs(f"{folder}/parts", exist_ok=True)
    for path in glob.glob("/etc/apt/sources.list.d/*.sources"):
        text = re.sub(r"(?m)^Types:.*$", "Types: deb-src", open(path).read())
        open(f"{folder}/parts/{os.path.basename(path)}", "w").write(text)
    for path in ["/etc/apt/sources.list", *glob.glob("/etc/apt/sources.list.d/*.list")]:
        if os.path.exists(path):
            lines = [re.sub(r"^deb ", "deb-src ", line) for line in open(path)]
            part = os.path.basename(path).removesuffix(".list")
            open(f"{folder}/parts/{part}.list", "w").writelines(lines)


def fetch_once(folder, name):
    write_sources(folder)
    apt = ["apt-get", "-q", "-o", f"Dir::Etc::sourceparts={folder}/parts",
           "-o", "Dir::Etc::sourcelist=/dev/null", "-o", f"Dir::State::lists={folder}/lists",
           "-o", "Acquire::Retries=5", "-o", "APT::Sandbox::User=root"]
    with tempfile.TemporaryDirectory(dir=folder, prefix=".fetch-") as half:
        for words in (["update"], ["source", "--download-only", name]):
            try:
                if subprocess.run([*apt, *words], cwd=half, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL, timeout=500).returncode:
                    return None
            except (subprocess.TimeoutExpired, FileNotFoundError):
                return None
        found = archives(half, name)
        return keep(found[0], folder) if found else None
