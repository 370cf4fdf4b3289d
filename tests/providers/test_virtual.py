"""The lab of virtual machines, with programs that are scripts of the test's own."""

from pathlib import Path

import pytest

from labproof.ground.errors import HostError
from labproof.host import ownership, table
from labproof.providers import saved_order, virtual, wishes
from labproof.providers.virtual import VirtualLab
from tests.host.computers import linux, without


@pytest.fixture(autouse=True)
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A computer of its own, in whose Vagrant every question is written down."""
    for name, folder in (("STATE", "state"), ("CACHE", "cache")):
        monkeypatch.setenv(f"LABPROOF_{name}", str(tmp_path / folder))
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    for name in ("LABPROOF_BUNDLE", "LABPROOF_VM_BOX", "LABPROOF_VM_BOX_URL", "LABPROOF_VM_BOX_VERSION"):
        monkeypatch.delenv(name, raising=False)
    script = tmp_path / "vagrant"
    script.write_text(
        f'#!/bin/sh\nprintf "%s|%s|%s\\n" "$*" "$LABPROOF_BUNDLE" "$LABPROOF_VM_BOX" >> {tmp_path}/asked\n'
    )
    script.chmod(0o755)
    monkeypatch.setattr(virtual, "ThisComputer", linux)
    return tmp_path / "asked"


def test_machines_come_up_without_the_rehearsals_files(asked: Path) -> None:
    """Nothing is built with apt for CentOS: without the handout's files the machines get none, and that is said."""
    said: list[str] = []
    VirtualLab("virtualbox").up(said.append)
    assert asked.read_text() == "up --provider=virtualbox||centos/7\n"
    assert any("--bundle DIR" in line for line in said)
    record = ownership.current()
    assert record is not None
    assert (record.box, record.bundle) == ("centos/7 1811.02", "")


def test_the_handouts_own_files_are_given(asked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with spaces and Chinese letters reaches Vagrant whole."""
    folder = tmp_path / "课程 files"
    folder.mkdir()
    (folder / "calico.yaml").write_text("kind: Pod")
    monkeypatch.setenv("LABPROOF_BUNDLE", str(folder))
    VirtualLab("virtualbox").up(lambda _: None)
    assert asked.read_text() == f"up --provider=virtualbox|{folder}|centos/7\n"


def test_nothing_is_begun_where_the_computer_cannot(asked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is missing is told before Vagrant is asked, and no lab is recorded."""
    monkeypatch.setattr(virtual, "ThisComputer", lambda: without(linux(), "VBoxManage"))
    with pytest.raises(HostError, match=r"(?s)VBoxManage is not installed.*try: install VirtualBox"):
        VirtualLab("virtualbox").up(lambda _: None)
    assert not asked.exists()
    assert ownership.current() is None


def _machines_that(asked: Path, tmp_path: Path, complete: str) -> None:
    """Have machines that run, of which those that are named have all that they are given."""
    ownership.claim("virtualbox")
    (tmp_path / "vagrant").write_text(
        f'#!/bin/sh\necho "$*" >> {asked}\n'
        'case "$1 $2" in\n'
        'status*) for m in master node; do echo "1,$m,provider-name,virtualbox"; echo "1,$m,state,running"; done;;\n'
        f"{complete})  exit 0;;\nssh*) exit 1;;\nesac\n"
    )


def test_machines_that_are_up_and_whole_stay_as_they_are(asked: Path, tmp_path: Path) -> None:
    """A lab that came up to its end is only looked at."""
    _machines_that(asked, tmp_path, '"ssh master"|"ssh node"')
    VirtualLab("virtualbox").up(lambda _: None)
    assert {line.split()[0] for line in asked.read_text().splitlines()} == {"status", "ssh"}


def test_what_a_killed_run_has_left_unfinished_is_finished(asked: Path, tmp_path: Path) -> None:
    """Vagrant takes machines that run for done: those without the last thing that they are given are given all."""
    _machines_that(asked, tmp_path, '"ssh master"')
    VirtualLab("virtualbox").up(lambda _: None)
    assert [line for line in asked.read_text().splitlines() if line.startswith("provision")] == ["provision node"]


@pytest.mark.parametrize("complete", ['"ssh master"|"ssh node"', '"ssh master"'])
def test_another_bundle_is_another_lab(
    complete: str, asked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Machines that are there, whole or not, are not said to be up for files that they were not given."""
    _machines_that(asked, tmp_path, complete)
    (tmp_path / "other").mkdir()
    monkeypatch.setenv("LABPROOF_BUNDLE", str(tmp_path / "other"))
    with pytest.raises(
        HostError, match=r"(?s)other has now, found a lab that was made with no files.*labproof down first"
    ):
        VirtualLab("virtualbox").up(lambda _: None)
    assert not asked.exists()


def test_machines_keep_their_files(asked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lab is known by the bytes of its files; what a killed run has left is finished with the same ones."""
    folders = tmp_path / "mine", tmp_path / "copy"
    for folder in folders:
        folder.mkdir()
        (folder / "calico.yaml").write_text("kind: Pod")
    monkeypatch.setenv("LABPROOF_BUNDLE", str(folders[0]))
    VirtualLab("virtualbox").up(lambda _: None)
    (tmp_path / "vagrant").write_text(
        f'#!/bin/sh\necho "$1|$LABPROOF_BUNDLE" >> {asked}\n[ $1 != status ] || echo "1,master,state,poweroff"\n'
    )
    for given in (str(folders[1]), ""):
        monkeypatch.setenv("LABPROOF_BUNDLE", given)
        asked.unlink(missing_ok=True)
        VirtualLab("virtualbox").up(lambda _: None)
        assert f"up|{folders[0]}" in asked.read_text().splitlines()


def test_a_lab_of_another_provider_is_not_taken_for_ones_own(asked: Path) -> None:
    """The machines would have the same addresses: the other lab is named, and nothing is begun."""
    ownership.claim("lxc")
    with pytest.raises(HostError, match=r"(?s)found one of lxc.*labproof down first"):
        VirtualLab("virtualbox").up(lambda _: None)
    assert not asked.exists()


def test_milestones_come_in_the_order_in_which_they_were_saved(asked: Path, tmp_path: Path) -> None:
    """libvirt names snapshots in no order; one that is saved again is the newest, one that nobody noted the oldest."""
    ownership.claim("libvirt")
    (tmp_path / "vagrant").write_text(
        '#!/bin/sh\ncase "$1 $2" in "snapshot list") printf "docker\\nbase\\nmine\\n";; esac\n'
    )
    lab = VirtualLab("libvirt")
    assert lab.milestones() == ("docker", "base", "mine")
    for name in ("docker", "base", "docker"):
        lab.save(name)
    assert lab.milestones() == ("mine", "base", "docker")


def test_the_order_of_another_lab_says_nothing(asked: Path, tmp_path: Path) -> None:
    """Machines that were made anew, and a note that was damaged, leave the milestones as Vagrant names them."""
    ownership.claim("libvirt")
    (tmp_path / "vagrant").write_text('#!/bin/sh\ncase "$1 $2" in "snapshot list") printf "docker\\nbase\\n";; esac\n')
    lab = VirtualLab("libvirt")
    for name in ("base", "docker"):
        lab.save(name)
    assert lab.milestones() == ("base", "docker")
    ownership.claim("libvirt")
    assert lab.milestones() == ("docker", "base")
    for damaged in ("", "[]", '{"lab": 1}', "\x00"):
        saved_order.path().write_text(damaged)
        assert lab.milestones() == ("docker", "base")


def test_a_box_that_is_named_elsewhere_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another box has no version of ours; a mirror alone changes where, not what."""
    said = table.load().box
    monkeypatch.setenv("LABPROOF_VM_BOX_URL", "http://127.0.0.1/centos.box")
    found = wishes.box(said, "virtualbox")
    assert (found.name, found.version, found.urls) == ("centos/7", "1811.02", ("http://127.0.0.1/centos.box",))
    monkeypatch.delenv("LABPROOF_VM_BOX_URL")
    monkeypatch.setenv("LABPROOF_VM_BOX", "bento/centos-7.6")
    found = wishes.box(said, "virtualbox")
    assert (found.name, found.version, found.urls) == ("bento/centos-7.6", "", ())
