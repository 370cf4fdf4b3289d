"""In which order scenarios are run."""

from collections.abc import Collection
from pathlib import Path

import pytest

from labproof.grading import rubric, syllabus
from labproof.grading.syllabus import Syllabus
from labproof.grading.turns import Part
from labproof.session.recorded_run import Begun
from labproof.session.running_order import arranged
from tests.tiny_course import Section, criterion, write

INIT = """Feature: init
  Scenario: work on init
    When init is worked on
    Then init.api holds
  @later
  Scenario: pods
    Then init.pods holds
"""
NET = """Feature: net
  Scenario: work on net
    When net is worked on
    Then net.ready holds
  @later
  Scenario: address
    Then net.address holds
  @later
  Scenario: names
    Then net.names holds
"""
LATER = {"pods", "address", "names"}


def course(root: Path, last: str = "", needs: tuple[str, ...] = ()) -> Syllabus:
    """Return a course of three sections, of which two have scenarios that may be looked at later."""
    init = Section("init", 1, [criterion("init.api", 20), criterion("init.pods", 20)], feature=INIT)
    net = [
        criterion("net.ready", 20),
        criterion("net.address", 20),
        criterion("net.names", 10, needs=["net.address"]),
    ]
    end = Section("end", 3, [criterion("end.x", 10, needs=needs)], needs=("init", "net"), more=last)
    return syllabus.load(
        rubric.load(write(root, init, Section("net", 2, net, feature=NET), end), extras=frozenset({"extra"})),
        root / "features",
    )


def order(
    plan: Syllabus, later: set[str] = LATER, begun: dict[str, Begun] | None = None, last: Collection[str] = ()
) -> list[str]:
    """Return the names of all scenarios in the order in which they are run, those of parts with the part."""
    postponed, at_last = ({s for s in plan.scenarios if s.name in names} for names in (later, last))
    turns = arranged(plan, plan.scenarios, postponed, begun or {}, at_last)
    return [t.scenario.name if t.part is Part.WHOLE else f"{t.scenario.name}, {t.part.value}" for t in turns]


def test_features_say_what_may_be_looked_at_later(tmp_path: Path) -> None:
    """The tag of a scenario says that it may be looked at later; the others have their place."""
    assert {s.name for s in course(tmp_path).scenarios if s.is_later} == LATER


def test_nothing_needs_it(tmp_path: Path) -> None:
    """What nothing needs is looked at in the end, in the course's own order."""
    assert order(course(tmp_path)) == ["work on init", "work on net", "end is done", "pods", "address", "names"]


@pytest.mark.parametrize("need", ["net.names", "net.address"])
def test_it_is_looked_at_before_what_needs_it(tmp_path: Path, need: str) -> None:
    """What is needed is looked at right before, and first what that needs in turn."""
    due = ["address", "names"] if need == "net.names" else ["address"]
    left = [name for name in ("names",) if name not in due]
    expected = ["work on init", "work on net", *due, "end is done", "pods", *left]
    assert order(course(tmp_path, needs=(need,))) == expected


@pytest.mark.parametrize("does", ["restarts", "takes_away"])
def test_it_is_looked_at_before_its_state_is_another(tmp_path: Path, does: str) -> None:
    """Before machines restart, or what was made is taken away, all is looked at."""
    plan = course(tmp_path, f'only_with = "extra"\n{does} = true')
    assert order(plan) == ["work on init", "work on net", "pods", "address", "names", "end is done"]


def test_what_takes_time_to_be_seen_is_seen_last(tmp_path: Path) -> None:
    """A scenario that is looked at last comes behind all that does not need it, in the course's own order."""
    found = order(course(tmp_path), set(), last=("pods", "address"))
    assert found == ["work on init", "work on net", "end is done", "pods", "address", "names"]


def test_nothing_is_judged_before_what_it_needs(tmp_path: Path) -> None:
    """What needs a scenario that is looked at last comes behind it, and so does what needs that."""
    plan = course(tmp_path, needs=("net.names",))
    found = order(plan, set(), last=("address",))
    assert found == ["work on init", "pods", "work on net", "address", "names", "end is done"]


@pytest.mark.parametrize("does", ["restarts", "takes_away"])
def test_what_is_last_is_seen_before_its_state_is_another(tmp_path: Path, does: str) -> None:
    """Before machines restart, or what was made is taken away, all is looked at."""
    plan = course(tmp_path, f'only_with = "extra"\n{does} = true')
    found = order(plan, set(), last=("work on init",))
    assert (found[-2:], sorted(found)) == (["work on init", "end is done"], sorted(s.name for s in plan.scenarios))


def test_recording_knows_no_last(tmp_path: Path) -> None:
    """A recording is gone through as it was made, whatever is looked at last today."""
    begun = {s.name: Begun(f"T{n}", f"T{n}") for n, s in enumerate(course(tmp_path).scenarios)}
    assert order(course(tmp_path), set(), begun, last=("pods",)) == list(begun)


def test_what_is_not_postponed_keeps_its_place(tmp_path: Path) -> None:
    """Where nothing is postponed the order is the course's."""
    plan = course(tmp_path)
    assert order(plan, set()) == [s.name for s in plan.scenarios]


def test_recording_is_gone_through_as_it_was_made(tmp_path: Path) -> None:
    """A recording has its own order; a scenario that it lacks comes behind the one before it in the course."""
    times = {"work on init": "T1", "work on net": "T2", "end is done": "T3", "pods": "T5", "address": "T4"}
    begun = {name: Begun(time, time) for name, time in times.items()}
    expected = ["work on init", "work on net", "end is done", "address", "names", "pods"]
    assert order(course(tmp_path), begun=begun) == expected


def test_recording_is_looked_at_when_it_was(tmp_path: Path) -> None:
    """Work and look of a recorded scenario stay where they were; one that was not divided is looked at at once."""
    begun = {
        "work on init": Begun("T1", "T4"),
        "work on net": Begun("T2", "T2.1"),
        "end is done": Begun("T3", "T3"),
        **{name: Begun("T5", "T5") for name in LATER},
    }
    expected = ["work on init, work", "work on net, work", "work on net, look", "end is done", "work on init, look"]
    found = order(course(tmp_path), {*LATER, "work on init", "work on net"}, begun)
    assert found == [*expected, "pods", "address", "names"]


def test_work_keeps_its_place(tmp_path: Path) -> None:
    """Work is done where it stands, whatever is not looked at yet; what came of it is looked at when it is needed."""
    later = {*LATER, "work on init", "work on net"}
    expected = ["work on init, work", "work on net, work", "end is done", "work on init, look", "pods"]
    assert order(course(tmp_path), later) == [*expected, "work on net, look", "address", "names"]
    needed = order(course(tmp_path, needs=("net.ready",)), later)
    assert needed == [
        "work on init, work",
        "work on net, work",
        "work on net, look",
        "end is done",
        "work on init, look",
        "pods",
        "address",
        "names",
    ]


@pytest.mark.parametrize("does", ["restarts", "takes_away"])
def test_what_changes_the_state_is_not_divided(tmp_path: Path, does: str) -> None:
    """Machines that restart, and what is taken away, are looked at at once, whatever the tag says."""
    plan = course(tmp_path, f'only_with = "extra"\n{does} = true')
    assert order(plan, {*LATER, "end is done"})[-1] == "end is done"
