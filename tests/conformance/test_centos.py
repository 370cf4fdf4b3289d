"""The rehearsal machine and the grader agree with what CentOS 7.6 reads, prints and does."""

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from labproof.connection.base import Purpose
from labproof.connection.fake import FakeConnection, Reply
from labproof.grading import expectation
from labproof.grading.expectation import Expectation
from labproof.ground.errors import TransportError
from labproof.lab import service
from labproof.lab.machine import Lab, Machine, Phase
from labproof.lab.service import UnitState
from labproof.rehearsal.box.recipe import sources_dir
from steps.actions import base
from steps.course import expect
from steps.probes import bridge, docker, firewall, names, package, selinux, ssh_key, swap
from tests.conformance.scratch import ScratchFiles, machine
from tests.conformance.shown import read, recognised_in
from tests.rehearsal.box.test_machine_scripts import Scratch

REAL = read("centos")
MIRROR = "https://rncxm540.mirror.aliyuncs.com"
MODES = {"enforcing": "Enforcing", "permissive": "Permissive", "disabled": "Disabled"}
PACKAGES = ("docker-ce", "docker-ce-cli", "containerd.io")
ASKED: dict[str, Callable[[Machine], object]] = {
    "packages": lambda one: package.versions(one, PACKAGES),
    "rules": firewall.leftover_rules,
    "names": lambda one: names.addresses(one, ("master",)),
    "selinux": selinux.mode,
}


def entries(kind: str) -> Any:
    """Return a parameter for each entry of one kind."""
    return pytest.mark.parametrize("real", REAL[kind], ids=lambda entry: str(entry["id"]))


@pytest.fixture
def files(tmp_path: Path) -> ScratchFiles:
    """The files of a machine, none at first."""
    return ScratchFiles(tmp_path / "machine")


@pytest.fixture
def box(tmp_path: Path) -> Scratch:
    """A rehearsal machine's own scripts, on a folder."""
    return Scratch(tmp_path / "box")


@entries("selinux")
def test_grader_reads_selinux_as_the_next_boot_will(files: ScratchFiles, real: dict[str, Any]) -> None:
    """The mode that the file sets decides, and what is wrong with the file is recognised in what was read."""
    files.write("/etc/selinux/config", real["text"])
    found, wanted = selinux.configured(machine(files)), expect.selinux_not_enforcing_at_boot()
    assert found.mode == real["mode"]
    assert wanted.is_met(found) is (real["mode"] != "enforcing")
    if not wanted.is_met(found):
        assert recognised_in("base.selinux-boot", wanted.found(found), real["text"]) == set(real["known_as"])


@entries("selinux")
def test_rehearsal_machine_boots_as_the_file_says(box: Scratch, real: dict[str, Any]) -> None:
    """Our machine's SELinux starts in the mode that a real one's would."""
    (box.root / "etc/selinux/config").write_text(real["text"])
    box.run("selinux", "selinux", "boot")
    assert box.run("selinux", "getenforce").stdout == f"{MODES[real['mode']]}\n"


def test_switching_off_what_is_off_fails_and_costs_nothing(box: Scratch, tmp_path: Path) -> None:
    """setenforce fails as the real one where SELinux is disabled; what performs the handout goes on all the same."""
    config = box.root / "etc/selinux/config"
    config.write_text("SELINUX=disabled\n")
    box.run("selinux", "selinux", "boot")
    failed = box.run("selinux", "setenforce", "0")
    assert (failed.returncode, failed.stderr.strip()) == (
        REAL["setenforce"]["where_disabled"],
        REAL["setenforce"]["says"],
    )
    box.run("selinux", "getenforce")
    fake = FakeConnection()
    fake.answer("master", "setenforce 0", "")
    base.disable_selinux(Machine("master", "192.168.200.10", fake, Phase(Purpose.ACT), "secret"))
    (line,) = fake.lines("master")
    performed = box.run_line(line)
    assert performed.returncode == 0, performed.stderr
    assert config.read_text() == "SELINUX=disabled\n"
    assert "base.selinux-chain-broken" in recognised_in("base.selinux-boot", "", REAL["setenforce"]["says"])


@entries("module")
def test_grader_tells_what_loads_the_module(
    files: ScratchFiles, monkeypatch: pytest.MonkeyPatch, real: dict[str, Any]
) -> None:
    """A file counts exactly when CentOS runs it at boot or login and it loads the module."""
    enabled = real.get("enabled", ())
    monkeypatch.setattr(service, "read", lambda machine, name: UnitState(name, True, True, name in enabled))
    files.write(real["path"], real["text"], real.get("mode", 0o644))
    found, wanted = bridge.loaded_by(machine(files)), expectation.something("files that load br_netfilter")
    assert found == ([real["path"]] if "at" in real else [])
    if not found and "known_as" in real:
        listed = f"={real['path']}\n" + "".join(f">{line}\n" for line in real["text"].split("\n"))
        assert set(real["known_as"]) <= recognised_in("base.module-boot", wanted.found(found), listed)


AT_BOOT = re.compile("/etc/(modules-load|sysconfig/modules|rc.modules)")


@pytest.mark.parametrize(
    "real", [entry for entry in REAL["module"] if AT_BOOT.match(entry["path"])], ids=lambda entry: str(entry["id"])
)
def test_rehearsal_machine_loads_at_boot_what_centos_does(box: Scratch, real: dict[str, Any]) -> None:
    """Of the files for boot our machine runs those that a real one runs, and no other."""
    place = box.root / real["path"].lstrip("/")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(real["text"])
    place.chmod(real.get("mode", 0o644))
    box.run("modules", "lsmod")
    box.run("modules", "modprobe", "overlay")
    box.run("modules", "modules", "boot")
    assert ("br_netfilter" in box.run("modules", "lsmod").stdout) is (real.get("at") == "boot")


@entries("sysctl")
def test_grader_reads_settings_as_the_next_boot_will(files: ScratchFiles, real: dict[str, Any]) -> None:
    """What counts of several files is what systemd takes from them, in its order."""
    for path, text in real["files"].items():
        files.write(path, text)
    assert bridge.persisted(machine(files))["net.ipv4.ip_forward"] == real["value"]


@entries("swap")
def test_grader_tells_whether_swap_comes_back(fake: FakeConnection, pair: Lab, real: dict[str, Any]) -> None:
    """Swap comes back by an active line, unless systemd was told to leave its unit, or all swap, alone."""
    units = ["swap.target", swap.unit(real["line"])]
    states = "\n\n".join("LoadState=masked" if name == real.get("masked") else "LoadState=loaded" for name in units)
    fake.answer("node", "/etc/fstab", f"{real['line']}\n")
    fake.answer("node", "systemctl show", f"{states}\n")
    found = swap.at_boot(pair["node"])
    assert found == ([real["line"]] if real["is_back"] else [])
    if "noauto" not in real["line"]:
        assert all(name in shlex.split(fake.lines("node")[-1]) for name in units)


@entries("swap")
def test_rehearsal_machine_boots_with_the_same_swap(box: Scratch, real: dict[str, Any]) -> None:
    """Our machine brings back at boot the swap that a real one brings back, and no other."""
    (box.root / "etc/fstab").write_text(f"{real['line']}\n")
    if "masked" in real:
        units = box.root / "etc/systemd/system"
        units.mkdir(parents=True)
        (units / real["masked"]).symlink_to("/dev/null")
    box.run("swap", "swap", "boot")
    assert bool(box.swap_lines) is real["is_back"]


@entries("rule")
def test_grader_tells_a_firewalls_rules(real: dict[str, Any]) -> None:
    """What a firewall left is told, line for line, with its own cause; what Docker and Kubernetes need is not."""
    built_in = ["-P INPUT ACCEPT", "-P OUTPUT ACCEPT"]
    left = firewall.parse_leftovers("\n".join([*built_in, *real["lines"]]))
    assert left == ([] if real.get("is_clean") else real["lines"])
    for line in left:
        found = expectation.nothing("rules of a firewall").found([line])
        assert recognised_in("base.rules", found) == set(real["known_as"])


@entries("ssh")
def test_grader_names_why_ssh_opened_no_shell(fake: FakeConnection, pair: Lab, real: dict[str, Any]) -> None:
    """From what ssh printed one cause is recognised: the one that has to be cured first."""
    fake.answer("master", "ssh -n", Reply("", 255, real["says"].strip() + "\n"))
    wanted = expect.shell_on("node")
    found = ssh_key.log_in(pair["master"], pair["node"])
    assert not wanted.is_met(found)
    assert recognised_in("base.key", wanted.found(found), real["says"]) == set(real["known_as"])


def test_slow_sshd_is_waited_for(fake: FakeConnection, pair: Lab) -> None:
    """A login, and a name, have more time than a dead resolver takes; our machines look names up as real ones do."""
    real = REAL["use_dns"]
    fake.answer("master", "ssh -n", Reply("", 255))
    fake.answer("master", "getent ahostsv4", Reply("", 2))
    ssh_key.log_in(pair["master"], pair["node"])
    names.addresses(pair["master"], ("node",))
    assert all(command.timeout > max(real["seconds"]) for command, _ in fake.commands)
    settings = (sources_dir() / "root/etc/ssh/sshd_config.d/labproof.conf").read_text()
    assert real["line"] in settings.splitlines()


@entries("daemon_json")
def test_grader_names_what_is_wrong_with_daemon_json(files: ScratchFiles, real: dict[str, Any]) -> None:
    """The file is read as it lies there, byte for byte, and of its faults the right one is recognised alone."""
    text = real["text"].replace("@MIRROR@", MIRROR).lstrip("\n")
    files.write(docker.DAEMON_JSON, text)
    found = docker.configured(machine(files))
    wanted: Expectation[docker.DaemonSettings] = expect.daemon(docker.DaemonSettings((MIRROR,), "systemd"))
    assert wanted.is_met(found) is real.get("is_right", False)
    known = set() if wanted.is_met(found) else recognised_in("docker.file", wanted.found(found), text)
    assert known == set(real["known_as"])


@entries("failure")
def test_tool_that_failed_gives_no_answer(fake: FakeConnection, pair: Lab, real: dict[str, Any]) -> None:
    """Nobody is judged by a tool that failed: what it said is shown, and that it could not tell."""
    fake.answer("node", "/sys/fs/selinux/enforce", Reply(status=44))
    fake.answer("node", real["command"], Reply(real.get("output", ""), real["status"], real["error"]))
    with pytest.raises(TransportError) as caught:
        ASKED[real["asked"]](pair["node"])
    assert real["shown"] in str(caught.value)
    assert real.get("cure", "") in str(caught.value)


def test_scratch_files_are_read_by_a_shell(files: ScratchFiles) -> None:
    """What these tests read comes from the folder and not from this computer."""
    files.write("/etc/hostname", "from the folder\n")
    assert machine(files).read("/etc/hostname") == "from the folder\n"
    assert machine(files).read("/etc/passwd") is None
