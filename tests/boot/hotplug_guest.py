# SPDX-License-Identifier: LGPL-2.1-or-later
# hotplug_guest.py - a planned domain under plain QEMU (any version), with a busybox shell
# in the guest, where devices are plugged and unplugged over QMP while BARs are watched.
# Only what plans consist of is translated: cells, ports, expander buses, NICs, an IOMMU.
import json, os, re, shutil, socket, subprocess, tempfile, time
import xml.etree.ElementTree as ET

KINDS = {"e1000e": "e1000e", "igb": "igb", "vmxnet3": "vmxnet3", "virtio-net": "virtio-net-pci",
         "virtio-scsi": "virtio-scsi-pci", "virtio-rng": "virtio-rng-pci",
         "virtio-gpu": "virtio-gpu-pci", "qemu-xhci": "qemu-xhci"}
LIMIT_S = 600


def address(element):
    at = element.find("address")
    return {k: int(at.get(k), 16) for k in ("bus", "slot", "function")} if at is not None else None


def place(element):
    """The bus as a controller index, and QEMU's properties."""
    at = address(element)
    bus = f"pci.{at['bus']}" if at["bus"] else "pcie.0"
    multi = ",multifunction=on" if element.find("address").get("multifunction") == "on" else ""
    return f"bus={bus},addr={at['slot']:#x}.{at['function']:#x}{multi}"


def reserves(domain):
    """{controller index: io-reserve} of <qemu:override>."""
    space = "{http://libvirt.org/schemas/domain/qemu/1.0}"
    found = {}
    for device in domain.iter(space + "device"):
        for prop in device.iter(space + "property"):
            if prop.get("name") == "io-reserve":
                found[int(device.get("alias").removeprefix("pci."))] = int(prop.get("value"))
    return found


def arguments(xml):
    """QEMU's arguments for a plan."""
    domain = ET.fromstring(xml)
    words, n = [], 0
    reserve = reserves(domain)
    words += ["-smp", domain.findtext("vcpu"), "-m", f"{int(domain.findtext('memory'))}k"]
    for cell in domain.iter("cell"):
        words += ["-object", f"memory-backend-ram,id=m{cell.get('id')},size={cell.get('memory')}k",
                  "-numa", f"node,nodeid={cell.get('id')},memdev=m{cell.get('id')}"]
        for cpus in (cell.get("cpus") or "").split(","):
            if cpus:
                words[-1] += f",cpus={cpus}"
    if domain.find("devices/iommu") is not None:
        words += ["-device", "intel-iommu,intremap=on"]
    for c in domain.iter("controller"):
        target = c.find("target")
        if c.get("model") == "pcie-expander-bus":
            words += ["-device", f"pxb-pcie,id=pci.{c.get('index')},bus_nr={target.get('busNr')},"
                      f"numa_node={target.findtext('node')},{place(c)}"]
        elif c.get("model") == "pcie-root-port":
            hot = f",hotplug={target.get('hotplug')}" if target.get("hotplug") else ""
            io = reserve.get(int(c.get("index")))
            words += ["-device", f"pcie-root-port,id=pci.{c.get('index')},chassis={target.get('chassis')},"
                      f"port={target.get('port')},{place(c)}{hot}" + (f",io-reserve={io}" if io else "")]
    for nic in domain.iter("interface"):
        n += 1
        model = KINDS.get(nic.find("model").get("type"), "virtio-net-pci")
        words += ["-device", f"{model},id=net{n},{place(nic)}"]
    return words


def empty_ports(xml):
    """{"spare": index below an expander bus, "general": index on pcie-root}"""
    domain = ET.fromstring(xml)
    ports = {c.get("index"): c for c in domain.iter("controller") if c.get("model") == "pcie-root-port"}
    expanders = {c.get("index") for c in domain.iter("controller") if c.get("model") == "pcie-expander-bus"}
    used = {str(address(e)["bus"]) for e in domain.find("devices")
            if e.find("address") is not None and e.find("address").get("type") == "pci"}
    found = {}
    for index, port in ports.items():
        if index not in used and (port.find("target").get("hotplug") != "off"):
            where = "spare" if str(address(port)["bus"]) in expanders else "general"
            found.setdefault(where, int(index))
    return found


class Guest:
    def __init__(self, qemu, xml, kernel, initrd, firmware=None):
        self.folder = tempfile.mkdtemp(prefix="hotplug.", dir="/tmp")
        self.unread, self.messages = b"", b""
        words = [*qemu, "-accel", "tcg,tb-size=128", "-M", "q35",
                 "-cpu", "max", "-nodefaults", "-display", "none", "-no-reboot",
                 "-serial", f"unix:{self.folder}/serial,server=on,wait=off",
                 "-qmp", f"unix:{self.folder}/qmp,server=on,wait=off",
                 "-kernel", kernel, "-initrd", initrd,
                 "-append", "console=ttyS0 intel_iommu=on iommu=pt no_timer_check quiet mitigations=off"]
        if firmware:
            shutil.copy(firmware[1], f"{self.folder}/vars")
            words += ["-drive", f"if=pflash,format=raw,readonly=on,file={firmware[0]}",
                      "-drive", f"if=pflash,format=raw,file={self.folder}/vars"]
        self.qemu = subprocess.Popen(["timeout", "1500", *words, *arguments(xml)], stdin=subprocess.DEVNULL,
                                     stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.serial, self.qmp = self.connect("serial"), self.connect("qmp")
        self.command("qmp_capabilities")
        self.until("# ", LIMIT_S)
        self.sh("PS1=; stty -echo")

    def connect(self, name):
        for _ in range(600):
            try:
                it = socket.socket(socket.AF_UNIX)
                it.connect(f"{self.folder}/{name}")
                it.settimeout(1)
                return it
            except (FileNotFoundError, ConnectionRefusedError):
                assert self.qemu.poll() is None, self.qemu.stderr.read()
                time.sleep(0.1)
        raise AssertionError("QEMU does not listen")

    def until(self, word, limit_s):
        end = time.time() + limit_s
        while word.encode() not in self.unread:
            assert time.time() < end, f"no {word}: {self.unread[-800:]}"
            assert self.qemu.poll() is None, self.qemu.stderr.read()
            try:
                self.unread += self.serial.recv(65536)
            except TimeoutError:
                pass
        text, _, self.unread = self.unread.partition(word.encode())
        return text.decode(errors="replace").replace("\r", "")

    def sh(self, command):
        self.serial.sendall(f"{command}\necho END''OF\n".encode())
        return self.until("ENDOF", 200)

    def command(self, name, **arguments):
        self.qmp.sendall(json.dumps({"execute": name, "arguments": arguments}).encode() + b"\n")
        end = time.time() + 120
        while time.time() < end:
            while b"\n" in self.messages:
                line, _, self.messages = self.messages.partition(b"\n")
                message = json.loads(line)
                if "return" in message or "error" in message:
                    return message
            try:
                self.messages += self.qmp.recv(65536)
            except TimeoutError:
                pass
        raise AssertionError(f"QMP: no answer to {name}")

    def bars(self):
        """{function: [(start, size, flags) of BARs 0 to 5]}"""
        text = self.sh("cd /sys/bus/pci/devices; for d in *; do echo =$d; head -6 $d/resource; done; cd /")
        found = {}
        for block in re.split("^=", text, flags=re.M)[1:]:
            name, *lines = block.splitlines()
            found[name] = []
            for line in lines:
                numbers = [int(word, 16) for word in line.split() if word.startswith("0x")]
                if len(numbers) == 3:
                    start, end, flags = numbers
                    found[name].append((start, end - start + 1 if end else 0, flags & 0x30f))
        return found

    def plug(self, kind, index):
        before = set(self.names())
        answer = self.command("device_add", driver=KINDS[kind], id="plugged", bus=f"pci.{index}", addr="0x0")
        assert "return" in answer, answer
        return self.settle(lambda names: names - before)

    def names(self):
        return self.sh("ls /sys/bus/pci/devices").split()

    def settle(self, done):
        for _ in range(60):
            got = done(set(self.names()))
            if got:
                time.sleep(2)
                return got
            time.sleep(1)
        return None

    def unplug(self, names):
        self.command("device_del", id="plugged")
        return self.settle(lambda now: not names & now)

    def end(self):
        self.qemu.terminate()
        self.qemu.wait(30)
        shutil.rmtree(self.folder)
