"""What the doctor says of computers as students have them."""

import json
from pathlib import Path

import pytest

from labproof.ground.errors import HostError
from labproof.host import doctor
from labproof.host.checks import bundle
from labproof.host.checks.finding import Box, Finding, State
from labproof.host.checks.kvm import BIOS
from labproof.host.computer import Answer
from labproof.host.doctor import examine
from labproof.host.fake_computer import FakeComputer
from labproof.providers import wishes
from tests.host.computers import linux, macos, reading, saying, windows, wish, without
from tests.rehearsal.given.bundles_given import images_only
from tests.rehearsal.judging.small_bundle import DASHBOARD, seal

HANGS = Answer(None, "real mode\n64-bit mode\n", is_late=True)


def problems(computer: FakeComputer, provider: str) -> dict[str, Finding]:
    return examine(computer, wish(provider)).problems


def finding(computer: FakeComputer, provider: str, check: str) -> Finding:
    return examine(computer, wish(provider)).findings[check]


@pytest.mark.parametrize("provider", ["virtualbox", "libvirt"])
def test_a_linux_in_order_can_run_both(provider: str) -> None:
    """Where everything is there, nothing but the handout's files is wanted."""
    found = examine(linux(), wish(provider))
    assert found.can_run
    assert {name for name, one in found.findings.items() if one.state is not State.OK} == {"bundle"}


@pytest.mark.parametrize("computer", [windows(), macos()])
def test_windows_and_macos_need_no_kvm(computer: FakeComputer) -> None:
    """Neither has a /dev/kvm, and VirtualBox runs there all the same."""
    found = examine(computer, wish("virtualbox"))
    assert found.can_run, found.problems
    assert all(one.state is State.OK for name, one in found.findings.items() if name != "bundle")


def test_a_kvm_that_hangs_is_found_by_trying() -> None:
    """/dev/kvm is there and the processor says vmx, but a guest does not end: libvirt cannot be used."""
    found = problems(linux(guest=HANGS), "libvirt")
    assert list(found) == ["KVM"]
    assert "a guest in 64-bit mode did not end within 5 s" in found["KVM"].found
    assert "--provider lxc" in found["KVM"].fix


def test_a_kvm_that_fails_says_at_what() -> None:
    """A guest that stops for another reason than its own is no guest that ran."""
    said = "real mode\nreal mode: expected the guest to stop for a port, found a failed entry\n"
    assert "found a failed entry" in problems(linux(guest=Answer(1, said)), "libvirt")["KVM"].found


def test_a_kvm_that_is_not_ours_to_open_names_the_group() -> None:
    """Who is not in the group kvm is told to join it, and not to switch anything on."""
    refused = Answer(1, "opening /dev/kvm: [Errno 13] Permission denied: '/dev/kvm'\n")
    assert "usermod -aG kvm" in problems(linux(guest=refused), "libvirt")["KVM"].fix


def test_no_kvm_is_no_matter_to_virtualbox() -> None:
    """VirtualBox has a driver of its own; libvirt is refused."""
    computer = without(linux(), files=("/dev/kvm",))
    assert examine(computer, wish("virtualbox")).can_run
    assert problems(computer, "libvirt")["KVM"].found == "no /dev/kvm"


def test_a_processor_without_virtualization_counts_unless_a_guest_runs() -> None:
    """Flags can be hidden by a hypervisor around us; what runs is what counts."""
    hidden = reading(linux(), "/proc/cpuinfo", "flags\t\t: fpu sse\n")
    assert finding(hidden, "virtualbox", "processor").state is State.OK
    hidden.guest = HANGS
    assert "BIOS" in finding(hidden, "virtualbox", "processor").fix


@pytest.mark.parametrize("computer", [macos(machine="arm64"), windows(machine="ARM64"), linux(machine="aarch64")])
def test_an_arm_processor_cannot_run_centos_7(computer: FakeComputer) -> None:
    """The box is for x86-64: better said now than by a machine that never starts."""
    assert "--inventory" in problems(computer, "virtualbox")["processor"].fix


def test_python_that_is_translated_on_an_apple_processor_is_seen() -> None:
    """Python for Intel says x86_64 there too."""
    computer = saying(macos(), "sysctl -n sysctl.proc_translated", "1\n")
    assert "Apple" in problems(computer, "virtualbox")["processor"].found


def test_a_firmware_that_offers_nothing_is_seen_on_windows() -> None:
    """Without virtualization, and without a hypervisor that would hide it, VirtualBox starts nothing."""
    assert "BIOS" in problems(windows(firmware=False), "virtualbox")["processor"].fix


def test_the_hypervisor_of_windows_is_told_as_in_the_way() -> None:
    """Beside Hyper-V, Windows says that the firmware offers nothing: that is not the processor's fault."""
    found = examine(windows(hypervisor=True, firmware=False), wish("virtualbox"))
    assert found.can_run
    assert found.findings["Windows' hypervisor"].state is State.WARNING
    assert "bcdedit /set hypervisorlaunchtype off" in found.findings["Windows' hypervisor"].fix


def test_a_windows_without_powershell_is_unknown_and_no_problem() -> None:
    """What cannot be seen keeps nobody from trying."""
    computer = without(windows(), "powershell")
    assert examine(computer, wish("virtualbox")).can_run
    assert finding(computer, "virtualbox", "processor").state is State.UNKNOWN


@pytest.mark.parametrize("said", ["", "{", "[]", '{"Hypervisor": true}', '{"Networks": "x", "FreeKiB": "many"}'])
def test_powershell_that_says_something_else_is_unknown(said: str) -> None:
    """No answer of a program is a crash."""
    command = next(line for line in windows().outputs if line.startswith("powershell"))
    computer = saying(windows(), command, said)
    assert finding(computer, "virtualbox", "memory").state is State.UNKNOWN


def test_one_network_of_windows_is_read_as_a_list_of_one() -> None:
    """PowerShell 5 writes a list of one as what is in it."""
    command = next(line for line in windows().outputs if line.startswith("powershell"))
    facts = json.loads(str(windows().outputs[command]))
    one = {"InterfaceAlias": "VPN", "IPAddress": "192.168.200.77", "PrefixLength": 24}
    computer = saying(windows(), command, json.dumps({**facts, "Networks": one}))
    assert "VPN has 192.168.200.0/24" in problems(computer, "virtualbox")["addresses"].found


@pytest.mark.parametrize(
    ("virtualbox", "vagrant", "state"),
    [
        ("6.1.50r161033", "Vagrant 2.3.4", State.OK),
        ("7.0.20r163906", "Vagrant 2.3.4", State.OK),
        ("7.1.4r165100", "Vagrant 2.3.4", State.PROBLEM),
        ("7.1.4r165100", "Vagrant 2.4.3", State.OK),
        ("7.2.0r170228", "Vagrant 2.4.3", State.PROBLEM),
        ("7.2.0r170228", "Vagrant 2.4.9", State.OK),
        ("7.0.20r163906", "Vagrant 2.2.9", State.PROBLEM),
    ],
)
def test_an_older_vagrant_refuses_a_newer_virtualbox(virtualbox: str, vagrant: str, state: State) -> None:
    """Which Vagrant a series of VirtualBox needs stands in Vagrant's own notes."""
    computer = saying(saying(linux(), "VBoxManage --version", virtualbox), "vagrant --version", vagrant)
    assert finding(computer, "virtualbox", "Vagrant").state is state


@pytest.mark.parametrize(("said", "state"), [("5.2.44r139111", State.PROBLEM), ("9.0.0r1", State.UNKNOWN)])
def test_a_virtualbox_out_of_the_range_is_told(said: str, state: State) -> None:
    """One that is too old cannot be used; one that is newer than we are may be tried."""
    assert finding(saying(linux(), "VBoxManage --version", said), "virtualbox", "VirtualBox").state is state


def test_virtualbox_without_its_driver_is_told() -> None:
    """After an update of the kernel the program is there and can start nothing."""
    warned = "WARNING: The character device /dev/vboxdrv does not exist.\n7.0.20r163906\n"
    computer = without(saying(linux(), "VBoxManage --version", warned), files=("/dev/vboxdrv",))
    assert "vboxconfig" in problems(computer, "virtualbox")["VirtualBox"].fix


def test_kvm_in_virtualboxs_way_is_told_from_the_kernels_own_word() -> None:
    """From Linux 6.12 on KVM may keep the processor; the newest VirtualBox shares it."""
    computer = reading(linux(), "/sys/module/kvm/parameters/enable_virt_at_load", "Y\n")
    assert "modprobe -r" in finding(computer, "virtualbox", "KVM in the way").fix
    computer = saying(saying(computer, "VBoxManage --version", "7.2.10r1"), "vagrant --version", "Vagrant 2.4.9")
    assert finding(computer, "virtualbox", "KVM in the way").state is State.OK


@pytest.mark.parametrize("text", ["", "# * 192.168.200.0/24\n", "* 10.0.0.0/8 fe80::/10\n"])
def test_addresses_that_virtualbox_does_not_allow_are_told_before_vagrant_fails(text: str) -> None:
    """Without a line for the lab's network VirtualBox allows its own range alone."""
    fix = problems(reading(linux(), "/etc/vbox/networks.conf", text), "virtualbox")["allowed addresses"].fix
    assert "echo '* 192.168.200.0/24' | sudo tee -a /etc/vbox/networks.conf" in fix


@pytest.mark.parametrize("line", ["* 192.168.200.0/24", "* 0.0.0.0/0 ::/0", "  * 10.0.0.0/8 192.168.0.0/16\r\n"])
def test_addresses_that_the_file_allows_are_allowed(line: str) -> None:
    """The lab's network may be part of a wider one."""
    assert "allowed addresses" not in problems(reading(linux(), "/etc/vbox/networks.conf", line), "virtualbox")


def test_macos_has_the_range_only_before_virtualbox_7() -> None:
    """Vagrant, too, does not look there from 7.0 on."""
    assert "allowed addresses" not in problems(macos(), "virtualbox")
    old = saying(macos(), "VBoxManage --version", "6.1.50r161033")
    assert "allowed addresses" in problems(old, "virtualbox")


def test_addresses_of_somebody_else_are_told() -> None:
    """A VPN that has the lab's network would get its packets; a hypervisor's own interface is the lab's."""
    lab = "tun0\t00C8A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
    routes = f"{linux().files['/proc/net/route']}{lab}"
    assert "tun0" in problems(reading(linux(), "/proc/net/route", routes), "virtualbox")["addresses"].found
    own = routes.replace("tun0", "vboxnet0")
    assert "addresses" not in problems(reading(linux(), "/proc/net/route", own), "virtualbox")


def test_addresses_of_somebody_else_are_told_on_macos() -> None:
    """`ifconfig` says there what leads where."""
    text = "utun3: flags=8051<UP> mtu 1380\n\tinet 192.168.200.5 --> 192.168.200.5 netmask 0xffffff00\n"
    for said in (text, text.replace(" --> 192.168.200.5", "")):
        assert "utun3" in problems(saying(macos(), "ifconfig", said), "virtualbox")["addresses"].found


def test_machines_of_another_checkout_are_told_by_their_names() -> None:
    """A machine of the same name with another id is not ours, and in the way."""
    listed = '"labproof-master" {0a1b2c3d-0000-1111-2222-333344445555}\n'
    computer = saying(linux(), "VBoxManage list vms", listed)
    assert "VBoxManage unregistervm labproof-master" in problems(computer, "virtualbox")["names"].fix
    ours = "/home/student/.cache/labproof/machines/virtualbox/machines/master/virtualbox/id"
    assert "names" not in problems(reading(computer, ours, "0a1b2c3d-0000-1111-2222-333344445555"), "virtualbox")


def test_domains_and_networks_of_somebody_else_are_told() -> None:
    """libvirt's names are one for the whole computer."""
    listed = " 0a1b2c3d-0000-1111-2222-333344445555 labproof-node\n"
    computer = saying(linux(), "virsh -c qemu:///system list --all --uuid --name", listed)
    other = "<network><ip address='10.9.8.1' netmask='255.255.255.0'/></network>"
    computer = saying(computer, "virsh -c qemu:///system net-dumpxml labproof", other)
    assert set(problems(computer, "libvirt")) == {"names", "network"}
    lab = other.replace("10.9.8.1", "192.168.200.1")
    computer = saying(computer, "virsh -c qemu:///system net-dumpxml labproof", lab)
    assert set(problems(computer, "libvirt")) == {"names"}


@pytest.mark.parametrize(
    ("said", "fix"),
    [
        (Answer(1, "error: Failed to connect socket to '/var/run/libvirt/libvirt-sock'"), "systemctl"),
        (Answer(1, "error: authentication unavailable: no polkit agent"), "usermod -aG libvirt"),
        (Answer(None, is_late=True), "systemctl"),
        ("Using library: libvirt 3.9.0\n", "apt-get"),
    ],
)
def test_a_libvirt_that_does_not_answer_says_what_to_do(said: Answer | str, fix: str) -> None:
    """Its daemon is down, refuses us or is too old."""
    assert fix in problems(saying(linux(), "virsh -c qemu:///system version", said), "libvirt")["libvirt"].fix


def test_vagrant_needs_its_plugin_for_libvirt() -> None:
    """Vagrant alone knows VirtualBox only."""
    computer = saying(linux(), "vagrant plugin list", "vagrant-lxc (1.4.3, system)\n")
    assert "plugin install vagrant-libvirt" in problems(computer, "libvirt")["vagrant-libvirt"].fix


def test_short_memory_is_told_and_tried() -> None:
    """A system can make room; a disk that is full cannot."""
    assert list(problems(linux(free=2000), "virtualbox")) == ["disk"]
    assert "--no-milestones" in finding(linux(free=20_000), "virtualbox", "disk").fix
    short = reading(linux(), "/proc/meminfo", "MemAvailable:    2000000 kB\n")
    assert finding(short, "virtualbox", "memory").state is State.WARNING


def test_a_box_that_is_here_is_not_asked_for() -> None:
    """Without a network the box of an earlier lab does."""
    away = {"https://vagrantcloud.com/": "no route to host"}
    assert "LABPROOF_VM_BOX_URL" in problems(linux(unreachable=away), "virtualbox")["box"].fix
    for between in ("", "amd64/"):
        path = f"/home/student/.vagrant.d/boxes/centos-VAGRANTSLASH-7/1811.02/{between}virtualbox/metadata.json"
        assert "box" not in problems(reading(linux(unreachable=away), path, "{}"), "virtualbox")


def test_the_second_mirror_of_a_box_counts() -> None:
    """What one source lacks another may have."""
    box = Box("centos/7", "1811.02", ("http://127.0.0.1/a.box", "http://127.0.0.1/b.box"))
    computer = linux(unreachable={"http://127.0.0.1/a.box": "HTTP 404"})
    said = examine(computer, wish("virtualbox", box=box)).findings["box"]
    assert (said.state, said.found) == (State.OK, "centos/7 1811.02 will be fetched from http://127.0.0.1/b.box")


def test_a_bundle_is_whole_as_far_as_sizes_show(tmp_path: Path) -> None:
    """Files of the handout need no manifest; where there is one, it is held to."""

    def said() -> Finding:
        return examine(linux(), wish("virtualbox", bundle=tmp_path)).findings["bundle"]

    assert "holds no file" in said().found
    (tmp_path / "calico.yaml").write_text("kind: Pod")
    assert said().state is State.OK
    listed = [{"name": "calico.yaml", "size": 9}, {"name": "k8s-docker.tar.gz", "size": 5}]
    (tmp_path / "manifest.json").write_text(json.dumps({"files": listed}))
    assert said().found.endswith("k8s-docker.tar.gz is missing")
    (tmp_path / "k8s-docker.tar.gz").write_text("four")
    assert said().found.endswith("k8s-docker.tar.gz has 4 bytes, 5 are listed")
    (tmp_path / "manifest.json").write_text("{")
    assert "manifest.json cannot be read" in said().found


def test_bundle_for_containers_is_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The doctor says of a bundle for containers what `up` would, with the fix; without one there is nothing to say."""
    monkeypatch.delenv("LABPROOF_BUNDLE", raising=False)
    assert bundle.check_content(linux(), wishes.wish("lxc")) == Finding(State.OK, "the rehearsal's own files")
    folder = images_only(tmp_path / "given")
    monkeypatch.setenv("LABPROOF_BUNDLE", str(folder))
    found = bundle.check_content(linux(), wishes.wish("lxc"))
    assert (found.state, "0 of them stand-ins; packages: those of the rehearsal's" in found.found) == (State.OK, True)
    (folder / "recommended.yaml").write_text(DASHBOARD.replace("IfNotPresent", "Always"))
    seal(folder, "official")
    found = bundle.check_content(linux(), wishes.wish("lxc"))
    assert "recommended.yaml: expected imagePullPolicy: IfNotPresent" in found.found
    assert (found.state, found.fix) == (State.PROBLEM, "set imagePullPolicy: IfNotPresent")
    (folder / "kuboard.tar").unlink()
    assert bundle.check_content(linux(), wishes.wish("lxc")).found.endswith("kuboard.tar is missing")


def test_a_home_folder_in_chinese_is_told_on_windows_alone() -> None:
    """Vagrant of Windows does not bear it; elsewhere it is a folder like others."""
    home = Path("/home/学生/.vagrant.d")
    assert examine(windows(), wish("virtualbox", vagrant_home=home)).findings["folders"].state is State.WARNING
    assert examine(macos(), wish("virtualbox", vagrant_home=home)).findings["folders"].state is State.OK


def test_every_finding_that_is_not_ok_says_what_to_do() -> None:
    """A problem without a way out helps nobody."""
    for computer in (FakeComputer("Linux"), FakeComputer("Windows", "AMD64"), FakeComputer("Darwin", free=None)):
        for provider in ("virtualbox", "libvirt"):
            found = examine(computer, wish(provider)).findings
            bad = [name for name, one in found.items() if one.state in (State.PROBLEM, State.WARNING) and not one.fix]
            assert bad == []


def test_everything_that_is_wrong_is_told_at_once() -> None:
    """Who mends one thing need not come back for the next."""
    with pytest.raises(HostError) as raised:
        examine(FakeComputer("Linux"), wish("libvirt")).require()
    for part in ("virsh is not installed", "no /dev/kvm", "vagrant is not installed", "\n  try: "):
        assert part in str(raised.value)


def test_containers_are_for_linux_alone() -> None:
    """On Windows and macOS the rehearsal is refused before anything of Linux is read."""
    assert "--provider virtualbox" in doctor.essential(windows(), wish("lxc")).problems["containers"].fix


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (Answer(None, is_late=True), "did not end within"),
        (Answer(-6, "qemu-system-x86_64: error: failed to set MSR 0x10a to 0x69\n"), "failed to set MSR 0x10a"),
        (Answer(1), "failed: 1"),
    ],
)
def test_a_kvm_that_runs_no_bios_is_found_by_trying(said: Answer, found: str) -> None:
    """Seen on nested hosts: a few instructions run, and a whole machine hangs in its BIOS or fails at once."""
    outputs = {**linux().outputs, " ".join(BIOS): said}
    assert found in problems(linux(outputs=outputs), "libvirt")["KVM"].found


def test_a_kvm_that_runs_a_bios_runs_machines() -> None:
    """A BIOS that comes to its end is the best that can be seen before a machine comes up."""
    found = finding(linux(outputs={**linux().outputs, " ".join(BIOS): ""}), "libvirt", "KVM")
    assert (found.state, "BIOS came to its end" in found.found) == (State.OK, True)


def test_kvm_is_not_wanted_where_the_processor_is_emulated() -> None:
    """Whoever has QEMU emulate the processor needs no /dev/kvm, and is told what it costs."""
    computer = without(linux(variables={"LABPROOF_VM_DRIVER": "qemu"}), files=("/dev/kvm",))
    assert not problems(computer, "libvirt")
    assert "many times slower" in finding(computer, "libvirt", "KVM").found


def test_a_box_that_was_added_from_a_file_is_found() -> None:
    """It has no version, and Vagrant keeps it under 0."""
    computer = reading(linux(), "/home/student/.vagrant.d/boxes/labproof-vm-1/0/libvirt/metadata.json", "{}")
    found = examine(computer, wish("libvirt", box=Box("labproof-vm-1", ""))).findings["box"]
    assert found.found == "labproof-vm-1 is here"
