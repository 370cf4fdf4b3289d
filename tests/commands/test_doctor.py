"""`labproof doctor`, on computers that are not this one."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from labproof.cli import main
from labproof.host import computer
from labproof.host.fake_computer import FakeComputer
from tests.host.computers import linux, windows, without


@pytest.fixture(autouse=True)
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A person of whom no lab is up."""
    monkeypatch.setenv("LABPROOF_STATE", str(tmp_path))
    for name in ("LABPROOF_BUNDLE", "LAB_PROVIDER", "LABPROOF_VM_BOX", "LABPROOF_VM_BOX_URL"):
        # Set and taken away again, so that what a command sets is taken away with it.
        monkeypatch.setenv(name, "")


def doctor(monkeypatch: pytest.MonkeyPatch, host: FakeComputer, *arguments: str) -> Result:
    monkeypatch.setattr(computer, "ThisComputer", lambda: host)
    return CliRunner().invoke(main, ["doctor", *arguments])


def test_the_provider_that_would_be_taken_is_examined(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an option the doctor speaks of what `labproof up` would take, and shortly of the others."""
    done = doctor(monkeypatch, windows())
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[0] == "virtualbox: can run here"
    assert "lxc: cannot be used: containers: the rehearsal runs on Linux, and this is Windows" in done.stdout
    assert any(line.startswith("libvirt: cannot be used: ") for line in lines)


def test_what_is_missing_ends_with_three_and_the_fix(monkeypatch: pytest.MonkeyPatch) -> None:
    """A computer that cannot run the machines is nobody's lost point, and something to mend."""
    done = doctor(monkeypatch, without(linux(), "VBoxManage"), "--provider", "virtualbox")
    assert done.exit_code == 3
    assert "problem  VirtualBox: VBoxManage is not installed\n           try: install VirtualBox" in done.stdout


def test_json_says_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A program finds each check with its state, and whether the machines can come up."""
    (tmp_path / "calico.yaml").write_text("kind: Pod")
    done = doctor(monkeypatch, linux(), "--json", "--provider", "libvirt", "--bundle", str(tmp_path))
    said = json.loads(done.stdout)
    assert (said["schema"], said["system"], said["provider"], said["can_run"]) == (1, "Linux", "libvirt", True)
    assert {check["check"] for check in said["checks"]} >= {"KVM", "libvirt", "addresses", "box", "bundle"}
    assert {check["state"] for check in said["checks"]} == {"ok"}
    assert said["others"]["virtualbox"]["can_run"] is True


def test_a_provider_that_nobody_has_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelt name ends with 2 and the names there are."""
    done = doctor(monkeypatch, linux(), "--provider", "vbox")
    assert done.exit_code == 2
    assert "choose one of virtualbox, libvirt, lxc" in done.output
