# SPDX-License-Identifier: LGPL-2.1-or-later
# own_libvirtd.py - a real libvirtd with mount, network and PID namespaces of its own. A
# test calls enter() first, which runs the test again inside, and then start().
import os, shutil, subprocess, sys, time


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(77)


def run(*words, status=0, **more):
    done = subprocess.run(words, capture_output=True, text=True, timeout=200, **more)
    if status is not None and done.returncode != status:
        raise AssertionError(f"{' '.join(words)}: {done.returncode}, not {status}: {done.stdout}{done.stderr}")
    return done


def virsh(*words, status=0, **more):
    return run("virsh", "-q", "-c", "qemu:///system", *words, status=status, **more)


def mount_private():
    for path in ("/run", "/var/lib/libvirt", "/var/cache/libvirt", "/var/log/libvirt"):
        os.makedirs(path, exist_ok=True)
        run("mount", "-t", "tmpfs", "private", path)
    os.makedirs("/run/libvirt")
    run("mount", "-t", "tmpfs", "private", "/etc/libvirt")
    open("/etc/libvirt/qemu.conf", "w").write(
        'user = "root"\ngroup = "root"\nsecurity_driver = "none"\nstdio_handler = "file"\n'
        'remember_owner = 0\ndynamic_ownership = 0\ncgroup_controllers = []\nnamespaces = []\n')
    open("/run/libvirtd.conf", "w").write(
        'auth_unix_rw="none"\nauth_unix_ro="none"\nlog_outputs="3:file:/run/libvirtd.log"\n')
    for path, line in (("/etc/passwd", "{}:x:{}:{}::/:/usr/sbin/nologin\n"),
                       ("/etc/group", "{}:x:{}:\n")):
        text = open(path).read()
        for name, number in (("libvirt-qemu", 64055), ("kvm", 64056), ("tss", 64057)):
            if f"\n{name}:" not in text:
                text += line.format(name, number, number)
        open("/run/" + os.path.basename(path), "w").write(text)
        run("mount", "--bind", "/run/" + os.path.basename(path), path)


def start(prepare=lambda: None):
    """The running daemon; @prepare is called before it starts."""
    mount_private()
    prepare()
    # It probes every emulator on its path; one is enough. passt is only there for tests of it.
    os.makedirs("/run/bin")
    for tool in ("qemu-system-x86_64", "qemu-img", "passt"):
        if shutil.which(tool):
            os.symlink(shutil.which(tool), "/run/bin/" + tool)
    daemon = subprocess.Popen([shutil.which("libvirtd"), "-f", "/run/libvirtd.conf"],
                              env=dict(os.environ, PATH="/run/bin"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(2400): # two minutes, on a busy machine
        # The socket has a name before it listens.
        if os.path.exists("/run/libvirt/libvirt-sock") and not virsh("uri", status=None).returncode:
            return daemon
        time.sleep(0.05)
    raise AssertionError("libvirtd did not start")


def enter(network=False):
    """Returns only inside the namespaces; outside, becomes the test that is inside. With
    @network the network is that of the machine."""
    if "--inner" in sys.argv:
        return
    for tool in ("libvirtd", "virsh", "unshare", "qemu-system-x86_64"):
        if not shutil.which(tool, path=os.environ["PATH"] + ":/usr/sbin:/sbin"):
            skip(f"{tool} is not installed")
    if os.geteuid() != 0 or subprocess.run(["unshare", "-m", "-n", "true"], capture_output=True).returncode:
        skip("needs root and namespaces")
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    # The first process must reap QEMU, otherwise libvirtd waits for it.
    os.execvp("unshare", ["unshare", "-m", *([] if network else ["-n"]), "--pid", "--fork", "--mount-proc", "--kill-child",
                          "bash", "-c", '"$@" & wait $!; exit $?', "bash",
                          sys.executable, *sys.argv, "--inner"])
