"""What the doctor says where programs hang, warn, fail by half or say what nobody expects: never more than it saw."""

import http.server
import json
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from labproof.host.checks.finding import Finding, State
from labproof.host.computer import Answer, ThisComputer
from labproof.host.doctor import can_be_chosen, examine
from labproof.host.fake_computer import FakeComputer
from tests.host.computers import linux, macos, reading, saying, windows, wish, without

LATE = Answer(None, is_late=True)
KERNEL = "/proc/sys/kernel/osrelease"
UNLOADED = (
    "WARNING: The vboxdrv kernel module is not loaded. Either there is no module\n"
    "         available for the current kernel (6.1.0-18-amd64) or it failed to\n"
    "         load. Please recompile the kernel module and install it by\n\n"
    "           sudo /sbin/vboxconfig\n\n"
    "         You will not be able to start VMs until this problem is fixed.\n7.1.4r165100\n"
)
NETWORK_OF_LIBVIRT = "<network><bridge name='virbr1'/><ip address='192.168.200.1' netmask='255.255.255.0'/></network>"
POWERSHELL = next(line for line in windows().outputs if line.startswith("powershell"))
FACTS = json.loads(str(windows().outputs[POWERSHELL]))
ROW_OF_LAB = "00C8A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"


def finding(computer: FakeComputer, provider: str, check: str) -> Finding:
    return examine(computer, wish(provider)).findings[check]


def routed(*rows: str) -> FakeComputer:
    return reading(linux(), "/proc/net/route", linux().files["/proc/net/route"] + "".join(rows))


def test_a_warning_above_a_version_is_no_version() -> None:
    """VirtualBox's warning names the kernel's version first, and Ruby's names that of a library."""
    computer = saying(linux(), "VBoxManage --version", UNLOADED)
    warned = "/usr/lib/ruby/3.1.0/x.rb:5: warning: already initialized\nVagrant 2.4.3\n"
    found = examine(saying(computer, "vagrant --version", warned), wish("virtualbox")).findings
    assert (found["VirtualBox"].found, found["Vagrant"].found) == ("VirtualBox 7.1.4", "Vagrant 2.4.3")
    unloaded = without(computer, files=("/dev/vboxdrv",))
    assert "VirtualBox 7.1.4 without its kernel driver" in finding(unloaded, "virtualbox", "VirtualBox").found


@pytest.mark.parametrize("version", ["7.0.20_Debianr163906", "7.0.16_Ubuntur162802", "7.0.20r163906\n"])
def test_every_maker_writes_its_name_into_the_version(version: str) -> None:
    """Debian and Ubuntu build VirtualBox themselves."""
    assert finding(saying(linux(), "VBoxManage --version", version), "virtualbox", "VirtualBox").state is State.OK


@pytest.mark.parametrize(
    ("command", "provider", "check"),
    [
        ("VBoxManage --version", "virtualbox", "VirtualBox"),
        ("vagrant --version", "virtualbox", "Vagrant"),
        ("vagrant plugin list", "libvirt", "vagrant-libvirt"),
        ("virsh -c qemu:///system net-dumpxml labproof", "libvirt", "network"),
        ("VBoxManage list vms", "virtualbox", "names"),
    ],
)
def test_a_program_that_hangs_is_neither_fine_nor_broken(command: str, provider: str, check: str) -> None:
    """Whether it would have been in order is not known."""
    assert finding(saying(linux(), command, LATE), provider, check).state is State.UNKNOWN


def test_plugins_that_cannot_be_listed_are_not_missing() -> None:
    """Vagrant fails to list them for many reasons; one that lists others lacks it."""
    broken = Answer(1, "Vagrant failed to initialize at a very early stage\n")
    assert finding(saying(linux(), "vagrant plugin list", broken), "libvirt", "vagrant-libvirt").state is State.UNKNOWN


def test_a_network_that_libvirt_refuses_to_show_is_not_absent() -> None:
    """Only `not found` says that there is none."""
    refused = Answer(1, "error: failed to connect to the hypervisor\n")
    computer = saying(linux(), "virsh -c qemu:///system net-dumpxml labproof", refused)
    assert finding(computer, "libvirt", "network").state is State.UNKNOWN


def test_a_libvirt_without_a_version_is_unknown() -> None:
    """A daemon that answers is there, whatever it says."""
    assert finding(saying(linux(), "virsh -c qemu:///system version", "库: ???\n"), "libvirt", "libvirt").state is (
        State.UNKNOWN
    )


@pytest.mark.parametrize("kernel", ["5.15.153.1-microsoft-standard-WSL2", "4.4.0-19041-Microsoft"])
def test_a_linux_inside_windows_is_sent_to_windows(kernel: str) -> None:
    """Nothing that is installed in WSL helps: VirtualBox runs beside it."""
    found = finding(reading(without(linux(), "VBoxManage"), KERNEL, kernel), "virtualbox", "VirtualBox")
    assert found.state is State.PROBLEM
    assert "PowerShell" in found.fix


def test_networks_of_another_hypervisor_are_in_the_way() -> None:
    """With VirtualBox a bridge of libvirt's is another lab's, and the other way round."""
    ours = saying(routed(f"virbr1\t{ROW_OF_LAB}"), "virsh -c qemu:///system net-dumpxml labproof", NETWORK_OF_LIBVIRT)
    assert finding(ours, "libvirt", "addresses").state is State.OK
    assert "virbr1" in finding(ours, "virtualbox", "addresses").found
    assert "vboxnet0" in finding(routed(f"vboxnet0\t{ROW_OF_LAB}"), "libvirt", "addresses").found
    assert "virbr2" in finding(routed(f"virbr2\t{ROW_OF_LAB}"), "libvirt", "addresses").found


def test_a_vpn_that_takes_everything_leaves_the_lab_alone() -> None:
    """It writes the default route as two halves, and the lab's own route goes before both."""
    halves = ("00000000\t0101A8C0\t0003\t0\t0\t0\t00000080\t0\t0\t0\n", "00000080\t0101A8C0\t3\t0\t0\t0\t00000080\t0\n")
    assert finding(routed(*(f"tun0\t{row}" for row in halves)), "virtualbox", "addresses").state is State.OK


def test_strange_rows_of_routes_are_left_out() -> None:
    """A row that is cut, is no number or has a mask with holes keeps no other from being read."""
    rows = ("\n", "eth9\n", "eth9\tZZ\t0\t0\t0\t0\t0\tZZ\n", "eth9\t00C8A8C0\t0\t1\t0\t0\t0\t00FF00FF\t0\t0\t0\n")
    found = finding(routed(*rows, f"tun0\t{ROW_OF_LAB}"), "virtualbox", "addresses")
    assert "tun0 has 192.168.200.0/24" in found.found


@pytest.mark.parametrize("line", ["* 10.0.0.0/8, 192.168.0.0/16", "* 192.168.200.0/24 # the lab", "* 999.1.1.1/99"])
def test_a_line_that_vagrant_cannot_read_is_told(line: str) -> None:
    """Vagrant fails by one such word, whatever else the file allows."""
    found = finding(reading(linux(), "/etc/vbox/networks.conf", f"{line}\n"), "virtualbox", "allowed addresses")
    assert (found.state, "cannot read" in found.found) == (State.PROBLEM, True)


def test_a_file_without_a_network_allows_none() -> None:
    """VirtualBox's own range counts only where there is no file, as Vagrant has it."""
    found = finding(reading(linux(), "/etc/vbox/networks.conf", "# none\n"), "virtualbox", "allowed addresses")
    assert "allows no network alone" in found.found


@dataclass
class Unreadable(FakeComputer):
    """A computer on which files are there and nobody may read them."""

    def read(self, path: str) -> str | None:
        return None


def test_a_file_of_networks_that_cannot_be_read_is_unknown() -> None:
    """That it is there says nothing of what it allows."""
    computer = Unreadable("Linux", outputs=linux().outputs, files=linux().files)
    assert finding(computer, "virtualbox", "allowed addresses").state is State.UNKNOWN


@pytest.mark.parametrize(
    ("missing", "check"),
    [
        ("Firmware", "processor"),
        ("Hypervisor", "Windows' hypervisor"),
        ("FreeKiB", "memory"),
        ("Networks", "addresses"),
    ],
)
def test_what_windows_leaves_out_is_unknown_alone(missing: str, check: str) -> None:
    """One command of PowerShell that fails says nothing of the others, and null is no `no`."""
    found = examine(saying(windows(), POWERSHELL, json.dumps({**FACTS, missing: None})), wish("virtualbox"))
    assert found.can_run
    assert {name for name, one in found.findings.items() if one.state is State.UNKNOWN} == {check}


@pytest.mark.parametrize("before", ["\ufeff", "\ufffd\ufffd: \ufffd\n", "错误 句柄无效 { 1 }\n+ CategoryInfo\n"])
def test_what_powershell_says_above_its_answer_is_passed_over(before: str) -> None:
    """A mark of UTF-8, or an error in another language and encoding, stands above what was asked for."""
    computer = saying(windows(), POWERSHELL, before + json.dumps(FACTS, ensure_ascii=False))
    assert finding(computer, "virtualbox", "memory").state is State.OK


def test_addresses_that_are_none_are_unknown_on_windows() -> None:
    """No number of a program is a crash."""
    one = {"InterfaceAlias": "VPN", "IPAddress": "192.168.200.77", "PrefixLength": 99}
    computer = saying(windows(), POWERSHELL, json.dumps({**FACTS, "Networks": [one]}))
    assert finding(computer, "virtualbox", "addresses").state is State.UNKNOWN


def test_a_python_without_certificates_says_nothing_of_vagrant() -> None:
    """Python for macOS comes without any, and Vagrant brings its own."""
    reason = "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable to get local issuer certificate"
    computer = macos(unreachable={"https://vagrantcloud.com/": reason})
    assert finding(computer, "virtualbox", "box").state is State.UNKNOWN


class Broken(FakeComputer):
    """A computer that breaks every check that asks for a program."""

    def run(self, *argv: str, seconds: float = 15) -> Answer:
        raise RecursionError("too deep")


def test_a_check_that_breaks_is_unknown_and_the_others_are_made() -> None:
    """Who asks for JSON gets all of it, and a fault of ours keeps nobody from trying."""
    computer = Broken("Linux", files=linux().files)
    found = examine(computer, wish("virtualbox"))
    assert "RecursionError: too deep" in found.findings["VirtualBox"].found
    assert (found.can_run, found.findings["memory"].state) == (True, State.OK)
    assert can_be_chosen(computer, wish("virtualbox"))


@pytest.fixture
def garbage() -> Iterator[str]:
    """Give the address of a server whose answers are no HTTP."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.wfile.write(b"SSH-2.0-OpenSSH\r\n")

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/box"
        server.shutdown()


def test_a_server_that_speaks_something_else_is_a_reason(garbage: str) -> None:
    """So is an address that has a space in it."""
    assert "SSH-2.0-OpenSSH" in ThisComputer().reaches(garbage)
    assert ThisComputer().reaches("http://127.0.0.1:1/a box")


def test_lines_of_windows_are_read_as_lines() -> None:
    """Its programs end them in two characters, and names are found by where a line ends."""
    said = ThisComputer().run("printf", r"one\r\ntwo\r\n")
    assert said.output == "one\ntwo\n"


def test_what_cannot_be_copied_is_told_of_a_bundle(tmp_path: Path) -> None:
    """Vagrant would wait forever for a pipe, and fails for a link to nothing."""
    (tmp_path / "calico.yaml").write_text("kind: List\n")
    os.mkfifo(tmp_path / "pipe")
    assert "pipe, which cannot be copied" in examine(linux(), wish("libvirt", bundle=tmp_path)).findings["bundle"].found
    (tmp_path / "pipe").unlink()
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    assert "gone, which cannot be copied" in examine(linux(), wish("libvirt", bundle=tmp_path)).findings["bundle"].found
