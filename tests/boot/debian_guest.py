# SPDX-License-Identifier: LGPL-2.1-or-later
# debian_guest.py - a stock Debian 13 with systemd as the guest of a real libvirtd, and a
# shell in it. The image is made once, below GUESTS/debian: ordinary packages, and as only
# additions a service that gives a shell on the first serial port, and the lspci of Debian
# 12 in /opt/bookworm.
import glob, os, re, shutil, socket, subprocess, sys, time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "../oracle"))
import own_libvirtd  # noqa: E402
from own_libvirtd import run, skip, virsh  # noqa: E402

BOOT_LIMIT_S = 1200  # of QEMU's CPU time; alone a boot takes two minutes
IDLE = 6  # a limit of wall-clock time is so many times that of CPU time
PACKAGES = ("systemd-sysv,udev,initramfs-tools,linux-image-amd64,pciutils,numactl,kmod,"
            "iproute2,zstd,openssh-server")
SERVICE = """[Unit]
After=multi-user.target
[Service]
Type=idle
ExecStart=/bin/sh -c 'stty -echo; dmesg -n 1; echo READY; exec sh'
StandardInput=tty
StandardOutput=tty
StandardError=tty
TTYPath=/dev/ttyS0
Environment=HOME=/root TERM=dumb
"""
# On a busy machine a unit takes longer, and does not fail.
PATIENT = """[Manager]
DefaultTimeoutStartSec=1h
DefaultDeviceTimeoutSec=1h
"""
# Without the drivers of all the world the initrd is three times smaller.
HOOK = """set -e
sed -i 's/^MODULES=.*/MODULES=list/' "$1/etc/initramfs-tools/initramfs.conf"
printf '%s\\n' virtio_pci virtio_blk ext4 ahci sd_mod >> "$1/etc/initramfs-tools/modules"
chroot "$1" update-initramfs -u -k all
mkdir -p "$1/opt" "$1/root/.ssh"
cp -a OLD/usr "$1/opt/bookworm"
cp KEY.pub "$1/root/.ssh/authorized_keys"
mkdir -p "$1/etc/systemd/system.conf.d"
cp patient.conf "$1/etc/systemd/system.conf.d/"
cp talk.service "$1/etc/systemd/system/"
ln -s ../talk.service "$1/etc/systemd/system/multi-user.target.wants/"
ln -s /dev/null "$1/etc/systemd/system/serial-getty@ttyS0.service"
"""


def make(program, guests):
    """The folder with root.img, linux, initrd and key."""
    made = f"{guests}/debian"
    if os.path.exists(made):
        return made
    for tool in ("mmdebstrap", "ssh-keygen"):
        if not shutil.which(tool):
            skip(f"{tool} is not installed")
    if subprocess.run([f"{HERE}/fetch", guests, "pciutils"]).returncode:
        skip("Debian 12's pciutils cannot be downloaded")
    work = f"{guests}/.debian-{os.getpid()}"
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(work)
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{work}/key")
    open(f"{work}/talk.service", "w").write(SERVICE)
    open(f"{work}/patient.conf", "w").write(PATIENT)
    text = HOOK.replace("OLD", f"{guests}/pciutils").replace("KEY", f"{work}/key")
    for name in ("talk.service", "patient.conf"):
        text = text.replace(f"cp {name}", f"cp {work}/{name}")
    open(f"{work}/hook", "w").write(text)
    # Its mounts of /dev and /sys end with it, also if it is killed: nothing that removes
    # the folder later may find them there.
    done = subprocess.run(["unshare", "-m", "mmdebstrap", "--variant=minbase", f"--include={PACKAGES}",
                           f"--customize-hook=sh {work}/hook \"$1\"", "trixie", f"{work}/tree"],
                          capture_output=True, text=True, timeout=3600)
    if done.returncode:
        shutil.rmtree(work)
        skip(f"no Debian 13: {done.stderr[-1500:]}")
    for pattern, name in (("vmlinuz-*", "linux"), ("initrd.img-*", "initrd")):
        shutil.copy(glob.glob(f"{work}/tree/boot/{pattern}")[0], f"{work}/{name}")
    run(program, "disk", "create", f"{work}/root.img", "--size", "2GiB", "--part",
        "size=rest,type=root-x86-64,name=root", "--format", "ext4=1", "--copy-files",
        f"{work}/tree=1")
    shutil.rmtree(f"{work}/tree")
    os.rename(work, made)
    return made


def plan(program, *flags):
    """(XML, prediction) of a plan with the guest's disk."""
    words = [program, "plan", "--target", "installed", "--type", "qemu", "--name", "lab",
             "--disk", "/run/root.qcow2", *flags]
    return run(*words).stdout, run(*words, "--predict").stdout


def cpu_s():
    """CPU time that the guest's QEMU has used; 0 if it has ended."""
    try:
        pid = open("/run/libvirt/qemu/lab.pid").read().strip()
        fields = open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()
    except OSError:
        return 0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Guest:
    """The domain lab, from its start to a shell. Inside own_libvirtd's namespaces."""

    def __init__(self, made, xml, words):
        if os.path.exists("/run/root.qcow2"):
            os.unlink("/run/root.qcow2")
        run("qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", f"{made}/root.img",
            "/run/root.qcow2")
        xml = xml.replace("<serial type='pty'/>", "<serial type='unix'><source mode='bind' "
                          "path='/run/lab.sock'/><target port='0'/></serial>")
        xml = xml.replace("    <console type='pty'/>\n", "").replace("    <boot dev='hd'/>\n", "")
        xml = xml.replace("</type>", f"</type><kernel>{made}/linux</kernel><initrd>{made}/initrd"
                          f"</initrd><cmdline>root=PARTLABEL=root rw console=ttyS0 {words}"
                          "</cmdline>", 1)
        open("/run/lab.xml", "w").write(xml)
        virsh("define", "--validate", "/run/lab.xml")
        try:
            self.start()
        except ConnectionError:
            # QEMU 7.2 crashes under TCG now and then.
            assert "(crashed)" in virsh("domstate", "--reason", "lab").stdout, "QEMU ended"
            print("QEMU crashed and is started again", flush=True)
            self.start()
        self.sh("PS1=")  # no prompts
        self.sh("udevadm settle")
        self.boot_s = time.time() - self.started

    def start(self):
        self.unread, self.started = b"", time.time()
        virsh("start", "lab")
        self.serial = socket.socket(socket.AF_UNIX)
        self.serial.connect("/run/lab.sock")
        self.serial.settimeout(1)
        self.until("READY", BOOT_LIMIT_S)

    def until(self, word, limit_s):
        """What the guest printed before the word; the limit is CPU time of QEMU."""
        end, end_cpu = time.time() + IDLE * limit_s, cpu_s() + limit_s
        while word.encode() + b"\r\n" not in self.unread:
            in_time = time.time() < end and cpu_s() < end_cpu
            assert in_time and b"Kernel panic" not in self.unread, \
                f"no {word}: ...{self.unread[-3000:].decode(errors='replace')}"
            try:
                got = self.serial.recv(65536)
            except TimeoutError:
                continue
            if not got:
                raise ConnectionError(f"QEMU ended: ...{self.unread[-2000:].decode(errors='replace')}")
            self.unread += got
        text, _, self.unread = self.unread.partition(word.encode() + b"\r\n")
        return text.decode(errors="replace").replace("\r", "")

    def sh(self, command, limit_s=600):
        self.serial.sendall(f"{command}\necho END''OF\n".encode())
        return self.until("ENDOF", limit_s)

    def end(self):
        virsh("destroy", "lab", status=None)
        virsh("undefine", "--nvram", "lab", status=None)
        self.serial.close()
