# SPDX-License-Identifier: LGPL-2.1-or-later
"""virt_install.py - domains of the real virt-install: it is run with libvirt's test driver
and given capabilities, so that it needs no daemon and prints the same everywhere.
"""
import os
import subprocess

CAPABILITIES = """<capabilities><host><cpu><arch>x86_64</arch><model>Skylake-Server-IBRS</model>
<topology sockets='2' dies='1' cores='8' threads='2'/></cpu></host><guest><os_type>hvm</os_type>
<arch name='x86_64'><wordsize>64</wordsize><emulator>/usr/bin/qemu-system-x86_64</emulator>
<machine canonical='pc-i440fx-7.2' maxCpus='255'>pc</machine><machine canonical='pc-q35-7.2' maxCpus='288'>q35</machine>
<domain type='qemu'/><domain type='kvm'/></arch>
<features><acpi default='on' toggle='yes'/><apic default='on' toggle='no'/></features></guest></capabilities>"""
DOMAIN_CAPABILITIES = """<domainCapabilities><path>/usr/bin/qemu-system-x86_64</path><domain>kvm</domain>
<machine>pc-q35-7.2</machine><arch>x86_64</arch><vcpu max='288'/>
<os supported='yes'><enum name='firmware'><value>efi</value></enum><loader supported='yes'/></os>
<cpu><mode name='host-passthrough' supported='yes'/>
<mode name='host-model' supported='yes'><model fallback='forbid'>Skylake-Server-IBRS</model></mode>
<mode name='custom' supported='yes'><model usable='yes'>qemu64</model></mode></cpu>
<devices><disk supported='yes'/><video supported='yes'><enum name='modelType'><value>vga</value><value>qxl</value>
<value>virtio</value></enum></video></devices><features/></domainCapabilities>"""


def start(folder, name, line):
    """Its process, whose standard output is the domain. @line: arguments besides name,
    memory, vcpus and machine; these are added if it lacks them.
    """
    for file, text in ("caps.xml", CAPABILITIES), ("domcaps.xml", DOMAIN_CAPABILITIES):
        with open(f"{folder}/{file}", "w") as out:
            out.write(text)
    uri = (f"__virtinst_test__test:///default,predictable,fakeuri=qemu:///system,caps={folder}/caps.xml,"
           f"domcaps={folder}/domcaps.xml")
    command = (f"virt-install --connect '{uri}' --name {name} --memory 2048 --import --print-xml "
               "--arch x86_64")
    for option in ("--machine q35", "--vcpus 4", "--osinfo generic"):
        if option.split()[0] not in line:
            command += " " + option
    return subprocess.Popen(["sh", "-c", command + " " + line], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, env=dict(os.environ, HOME=folder))


def domain(folder, name, line):
    """The domain's text."""
    process = start(folder, name, line)
    out, err = process.communicate(timeout=120)
    if process.returncode or not out.startswith(b"<domain"):
        raise RuntimeError(f"virt-install {line}: {err.decode()[-300:]}")
    return out.decode()
