# SPDX-License-Identifier: LGPL-2.1-or-later
"""source.py - where the files of a host named in a table are: "own/NAME" is the record
NAME.xml of this folder or made by make-root, "shared/NAME" stands in ../shared/hosts."""
import os
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
SHARED = os.path.normpath(os.path.join(HERE, "../../../shared/hosts"))


def source_of(host, directory):
    """What to name to `--like`; made or unpacked below the directory where need be."""
    kind, name = host.split("/", 1)
    if kind == "own" and os.path.exists(f"{HERE}/{name}.xml"):
        return f"{HERE}/{name}.xml"
    if kind == "own":
        subprocess.run([os.path.join(HERE, "make-root"), name, f"{directory}/host"],
                       check=True)
        return f"{directory}/host"
    path = os.path.join(SHARED, name)
    if not name.endswith(".tar.bz2"):
        return path
    os.mkdir(f"{directory}/host")
    subprocess.run(["tar", "xf", path, "-C", f"{directory}/host"], check=True)
    for folder, names, _ in os.walk(f"{directory}/host"):
        if "sys" in names:
            return folder
    raise SystemExit(f"{host}: no sys in it")
