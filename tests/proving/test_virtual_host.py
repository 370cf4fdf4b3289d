"""This computer while virtual machines are proven on it, with a virsh that is a script of the test's own."""

from pathlib import Path

import pytest

from labproof.ground.errors import ConfigError
from labproof.host import ownership, table
from labproof.host.libvirt_daemon import LibvirtDaemon
from labproof.providers.virtual import VirtualLab
from labproof.proving.virtual_host import VirtualHost
from labproof.rehearsal.bundle.manifest import Bundle
from labproof.rehearsal.vm_box import VmBox

VOLUMES = " Name  Path\n-----\n labproof-vm-1_vagrant_box_image_0_1_box.img  /a\n somebodys.img  /b\n\n"


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A libvirt that answers, with a disk of ours and one of somebody else's, and writes down what it is asked."""
    monkeypatch.setenv("LABPROOF_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    (tmp_path / "volumes").write_text(VOLUMES)
    script = tmp_path / "virsh"
    script.write_text(
        f'#!/bin/sh\nshift 2\necho "$*" >> {tmp_path}/asked\ncase "$1" in vol-list) cat {tmp_path}/volumes;; esac\n'
    )
    script.chmod(0o755)
    return tmp_path / "asked"


def host(tmp_path: Path) -> VirtualHost:
    """Return a computer whose daemon somebody else has started."""
    return VirtualHost(
        table.load(), cpus=1, slowness=4.0, _daemon=LibvirtDaemon(tmp_path, tmp_path / "no-systemd", tmp_path / "kvm")
    )


def test_machines_of_the_rehearsal_come_up_with_its_box_and_files(tmp_path: Path) -> None:
    """Everything that Vagrantfile, provider and grader must know is in the environment, and nothing of it elsewhere."""
    said = host(tmp_path).settings(VmBox("labproof-vm-1", tmp_path / "home"), Bundle(tmp_path / "bundle", {}))
    assert said == {
        "LAB_PROFILE": "rehearsal",
        "VAGRANT_HOME": str(tmp_path / "home"),
        "LABPROOF_VM_BOX": "labproof-vm-1",
        "LABPROOF_BUNDLE": str(tmp_path / "bundle"),
        "LABPROOF_VM_NAT": "labproof-nat",
        "LABPROOF_VM_DRIVER": "qemu",
        "LABPROOF_SLOWNESS": "4",
        "LABPROOF_VM_CPUS": "1",
    }


def test_what_was_there_before_is_left_alone(asked: Path, tmp_path: Path) -> None:
    """Our network and our disks are removed; a pool that was there, and what somebody else keeps in it, stay."""
    one = host(tmp_path)
    one.put_back(lambda _: None)
    lines = asked.read_text().splitlines()
    assert "net-destroy labproof-nat" in lines
    assert [line for line in lines if line.startswith("vol-delete")] == [
        "vol-delete labproof-vm-1_vagrant_box_image_0_1_box.img --pool default"
    ]
    assert not [line for line in lines if line.startswith("pool-destroy")]


def test_a_pool_that_vagrant_has_made_is_removed(asked: Path, tmp_path: Path) -> None:
    """libvirt had no pool before: it has none afterwards."""
    one = host(tmp_path)
    one.start_daemon(lambda _: None)
    one.put_back(lambda _: None)
    assert asked.read_text().splitlines()[-2:] == ["pool-destroy default", "pool-undefine default"]


def test_a_daemon_that_does_not_answer_needs_no_putting_back(asked: Path, tmp_path: Path) -> None:
    """Where the first stages failed there is nothing of ours."""
    (tmp_path / "virsh").write_text("#!/bin/sh\nexit 1\n")
    host(tmp_path).put_back(lambda _: None)
    assert not asked.exists()


def test_only_machines_of_ours_are_taken_down(asked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lab of containers that is up, or one of another checkout, is not touched."""
    down: list[str] = []
    monkeypatch.setattr(VirtualLab, "down", lambda self, _: down.append(self.name))
    one = host(tmp_path)
    one.take_down(lambda _: None)
    ownership.claim("lxc")
    one.take_down(lambda _: None)
    assert down == []
    ownership.claim("libvirt")
    one.take_down(lambda _: None)
    assert down == ["libvirt"]


def test_a_table_without_a_first_card_is_told(tmp_path: Path) -> None:
    """Machines of a course with one card each cannot be proven here, and the key of the table is named."""
    lone = table.load().model_copy(update={"nat": None})
    with pytest.raises(ConfigError, match="nat"):
        VirtualHost(lone).make_network(lambda _: None)
