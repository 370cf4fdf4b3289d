"""A run in time, from what its result says."""

from dataclasses import replace

import pytest

from labproof.records.model import Outcome, RunRecord, ScenarioRecord, StepOutcome, StepRecord
from labproof.showing.timeline import Kind, Timeline, clock, timeline
from tests.golden import samples

DAY = "2026-03-01T10:00:"


def look(number: int, at: float, seconds: float, purpose: str = "observe") -> object:
    return replace(samples.READING, number=number, started=f"{DAY}{at:06.3f}+00:00", seconds=seconds, purpose=purpose)


def step(text: str, seconds: float, *evidence: object) -> StepRecord:
    return StepRecord("When", text, StepOutcome.PASSED, seconds, evidence=evidence)  # type: ignore[arg-type]


READY = samples.criterion(
    "c.ready", "it is ready", 1, Outcome.PASSED, looks=3, waited=99.0, evidence=(look(4, 16, 0.5), look(3, 7, 0.5))
)
WORKED = ScenarioRecord(
    "It is set up",
    "perform",
    f"{DAY}01.000+00:00",
    16.0,
    (
        step("machines are reachable", 0.5, look(1, 2, 0.5)),
        step("it is set up", 4.0, look(2, 2.5, 4.0, "act")),
        StepRecord("Then", "it is ready", StepOutcome.PASSED, 10.0),
    ),
    (READY,),
)
AFTER = ScenarioRecord("It is seen", "verify", f"{DAY}20.000+00:00", 1.0, (), ())


def run_of(*scenarios: ScenarioRecord) -> RunRecord:
    return replace(samples.FULL, sections=(replace(samples.FULL.sections[0], scenarios=scenarios),))


def of(*scenarios: ScenarioRecord) -> Timeline:
    found = timeline(run_of(*scenarios))
    assert found is not None
    return found


def test_scenario_is_work_waits_and_looks() -> None:
    """First what was there is seen, then the work, then the wait from the first look to the end of the last."""
    [lane, _] = of(WORKED, AFTER).lanes
    assert [(p.kind, p.begin, p.seconds) for p in lane.parts] == [
        (Kind.LOOK, 0.0, 2.0),
        (Kind.ACT, 2.0, 4.0),
        (Kind.WAIT, 6.0, 9.5),
        (Kind.LOOK, 15.5, 0.5),
    ]


def test_what_was_looked_at_later_is_shown_when_it_was() -> None:
    """What a scenario was to bring about is waited for where it was looked at, and not right behind the work."""
    later = replace(WORKED, criteria=(replace(READY, started=f"{DAY}31.000+00:00"),))
    found = of(later, AFTER)
    [lane, _] = found.lanes
    assert [(p.kind, p.begin, p.seconds) for p in lane.parts] == [
        (Kind.LOOK, 0.0, 2.0),
        (Kind.ACT, 2.0, 4.0),
        (Kind.WAIT, 30.0, 9.5),
        (Kind.LOOK, 39.5, 0.5),
    ]
    assert (lane.begin, lane.seconds, lane.end, found.seconds) == (0.0, 16.0, 40.0, 40.0)
    assert found.between == 40.0 - 16.0 - 1.0


def test_sums_are_of_the_whole_run() -> None:
    """Work, waits, looks and what lies between the scenarios add up to the whole."""
    found = of(WORKED, AFTER)
    assert found.seconds == 20.0
    assert [found.spent(kind) for kind in Kind] == [4.0, 9.5, 3.5]
    assert found.between == 3.0


def test_a_wait_names_what_it_waited_for() -> None:
    """The longest parts come first; a wait has its criterion and the work before it."""
    wait, work = of(WORKED, AFTER).longest
    assert (wait.kind, wait.criterion, wait.after) == (Kind.WAIT, READY, "it is set up")
    assert work.step is not None
    assert (work.kind, work.step.text) == (Kind.ACT, "it is set up")


def test_a_wait_without_evidence_is_what_the_result_says() -> None:
    """Where no look tells of its time, the criterion's own word counts, and never more than its sentence took."""
    said = replace(WORKED, criteria=(replace(READY, evidence=(), waited=3.0),))
    assert of(said).spent("wait") == 3.0
    assert of(replace(WORKED, criteria=(replace(READY, evidence=()),))).spent("wait") == 10.0


def test_a_single_look_is_no_wait() -> None:
    """What was there at the first look was not waited for."""
    assert of(replace(WORKED, criteria=(replace(READY, looks=1),))).spent("wait") == 0


def test_a_silent_step_that_took_its_time_is_work() -> None:
    """A restart of the machines leaves no answer, and is work all the same; a short silent step is none."""
    restart = ScenarioRecord("Restart", "verify", f"{DAY}00.000+00:00", 30.2, (step("a", 30.0), step("b", 0.2)))
    assert of(restart).spent("act") == 30.0


def test_only_what_the_run_did_itself_is_shown() -> None:
    """What is known from an earlier run, and what was left out, took none of this run's time."""
    known = replace(WORKED, criteria=(replace(READY, as_of="earlier"),))
    assert [lane.scenario.name for lane in of(known, replace(AFTER, use="none"), AFTER).lanes] == ["It is seen"]


@pytest.mark.parametrize(
    "changes",
    [{"started": ""}, {"started": "soon"}, {"seconds": 0.0}, {"seconds": 1e300}, {"use": "none"}],
    ids=str,
)
def test_what_tells_no_time_has_no_timeline(changes: dict[str, object]) -> None:
    """Times that are none, or that nobody can have taken, give no timeline, and no error."""
    assert timeline(run_of(replace(AFTER, **changes))) is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("seconds", "ticks"),
    [(0.3, [0, 0.1, 0.2, 0.3]), (98, [0, 30, 60, 90]), (3600.0, [0, 900, 1800, 2700, 3600])],
)
def test_axis_has_few_round_marks(seconds: float, ticks: list[float]) -> None:
    """The axis begins at nothing and has at most six marks, at times that people count in."""
    assert Timeline((), seconds).ticks == pytest.approx(ticks)


def test_shares_are_of_the_width() -> None:
    """A part stands where its time is, and is never too narrow to be seen."""
    line = Timeline((), 200.0)
    assert (line.share(50), line.width(50), line.width(0.001)) == ("25.00%", "25.00%", "0.15%")


@pytest.mark.parametrize(("seconds", "shown"), [(0.0, "0 s"), (1.5, "1.5 s"), (90, "1:30"), (3725, "1:02:05")])
def test_clock(seconds: float, shown: str) -> None:
    """A time since the beginning is seconds, then minutes, then hours."""
    assert clock(seconds) == shown
