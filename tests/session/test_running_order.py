"""In which order scenarios are run."""

from pathlib import Path

import pytest

from labproof.grading import rubric, syllabus
from labproof.grading.syllabus import Syllabus
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


def order(plan: Syllabus, later: set[str] = LATER, begun: dict[str, str] | None = None) -> list[str]:
    """Return the names of all scenarios in the order in which they are run."""
    postponed = {s for s in plan.scenarios if s.name in later}
    return [s.name for s in arranged(plan, plan.scenarios, postponed, begun or {})]


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


def test_what_is_not_postponed_keeps_its_place(tmp_path: Path) -> None:
    """Where nothing is postponed the order is the course's."""
    plan = course(tmp_path)
    assert order(plan, set()) == [s.name for s in plan.scenarios]


def test_recording_is_gone_through_as_it_was_made(tmp_path: Path) -> None:
    """A recording has its own order; a scenario that it lacks comes behind the one before it in the course."""
    begun = {"work on init": "T1", "work on net": "T2", "end is done": "T3", "pods": "T5", "address": "T4"}
    expected = ["work on init", "work on net", "end is done", "address", "names", "pods"]
    assert order(course(tmp_path), begun=begun) == expected


def test_work_keeps_its_order(tmp_path: Path) -> None:
    """A scenario that does something cannot be put off."""
    text = "Feature: base\n  @later\n  Scenario: one\n    When it is done\n    Then base.x holds\n"
    root = write(tmp_path, Section("base", 1, [criterion("base.x", 100)], feature=text))
    (problem,) = syllabus.load(rubric.load(root), tmp_path / "features").problems()
    assert problem.endswith(
        "scenario 'one': @later: has a When, and work keeps its order; remove the tag, or move the When"
    )
