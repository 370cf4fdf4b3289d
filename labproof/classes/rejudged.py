"""The recorded labs of a class judged anew, with other weights or another course: no machine is asked for anything."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from labproof.classes import outcome
from labproof.ground.errors import ConfigError
from labproof.ground.exit_status import ExitStatus
from labproof.ground.interrupts import as_interrupt
from labproof.ground.wait import Deadline
from labproof.host import warm
from labproof.host.warm import Running
from labproof.records import result
from labproof.records.model import FINISHED, RunRecord, ScenarioRecord
from labproof.records.store import RunFolder
from labproof.session.class_session import ClassSession
from labproof.showing import report

RUNS = "runs"
EARLIER = "earlier"
"""Where the runs lie that others have taken something from, judged anew."""
_LOOK_SECONDS = 0.5


@dataclass(frozen=True)
class Recorded:
    """One run of a student that is to be judged anew; `earlier` is its name where another run took over from it."""

    student: str
    run: Path
    earlier: str = ""


@dataclass
class _Judging:
    recorded: Recorded
    runs: Path
    before: set[str]
    terminal: Path
    command: Running
    deadline: Deadline


@dataclass
class Rejudged:
    """What judging a class anew has come to: each student's new run, from `out` on, or why there is none."""

    out: Path
    runs: dict[str, Path] = field(default_factory=dict)
    problems: dict[str, list[str]] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    """What became of those of whom there is no new run."""
    earlier: dict[str, dict[str, Path]] = field(default_factory=dict)
    status: ExitStatus = ExitStatus.FULL


def orders(student: str, run: Path) -> Iterator[Recorded]:
    """Yield the runs of a student's result: the one that counts, and those from which it knows something.

    Raises ConfigError for a result that cannot be read.
    """
    record = result.load(run / "result.json")
    yield Recorded(student, run)
    for name in dict.fromkeys(c.as_of for c in record.criteria if c.as_of):
        # A name that leads elsewhere is no run beside this one.
        if Path(name).name == name and (run.parent / name).is_dir():
            yield Recorded(student, run.parent / name, name)


def judge(
    left: Sequence[Recorded], judges: ClassSession, out: Path, jobs: int, seconds: float, tell: Callable[[str], None]
) -> Rejudged:
    """Judge every run anew, `jobs` at a time and each in `seconds` at most; one's trouble is no other one's."""
    found, waiting, running = Rejudged(out), deque(left), list[_Judging]()
    try:
        with as_interrupt():
            while waiting or running:
                while waiting and len(running) < jobs:
                    running.append(_start(waiting.popleft(), judges, out, seconds))
                warm.wait_for_any((one.command for one in running), _LOOK_SECONDS)
                for one in tuple(running):
                    if one.deadline.is_expired:
                        one.command.kill()
                    if not one.command.is_alive:
                        running.remove(one)
                        _settle(one, found, tell)
    except KeyboardInterrupt:
        found.status = ExitStatus.INTERRUPTED
    finally:
        warm.end(one.command for one in running)
    return found


def _start(recorded: Recorded, judges: ClassSession, out: Path, seconds: float) -> _Judging:
    own = out / recorded.student
    runs = own / EARLIER / recorded.earlier if recorded.earlier else own / RUNS
    terminal = own / "terminal.txt" if not recorded.earlier else own / EARLIER / f"{recorded.earlier}.txt"
    process = judges.judge(recorded.run, runs, terminal)
    return _Judging(recorded, runs, outcome.runs_in(runs), terminal, Running(process), Deadline(seconds))


def _settle(one: _Judging, found: Rejudged, tell: Callable[[str], None]) -> None:
    student, problem = one.recorded.student, ""
    new = sorted(outcome.runs_in(one.runs) - one.before)
    try:
        ended = result.load(one.runs / new[-1] / "result.json").ended if new else ""
    except ConfigError as broken:
        ended, problem = "", str(broken)
    if ended == FINISHED and one.recorded.earlier:
        found.earlier.setdefault(student, {})[one.recorded.earlier] = one.runs / new[-1]
    elif ended == FINISHED:
        found.runs[student] = one.runs / new[-1]
    else:
        late = f"it was not judged within {one.deadline.seconds:g} s" if one.deadline.is_expired else ""
        problem = late or problem or _said(one) or f"it ended as {ended or one.command.status}"
        found.problems.setdefault(student, []).append(f"{one.recorded.run.name} could not be judged anew: {problem}")
        # What cannot be judged as it is, such as evidence that was changed, is no failure of ours.
        is_refused = one.command.status == ExitStatus.USAGE
        found.states[student] = "timeout" if late else "refused" if is_refused else "broken"
    tell(f"{student}: {problem or 'judged'}")


def _said(one: _Judging) -> str:
    return outcome.last_line(one.terminal).removeprefix("error: ").replace(f"{one.recorded.run}/", "")


def put_together(student: str, original: RunRecord, found: Rejudged) -> None:
    """Give a student's new run what the original had taken over from earlier ones, as these are judged now."""
    folder = RunFolder(found.runs[student])
    run = folder.load()
    known = {name: result.load(path / "result.json") for name, path in found.earlier.get(student, {}).items()}
    taken = {
        (section.id, scenario.name): next(iter({c.as_of for c in scenario.criteria}))
        for section in original.sections
        for scenario in section.scenarios
        if len({c.as_of for c in scenario.criteria}) == 1 and scenario.criteria[0].as_of
    }
    if not taken:
        return
    sections = tuple(
        replace(s, scenarios=tuple(_known(s.id, one, taken.get((s.id, one.name), ""), known) for one in s.scenarios))
        for s in run.sections
    )
    run = replace(run, sections=sections, based_on=original.based_on)
    folder.save(run)
    report.write(run, folder.path)


def _known(section: str, scenario: ScenarioRecord, name: str, known: dict[str, RunRecord]) -> ScenarioRecord:
    earlier = known.get(name)
    others = (s for s in earlier.sections if s.id == section) if earlier else ()
    same = next((one for other in others for one in other.scenarios if one.name == scenario.name), None)
    return same.known_from(name) if same else scenario
