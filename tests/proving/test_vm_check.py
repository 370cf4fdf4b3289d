"""The stages of the proof on virtual machines, with machines that only say what they are asked."""

import itertools
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from labproof.connection.endpoint import Endpoint
from labproof.ground.errors import HostError
from labproof.ground.places import Progress, course_dir
from labproof.host.doctor import Examination
from labproof.proving import vm_check
from labproof.proving.virtual_host import UNHURRIED
from labproof.proving.vm_check import VmCheck
from labproof.records import result
from labproof.records.model import Mode, Outcome, RunRecord, SectionRecord
from labproof.session import resetting
from labproof.session.optional import OptionalSection

MANIFEST = course_dir() / "standins" / "manifests" / "calico.yaml"
FULL = result.load(course_dir() / "tests" / "recordings" / "full" / "result.json")


def _with(run: RunRecord, outcome: Outcome, *sections: str) -> RunRecord:
    """Return a run in which all criteria of some sections have an outcome."""
    return replace(run, sections=tuple(_come_to(s, outcome) if s.id in sections else s for s in run.sections))


def _come_to(section: SectionRecord, outcome: Outcome) -> SectionRecord:
    changed = [
        replace(scenario, criteria=tuple(replace(c, outcome=outcome) for c in scenario.criteria))
        for scenario in section.scenarios
    ]
    return replace(section, scenarios=tuple(changed))


TWO = replace(FULL, sections=tuple(section for section in FULL.sections if section.id in ("base", "docker")))
"""A run of two sections in which all is well."""

NOTHING = _with(TWO, Outcome.FAILED, "base", "docker")


REBOOT = OptionalSection("reboot", "reboot", "Surviving a reboot", restarts=True)
DUE = ("reboot.swap@master", "reboot.docker@node")


def _restarted(outcome: Outcome) -> RunRecord:
    """Return a run of the whole course with the restart: what rests on two sections has an outcome, the rest none."""
    known = next(iter(TWO.criteria))
    due = [replace(known, id=id_, outcome=outcome) for id_ in DUE]
    left = replace(known, id="reboot.api", outcome=Outcome.BLOCKED)
    scenario = replace(TWO.sections[0].scenarios[0], criteria=(*due, left))
    own = SectionRecord("reboot", TWO.sections[0].title, "", (scenario,))
    return replace(FULL, sections=(*_with(FULL, Outcome.FAILED, "init", "join").sections, own))


@dataclass
class Lab:
    """Machines that are up or not."""

    asked: list[str]
    name: str = "libvirt"

    def up(self, progress: Progress) -> None:
        """Note it."""
        self.asked.append("up")

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Return one machine."""
        return (Endpoint("master", "192.168.200.10", "127.0.0.1", 22, "root", Path("key"), ""),)

    def milestones(self) -> tuple[str, ...]:
        """Return what was kept."""
        return ("base", "docker")


@dataclass
class Host:
    """A computer that notes what is done to it, and fails where it is told to."""

    asked: list[str] = field(default_factory=list)
    fails: str = ""
    problem: type[BaseException] = HostError
    slowness: float = 1.0

    @property
    def lab(self) -> Lab:
        """Return its machines."""
        return Lab(self.asked)

    def __getattr__(self, name: str) -> Any:
        def note(progress: Progress) -> None:
            self.asked.append(name)
            if name == self.fails:
                raise self.problem(f"{name} went wrong")

        return note


@dataclass
class Bench:
    """Grades as it is told to: what is returned, by the name of a run."""

    runs: dict[str, RunRecord]
    boots: Any = field(default_factory=itertools.count)
    carried_out: dict[str, tuple[str, ...]] = field(default_factory=dict)
    patience: float = 0.0

    def grade(self, name: str, patience: float) -> RunRecord:
        """Return the run of this name."""
        return self.runs[name]

    def perform(self, name: str, keeps_milestones: bool = False) -> RunRecord:
        """Return the run of this name."""
        assert keeps_milestones
        return self.runs[name]

    def ask(self, machine: str, line: str) -> str:
        """Return another boot's id each time."""
        return f"{next(self.boots)}\n"

    def carry_out(self, commands: dict[str, tuple[str, ...]]) -> None:
        """Note what is told to which machine."""
        self.carried_out |= commands

    def restart(self) -> None:
        """Restart nothing."""

    def restart_and_grade(self, name: str, option: str, patience: float) -> RunRecord:
        """Return the run of this name."""
        self.patience = patience
        return self.runs[name]

    def reset(self, name: str, milestone: str, latest: str) -> RunRecord:
        """Return what a reset leaves of the run `latest`, or the run of this name where there is one."""
        order = {"base": 0, "docker": 1}
        left = resetting.without_later(self.runs[latest], order, milestone)
        return self.runs.get(name, replace(left, mode=Mode.RESET, milestone=milestone))

    def close(self) -> None:
        """Close nothing."""


RUNS = {
    "untouched": NOTHING,
    "finished": TWO,
    "with-reboot": _restarted(Outcome.PASSED),
    "restarted": TWO,
    "back-to-base": _with(TWO, Outcome.FAILED, "docker"),
    "forward-to-docker": TWO,
}


def check(host: Host, bench: Bench, said: list[str]) -> VmCheck:
    """Return a proof with these parts."""
    parts: dict[str, Any] = {"host": host, "bench": bench}
    return VmCheck(**parts, mistakes=(), tell=said.append)


@pytest.fixture(autouse=True)
def healthy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A computer on which the doctor finds nothing wrong."""
    monkeypatch.setattr(vm_check.doctor, "examine", lambda *_: Examination("libvirt", {}))
    monkeypatch.setattr(vm_check.restart, "section", lambda: REBOOT)
    monkeypatch.setattr(vm_check.restart, "due", lambda *_: DUE)
    monkeypatch.setattr(vm_check.restart, "rests_on", lambda *_: False)


def test_every_stage_is_told_with_its_time() -> None:
    """All stages pass; each begins and ends with a line, and at the end all is put back."""
    host, said = Host(), list[str]()
    stages = check(host, Bench(RUNS), said).prove()
    assert not [stage for stage in stages if stage.problem]
    assert host.asked[-2:] == ["take_down", "put_back"]
    for stage in stages:
        assert any(line.endswith(f"{stage.name} ...") for line in said)
        assert any(line.startswith(f"ok: {stage.name} (") for line in said)
    # A stage that had nothing to prove does not pass in silence.
    assert "  none was asked for; --mistake names them" in said


def test_only_slow_machines_are_told_to_take_their_time() -> None:
    """An emulated processor answers no probe in a second; a real one is left as a student finds it."""
    slow, quick = Bench(RUNS), Bench(RUNS)
    check(Host(slowness=10.0), slow, []).prove()
    check(Host(), quick, []).prove()
    assert (list(slow.carried_out), quick.carried_out) == (["master"], {})
    assert any("ExecProbeTimeout=false" in line for line in slow.carried_out["master"])


def test_slow_machines_ask_seldom_and_wait(tmp_path: Path) -> None:
    """Every probe of Calico's manifest is asked twice a minute and waited for; nothing else of it is changed."""
    manifest, ours = tmp_path / "calico.yaml", MANIFEST.read_text()
    manifest.write_text(ours)
    (line,) = (line for line in UNHURRIED if "calico.yaml" in line)
    subprocess.run(["sh", "-c", line.replace("/root/calico.yaml", str(manifest))], check=True, timeout=60)
    text = manifest.read_text()
    documents = list(yaml.safe_load_all(text))
    probes = list(found(documents, ("livenessProbe", "readinessProbe")))
    assert len(probes) == 4
    assert {(probe["periodSeconds"], probe["timeoutSeconds"]) for probe in probes} == {(30, 30)}
    told = ("periodSeconds", "timeoutSeconds")
    kept = [[line for line in whole.splitlines() if not line.strip().startswith(told)] for whole in (ours, text)]
    assert kept[0] == kept[1]


def found(data: object, keys: tuple[str, ...]) -> Iterator[dict[str, int]]:
    """Yield what stands under one of the keys, however deep."""
    if isinstance(data, dict):
        yield from (value for key, value in data.items() if key in keys)
    for inner in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from found(inner, keys)


@pytest.mark.parametrize("is_whole", [True, False])
def test_a_whole_course_is_given_time_after_the_restart(monkeypatch: pytest.MonkeyPatch, is_whole: bool) -> None:
    """What comes up again is waited for where all of it was there before; what never was is not."""
    monkeypatch.setattr(vm_check.restart, "rests_on", lambda *_: is_whole)
    bench = Bench(RUNS)
    check(Host(), bench, []).prove()
    assert (bench.patience == vm_check.GREEN_PATIENCE) == is_whole


def test_what_fails_ends_the_proof_and_all_is_put_back() -> None:
    """After a stage that failed none but the taking down is run, and that they were not is said."""
    host, said = Host(fails="make_network"), list[str]()
    stages = check(host, Bench(RUNS), said).prove()
    assert [stage.problem for stage in stages if stage.problem] == ["make_network went wrong"]
    assert "up" not in host.asked
    assert host.asked[-2:] == ["take_down", "put_back"]
    assert "the stages after this one were not run" in said


def test_stage_that_was_interrupted_did_not_pass() -> None:
    """Ctrl-C ends the proof: its stage is told as one that did not come to its end, and all is put back."""
    host, said = Host(fails="make_network", problem=KeyboardInterrupt), list[str]()
    with pytest.raises(KeyboardInterrupt):
        check(host, Bench(RUNS), said).prove()
    assert any(line.endswith("it did not come to its end: KeyboardInterrupt") for line in said)
    assert host.asked[-2:] == ["take_down", "put_back"]


def test_a_computer_that_cannot_be_put_back_is_told() -> None:
    """What goes wrong at the end is a failed stage too, and the rest is put back all the same."""
    host = Host(fails="take_down")
    stages = check(host, Bench(RUNS), []).prove()
    assert [stage.name for stage in stages if stage.problem][-1] == "the machines are gone"
    assert host.asked[-1] == "put_back"


@pytest.mark.parametrize(
    ("run", "is_now", "says"),
    [
        ("untouched", _with(NOTHING, Outcome.PASSED, "docker"), "no criterion to pass on untouched machines"),
        ("untouched", _with(NOTHING, Outcome.UNDETERMINED, "docker"), "every criterion to be seen"),
        ("finished", _with(TWO, Outcome.FAILED, "docker"), "every criterion to pass"),
        ("with-reboot", _restarted(Outcome.FAILED), "all of section reboot that can pass"),
        ("with-reboot", FULL, "reboot.swap@master: not in the run"),
        ("restarted", _with(TWO, Outcome.FAILED, "base"), "every criterion to pass"),
        ("reset-to-base", TWO, "a result of its own that knows nothing after base"),
        ("reset-to-base", replace(TWO, mode=Mode.RESET, milestone="base"), "that knows docker"),
        ("reset-to-base", replace(NOTHING, mode=Mode.RESET, milestone="docker"), "set back to docker"),
        ("back-to-base", TWO, "base done and docker undone"),
        ("back-to-base", NOTHING, "base done and docker undone"),
        ("forward-to-docker", _with(TWO, Outcome.FAILED, "docker"), "every criterion to pass"),
    ],
)
def test_whatever_is_not_as_it_should_be_fails_its_stage(run: str, is_now: RunRecord, says: str) -> None:
    """Points for nothing, work that is not seen, a restart that loses it, a snapshot that keeps it: each is told."""
    stages = check(Host(), Bench({**RUNS, run: is_now}), []).prove()
    assert [says in stage.problem for stage in stages if stage.problem] == [True]


def test_a_restart_that_was_none_is_told() -> None:
    """The kernel's own word for a boot must change: points alone do not show that it was one."""
    bench = Bench(RUNS, itertools.repeat(7))
    stages = check(Host(), bench, []).prove()
    assert ["another boot after the restart" in stage.problem for stage in stages if stage.problem] == [True]


def test_mistakes_that_are_not_caught_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """What seeding did not prove fails its stage with the mistake's name."""

    class Seeded:
        def __init__(self, *_: object) -> None:
            pass

        def all(self, mistakes: object) -> list[Any]:
            class Tried:
                problems = ("it was not red",)
                mistake = type("Mistake", (), {"id": "base.swap-still-on"})

            return [Tried]

    monkeypatch.setattr(vm_check, "Seeding", Seeded)
    stages = check(Host(), Bench(RUNS), []).prove()
    assert [stage.problem for stage in stages if stage.problem] == [
        "expected every mistake to be caught, found:\nbase.swap-still-on: it was not red"
    ]


def test_a_course_without_such_a_section_is_restarted_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no section asks for a restart, the provider restarts the machines, and all must be there afterwards."""
    monkeypatch.setattr(vm_check.restart, "section", lambda: None)
    bench = Bench({name: run for name, run in RUNS.items() if name != "with-reboot"})
    assert not [stage for stage in check(Host(), bench, []).prove() if stage.problem]
