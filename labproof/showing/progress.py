"""Tells a person what a run does while it runs: a live line on a terminal, plain lines elsewhere."""

import contextlib
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from labproof.ground.wording import fill, headed, say
from labproof.records import headway
from labproof.records.headway import Headway
from labproof.records.model import (
    CriterionRecord,
    Outcome,
    RunRecord,
    ScenarioRecord,
    Score,
    StepOutcome,
    number,
    score,
)
from labproof.showing.provenance import notes, warning
from labproof.showing.text import duration, visible

_LONGEST = 160
_LONGEST_REASON = 400
_MOST_LINES = 8
_STYLES = {
    Outcome.PASSED: "green",
    Outcome.FAILED: "red",
    Outcome.BLOCKED: "yellow",
    Outcome.UNDETERMINED: "blue",
    Outcome.SKIPPED: "dim",
}


class Display:
    """Writes the events of a run to a stream as they come; `stage` fits wherever a Progress is wanted.

    Use it as a context manager, so that a terminal gets its cursor back whatever happens.
    """

    def __init__(self, stream: TextIO, now: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._now = now
        self._started = self._stage_started = now()
        self._doing = "starting"
        self._is_stage = False
        self._score = Score()
        self._section = ""
        self._unseen = Fraction(0)
        self._spinner = Spinner("dots", Text())
        self._console = Console(file=stream, highlight=False, markup=False, emoji=False)
        # isatty, not rich's own opinion: a forced colour must not bring a live line into a file.
        self._is_live = stream.isatty() and not self._console.is_dumb_terminal
        # pytest owns the standard streams during a run, so rich must leave them alone.
        self._live = Live(
            console=self._console,
            get_renderable=self._line,
            refresh_per_second=8,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def __enter__(self) -> Self:
        if self._is_live:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Take the live line away; more than once does no harm."""
        self._live.stop()

    def stage(self, text: str) -> None:
        """Tell that a stage begins; the one before it is over then."""
        self._begin(text)
        self._is_stage = True

    def scenario_started(self, section_title: str, scenario: str) -> None:
        """Tell that a scenario of a section begins."""
        self._begin(headed(section_title, scenario))
        self._section = section_title
        self._tell_headway()

    def scenario_finished(self, record: ScenarioRecord, so_far: Score) -> None:
        """Tell what became of the scenario begun last; `so_far` is the score of the whole run."""
        self._score = so_far
        own = score(record.criteria)
        self._unseen += own.undetermined
        self._tell_headway()
        points = f"{number(own.earned)}/{number(own.possible)} points"
        total = f"({number(so_far.earned)} of {number(so_far.possible)} so far)"
        self._write(f"{self._doing} {say(record.outcome)} {say(points)} {say(total)}", _STYLES[record.outcome])
        for line in _trouble(record):
            self._put(f"  {line}", _STYLES[record.outcome])

    def work_finished(self, record: ScenarioRecord) -> None:
        """Tell that the work of the scenario begun last is over; its criteria are looked at later."""
        trouble = failed_work(record)
        self._write(f"{self._doing} {say('worked, looked at later')}", _STYLES[Outcome.FAILED] if trouble else "dim")
        for line in trouble:
            self._put(f"  {say(line)}", _STYLES[Outcome.FAILED])

    def resettled(self, criterion: CriterionRecord) -> None:
        """Tell what has become of a criterion of an earlier scenario, now that more is known."""
        self._write(f"  settled: {criterion.outcome}: {one_line(criterion.text)}", _STYLES[criterion.outcome])
        for line in _explanation(criterion):
            self._put(f"  {line}", _STYLES[criterion.outcome])

    def finished(self, run: RunRecord, report_path: Path) -> None:
        """Tell the score and where the report is, and take the live line away."""
        self._end_stage()
        self.close()
        self._score = run.score
        for note in notes(run):
            self._write(note)
        if problem := warning(run):
            self._write(problem, "bold red")
        self._write(f"score: {run.score} points ({run.ended})", "bold")
        self._write(f"report: {report_path}", "bold")

    def _tell_headway(self) -> None:
        earned, possible = number(self._score.earned), number(self._score.possible)
        headway.tell(Headway(one_line(self._section), earned, number(self._unseen), possible))

    def _begin(self, text: str) -> None:
        self._end_stage()
        self._doing = one_line(say(text))
        self._stage_started = self._now()
        # The live line shows what runs; without one the beginning is all that a long stage has to show.
        if not self._is_live:
            self._write(f"{self._doing} …")

    def _end_stage(self) -> None:
        # The live line forgets; what a stage took should still be read afterwards.
        if self._is_live and self._is_stage:
            self._write(f"{self._doing} ({duration(self._now() - self._stage_started)})", "dim")
        self._is_stage = False

    def _write(self, text: str, style: str = "") -> None:
        self._put(say(text), style)

    def _put(self, said: str, style: str = "") -> None:
        line = f"[{self._now() - self._started:6.1f} s] {visible(said)}"
        # Nobody reads on a terminal that has gone; the report is written all the same.
        with contextlib.suppress(OSError):
            if self._is_live:
                self._console.print(Text(line, style=style), soft_wrap=True)
            else:
                print(encodable(line, self._stream), file=self._stream, flush=True)

    def _line(self) -> Table:
        points = f"{number(self._score.earned)} of {number(self._score.possible)} points"
        took = f"{self._now() - self._stage_started:.0f} s"
        line = Table.grid(padding=(0, 1), expand=True)
        line.add_column(width=1)
        line.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
        line.add_column(justify="right", no_wrap=True)
        line.add_row(self._spinner, Text(self._doing), Text(f"{took}  {say(points)}", style="dim"))
        return line


def one_line(text: str) -> str:
    """Return text from a machine as one bounded line with nothing in it that could steer a terminal."""
    return _bounded(text, _LONGEST)


def _bounded(text: str, longest: int = _LONGEST_REASON) -> str:
    line = str(visible(" ".join(text.split())))
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def _trouble(record: ScenarioRecord) -> list[str]:
    first = next((c for c in record.criteria if c.outcome is record.outcome), None)
    if first is None or first.outcome in (Outcome.PASSED, Outcome.SKIPPED):
        return []
    work = say("\n".join(failed_work(record))).splitlines()
    return [*work, headed(first.outcome, one_line(first.text)), *_explanation(first)]


def failed_work(record: ScenarioRecord) -> list[str]:
    """Return which sentences of a scenario did not do their work, why, and the way out, a few lines each."""
    criteria = {criterion.text for criterion in record.criteria}
    lines: list[str] = []
    for step in record.steps:
        if step.text not in criteria and step.outcome in (StepOutcome.FAILED, StepOutcome.UNDETERMINED):
            said = [line for line in step.note.splitlines() if line.strip()]
            kept = said if len(said) <= _MOST_LINES else [*said[:2], "…", *said[3 - _MOST_LINES :]]
            lines += [f"the work failed: {one_line(step.text)}", *(f"  {_bounded(line)}" for line in kept)]
    return lines


def _explanation(criterion: CriterionRecord) -> list[str]:
    if criterion.outcome is Outcome.BLOCKED:
        cause = ": ".join(filter(None, (criterion.blocked_by, criterion.reason)))
        return [fill("  by {cause}", cause=one_line(say(cause)))]
    if criterion.outcome is Outcome.UNDETERMINED:
        return [f"  {one_line(say(criterion.reason or criterion.found))}"]
    seen = [
        fill("  expected {expected}", expected=one_line(say(criterion.expected))),
        fill("  found {found}", found=one_line(say(criterion.found))),
    ]
    return [*seen, f"  {one_line(say(criterion.reason))}"] if criterion.reason else seen


def encodable(text: str, stream: TextIO) -> str:
    """Return a text as a stream can write it: what its encoding lacks becomes an escape."""
    encoding = stream.encoding or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)
