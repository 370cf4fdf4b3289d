"""Snapshots of virtual machines, with a Vagrant that is a script of the test's own."""

import time
from pathlib import Path
from typing import cast

import pytest

from labproof.ground.errors import ProvisionError, ResetError
from labproof.ground.wait import Clock
from labproof.host import table
from labproof.providers import snapshots
from labproof.providers.vagrant import Vagrant

MACHINES = table.load().machines
LISTED = 'case "$1 $2" in "snapshot list") echo "==> $3:"; echo base; echo docker;; esac'


class Lab:
    """A Vagrant that writes down what it is asked, and does what a line of shell says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.vagrant = Vagrant(folder / "state", folder / "vagrant.log", {})
        self.does(":")

    def does(self, line: str) -> None:
        """Let it do this as well."""
        script = self.folder / "vagrant"
        script.write_text(f'#!/bin/sh\nprintf "%s\\n" "$*" >> "{self.folder}/asked"\n{LISTED}\n{line}\n')
        script.chmod(0o755)

    @property
    def asked(self) -> list[str]:
        """Return what it was asked."""
        return (self.folder / "asked").read_text().splitlines()


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    """A lab of two machines that are not there."""
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return Lab(tmp_path)


def clock() -> Clock:
    """Return a clock on which waiting takes no time."""
    time = [0.0]

    def sleep(seconds: float) -> None:
        time[0] += seconds

    return Clock(now=lambda: time[0], sleep=sleep)


def test_snapshots_are_read_from_vagrants_list() -> None:
    """Names are kept in their order; what Vagrant says to a person is left out."""
    assert snapshots.parse("==> master: \nbase\ndocker\n") == ("base", "docker")


def test_a_machine_without_snapshots_has_none() -> None:
    """Vagrant's sentence that there are none is not a name."""
    text = "==> master: No snapshots have been taken yet!\n    master: You can take one with `vagrant snapshot save`.\n"
    assert snapshots.parse(text) == ()


def test_both_machines_stand_still_before_the_first_is_saved(lab: Lab) -> None:
    """All are suspended, then all are saved, then all go on with the right time: one moment for both."""
    snapshots.save(lab.vagrant, MACHINES, "docker")
    asked = lab.asked
    assert set(asked[:2]) == {"suspend master", "suspend node"}
    assert asked[2:4] == ["snapshot save master docker --force", "snapshot save node docker --force"]
    assert set(asked[4:6]) == {"resume master", "resume node"}
    assert sorted(line.partition("@")[0] for line in asked[6:]) == [
        f"ssh {name} -c sudo date --utc --set=" for name in ("master", "node")
    ]
    assert all(abs(int(line.partition("@")[2]) - time.time()) < 60 for line in asked[6:])


def test_machines_go_on_when_saving_fails(lab: Lab) -> None:
    """A full disk while saving leaves no machine standing still."""
    lab.does('[ "$1 $2 $3" != "snapshot save node" ] || { echo no space >&2; exit 1; }')
    with pytest.raises(ProvisionError, match="no space"):
        snapshots.save(lab.vagrant, MACHINES, "docker")
    assert {"resume master", "resume node"} <= set(lab.asked)


def test_a_machine_that_answers_late_is_waited_for(lab: Lab) -> None:
    """A machine that needs a moment until it answers is not set back."""
    seen = f"{lab.folder}/seen"
    lab.does(f'case "$1 $2" in "ssh node") [ -e "{seen}" ] || {{ : > "{seen}"; exit 255; }};; esac')
    snapshots.save(lab.vagrant, MACHINES, "docker", clock())
    assert sum(line.startswith("ssh node -c sudo date") for line in lab.asked) == 2
    assert not [line for line in lab.asked if "restore" in line]


def test_machines_of_which_one_does_not_go_on_are_set_back_to_what_was_saved(lab: Lab) -> None:
    """A processor that stands still after the snapshot costs the moment since, not the lab; the log says so."""
    restored = f'case "$*" in "snapshot restore"*) : > "{lab.folder}/restored";; esac'
    lab.does(f'{restored}\ncase "$1 $2" in "ssh master") [ -e "{lab.folder}/restored" ] || exit 255;; esac')
    snapshots.save(lab.vagrant, MACHINES, "docker", clock())
    assert [line.split(" --")[0] for line in lab.asked if "restore" in line] == [
        "snapshot restore master docker",
        "snapshot restore node docker",
    ]
    assert lab.asked[-1] == f"ssh master -c {MACHINES[0].whole}"
    assert "set back to docker" in lab.vagrant.log.read_text()
    assert "master goes on and did not answer" in lab.vagrant.log.read_text()


def test_machines_are_set_back_where_the_log_cannot_be_written(lab: Lab) -> None:
    """What is only noted must not keep the machines from going on."""
    restored = f'case "$*" in "snapshot restore"*) : > "{lab.folder}/restored";; esac'
    lab.does(f'{restored}\ncase "$1 $2" in "ssh master") [ -e "{lab.folder}/restored" ] || exit 255;; esac')
    lab.vagrant.log.mkdir()
    snapshots.save(lab.vagrant, MACHINES, "docker", clock())
    assert sum("restore" in line for line in lab.asked) == len(MACHINES)


def test_machines_that_never_go_on_are_told(lab: Lab) -> None:
    """They are set back once; what stands still then as well is told, with what was seen last."""
    lab.does('[ "$1 $2" != "ssh master" ] || { echo no route to host >&2; exit 255; }')
    with pytest.raises(ResetError, match=r"(?s)restoring 'docker' did not end: master goes on.*no route to host"):
        snapshots.save(lab.vagrant, MACHINES, "docker", clock())
    assert sum("restore" in line for line in lab.asked) == len(MACHINES)


class Silent:
    """A Vagrant whose machines let every question run out of its time; it keeps how long each was given."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.given: list[float] = []

    def note(self, text: str) -> None: ...

    def run(self, *arguments: str, seconds: float) -> str:
        if arguments[0] != "ssh":
            return "docker\n"
        self.given.append(seconds)
        self.clock.sleep(seconds)
        raise ProvisionError("no answer in time")


def test_a_machine_that_stands_still_is_not_waited_for_longer_than_it_may_take() -> None:
    """A question that nobody answers ends with the time that a machine has, not with one of its own."""
    silent = Silent(clock())
    with pytest.raises(ResetError):
        snapshots.save(cast("Vagrant", silent), MACHINES[:1], "docker", silent.clock)
    assert sum(silent.given) <= 2 * snapshots.ANSWER_SECONDS + 1


def test_machines_that_could_not_be_saved_are_not_set_back(lab: Lab) -> None:
    """Where there is nothing new to go back to, an older state would cost work."""
    lab.does('case "$1 $2" in "snapshot save"|"ssh node") exit 1;; esac')
    with pytest.raises(ProvisionError):
        snapshots.save(lab.vagrant, MACHINES, "docker", clock())
    assert not [line for line in lab.asked if "restore" in line]


def test_machines_are_set_back_before_either_goes_on(lab: Lab) -> None:
    """Neither machine runs while the other is of another time; then the course's command shows that it is whole."""
    snapshots.restore(lab.vagrant, MACHINES, "docker")
    asked = lab.asked[2:]
    options = "--no-provision --no-start"
    assert asked[:2] == [f"snapshot restore {name} docker {options}" for name in ("master", "node")]
    assert set(asked[2:4]) == {"resume master", "resume node"}
    assert asked[-1] == f"ssh master -c {MACHINES[0].whole}"


def test_a_machine_that_is_not_whole_is_told(lab: Lab) -> None:
    """A store that does not answer after a reset is no reset that came about."""
    lab.does('case "$*" in *healthz*) echo etcd failed >&2; exit 22;; esac')
    with pytest.raises(ResetError, match=r"(?s)master was restored and is not whole.*etcd failed"):
        snapshots.restore(lab.vagrant, MACHINES, "docker", clock())


def test_a_machine_that_needs_a_moment_is_waited_for(lab: Lab) -> None:
    """What runs on a machine answers some seconds after it goes on."""
    lab.does(f'case "$*" in *healthz*) [ -e "{lab.folder}/seen" ] || {{ : > "{lab.folder}/seen"; exit 7; }};; esac')
    snapshots.restore(lab.vagrant, MACHINES, "docker", clock())
    assert sum("healthz" in line for line in lab.asked) == 2


def test_an_unknown_milestone_touches_nothing(lab: Lab) -> None:
    """What was never saved is refused with the names that were."""
    with pytest.raises(ResetError, match="milestones: base, docker"):
        snapshots.restore(lab.vagrant, MACHINES, "calico")
    assert all(line.startswith("snapshot list") for line in lab.asked)
