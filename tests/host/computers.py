"""Computers as students have them, for the shipped fake: what their systems and programs really print."""

import json
from pathlib import Path
from typing import Any

from labproof.host import table
from labproof.host.checks.finding import Box, Wish
from labproof.host.checks.windows import COMMAND
from labproof.host.computer import Answer
from labproof.host.fake_computer import FakeComputer

PLUGINS = "vagrant-libvirt (0.11.2, global)\nvagrant-lxc (1.4.3, system)\n"
VIRSH = (
    "Compiled against library: libvirt 9.0.0\nUsing library: libvirt 9.0.0\nUsing API: QEMU 9.0.0\n"
    "Running hypervisor: QEMU 7.2.11\n"
)
ROUTES = (
    "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
    "eth0\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
    "eth0\t0001A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
)
IFCONFIG = (
    "lo0: flags=8049<UP,LOOPBACK,RUNNING,MULTICAST> mtu 16384\n\tinet 127.0.0.1 netmask 0xff000000\n"
    "en0: flags=8863<UP,BROADCAST> mtu 1500\n\tinet6 fe80::1%en0 prefixlen 64\n"
    "\tinet 192.168.1.7 netmask 0xffffff00 broadcast 192.168.1.255\n"
)
VM_STAT = (
    "Mach Virtual Memory Statistics: (page size of 4096 bytes)\nPages free:                  900000.\n"
    "Pages active:               1200000.\nPages inactive:              800000.\nPages speculative:            20000.\n"
)


def wish(provider: str, **more: Any) -> Wish:
    """Return what the course wishes for."""
    said = {
        "provider": provider,
        "table": table.load(),
        "box": Box("centos/7", "1811.02"),
        "bundle": None,
        "machines": Path("/home/student/.cache/labproof/machines") / provider,
        "vagrant_home": Path("/home/student/.vagrant.d"),
        "folders": (Path("/home/student"),),
    }
    return Wish(**{**said, **more})


def linux(**more: Any) -> FakeComputer:
    """Return a Linux with KVM, libvirt and VirtualBox, all in order."""
    said: dict[str, Any] = {
        "system": "Linux",
        "outputs": {
            "VBoxManage --version": "7.0.20r163906\n",
            "VBoxManage list vms": '"other" {0a1b2c3d-0000-1111-2222-333344445555}\n',
            "vagrant --version": "Vagrant 2.3.4\n",
            "vagrant plugin list": PLUGINS,
            "virsh -c qemu:///system version": VIRSH,
            "virsh -c qemu:///system list --all --uuid --name": "\n",
            "virsh -c qemu:///system net-dumpxml labproof": Answer(1, "error: Network not found\n"),
        },
        "files": {
            "/proc/cpuinfo": "processor\t: 0\nflags\t\t: fpu vmx sse\n",
            "/proc/meminfo": "MemTotal:       16000000 kB\nMemAvailable:   12000000 kB\n",
            "/proc/net/route": ROUTES,
            "/dev/kvm": "",
            "/dev/vboxdrv": "",
            "/etc/vbox/networks.conf": "* 192.168.200.0/24\n",
        },
        "guest": Answer(0, "real mode\n64-bit mode\ntimer\n"),
    }
    return FakeComputer(**{**said, **more})


def windows(hypervisor: bool = False, firmware: bool = True, **more: Any) -> FakeComputer:
    """Return a Windows with VirtualBox as its installer leaves it: in no path."""
    facts = {
        "Hypervisor": hypervisor,
        "Firmware": firmware,
        "FreeKiB": 9_000_000,
        "Networks": [
            {"InterfaceAlias": "以太网", "IPAddress": "192.168.1.9", "PrefixLength": 24},
            {"InterfaceAlias": "VirtualBox Host-Only Network", "IPAddress": "192.168.200.1", "PrefixLength": 24},
        ],
    }
    manage = r"C:\Program Files\Oracle\VirtualBox\VBoxManage.exe"
    said: dict[str, Any] = {
        "system": "Windows",
        "machine": "AMD64",
        "outputs": {
            " ".join(COMMAND): json.dumps(facts),
            f"{manage} --version": "7.1.4r165100\n",
            f"{manage} list vms": "",
            "vagrant --version": "Vagrant 2.4.3\n",
        },
        "variables": {"VBOX_MSI_INSTALL_PATH": "C:\\Program Files\\Oracle\\VirtualBox\\"},
    }
    return FakeComputer(**{**said, **more})


def macos(**more: Any) -> FakeComputer:
    """Return a macOS on an Intel processor with VirtualBox."""
    said: dict[str, Any] = {
        "system": "Darwin",
        "outputs": {
            "sysctl -n sysctl.proc_translated": Answer(1, "sysctl: unknown oid 'sysctl.proc_translated'\n"),
            "sysctl -n kern.hv_support": "1\n",
            "ifconfig": IFCONFIG,
            "vm_stat": VM_STAT,
            "VBoxManage --version": "7.0.20r163906\n",
            "VBoxManage list vms": "",
            "vagrant --version": "Vagrant 2.4.1\n",
        },
    }
    return FakeComputer(**{**said, **more})


def without(computer: FakeComputer, *programs: str, files: tuple[str, ...] = ()) -> FakeComputer:
    """Return a computer without some of its programs and files."""
    computer.outputs = {line: said for line, said in computer.outputs.items() if not line.startswith(programs or "\0")}
    computer.files = {name: text for name, text in computer.files.items() if name not in files}
    return computer


def saying(computer: FakeComputer, command: str, said: str | Answer) -> FakeComputer:
    """Return a computer on which a command says something else."""
    computer.outputs = {**computer.outputs, command: said}
    return computer


def reading(computer: FakeComputer, path: str, text: str) -> FakeComputer:
    """Return a computer on which a file says something else."""
    computer.files = {**computer.files, path: text}
    return computer
