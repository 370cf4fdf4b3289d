"""What a person sees while a run runs."""

import io
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from labproof.ground import language
from labproof.ground.places import Progress
from labproof.ground.wording import say
from labproof.records.model import Mode, Outcome, ScenarioRecord, Score, Source, StepOutcome, StepRecord
from labproof.showing.progress import Display, failed_work, one_line
from tests.golden import samples


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


class Ticking:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.time = 100.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock() -> Ticking:
    return Ticking()


def record(outcome: Outcome, **changes: object) -> ScenarioRecord:
    return samples.scenario("S", samples.criterion("a", "it holds", 7, outcome, **changes))


def played(clock: Ticking, stream: io.StringIO, scenario: ScenarioRecord) -> list[str]:
    with Display(stream, clock) as display:
        display.scenario_started("docker", "The daemon uses the systemd driver")
        clock.time += 12.34
        display.scenario_finished(scenario, Score(earned=Fraction(21), undetermined=Fraction(79)))
    return stream.getvalue().splitlines()


def test_plain_lines(clock: Ticking) -> None:
    """Without a terminal each event is one line with the time since the beginning and the points so far."""
    assert played(clock, io.StringIO(), record(Outcome.PASSED)) == [
        "[   0.0 s] docker: The daemon uses the systemd driver …",
        "[  12.3 s] docker: The daemon uses the systemd driver passed 7/7 points (21 of 100 so far)",
    ]


def test_failure_lines(clock: Ticking) -> None:
    """A failed scenario shows its first failed criterion with expected and found."""
    scenario = record(Outcome.FAILED, expected="systemd", found="cgroupfs")
    assert played(clock, io.StringIO(), scenario)[2:] == [
        "[  12.3 s]   failed: it holds",
        "[  12.3 s]     expected systemd",
        "[  12.3 s]     found cgroupfs",
    ]


def test_failure_lines_in_chinese(clock: Ticking) -> None:
    """In another language every part of the lines is said, and no phrase fits two of them together."""
    text = 'on "master" Docker\'s packages come from the offline repository'
    criterion = samples.criterion("a", text, 7, Outcome.FAILED)
    criterion = replace(criterion, expected="no swap in use", found="the hostname is master")
    with language.spoken("zh"):
        said = played(clock, io.StringIO(), samples.scenario("S", criterion))[2:]
    assert said == [
        "[  12.3 s]   未通过：“master”上 Docker 的软件包来自离线 yum 源",  # noqa: RUF001
        "[  12.3 s]     应为：没有正在使用的 swap",  # noqa: RUF001
        "[  12.3 s]     实际：主机名：master",  # noqa: RUF001
    ]


def test_a_score_in_chinese() -> None:
    """A score of several kinds of points is said whole in another language."""
    score = Score(earned=Fraction(5), lost=Fraction("17.5"), blocked=Fraction("77.5"))
    expected = "得分（完成）：得到 5，失去 17.5，受阻 77.5（满分 100）"  # noqa: RUF001
    assert say(f"score: {score} points (finished)", "zh") == expected


@pytest.mark.parametrize(
    ("outcome", "line"),
    [(Outcome.BLOCKED, "by calico.ready: connection lost"), (Outcome.UNDETERMINED, "connection lost")],
)
def test_other_trouble(clock: Ticking, outcome: Outcome, line: str) -> None:
    """A blocked scenario names what blocks it and what was seen, an undetermined one what we could not see."""
    scenario = record(outcome, blocked_by="calico.ready", reason="connection lost")
    assert played(clock, io.StringIO(), scenario)[-1].endswith(line)


def test_what_was_seen_with_a_failure_is_shown(clock: Ticking) -> None:
    """A failed criterion shows the condition that was seen broken with it."""
    scenario = record(Outcome.FAILED, expected="systemd", found="cgroupfs", reason="seen with it: it broke")
    assert played(clock, io.StringIO(), scenario)[-1] == "[  12.3 s]     seen with it: it broke"


def test_work_that_failed_comes_first(clock: Ticking) -> None:
    """Where the work of a scenario failed, the terminal shows which, why and the way out before the failed check."""
    failed = StepRecord("When", "it is made", Outcome.FAILED, note="ActionFailed: it exists already\n  try: delete it")
    scenario = replace(record(Outcome.FAILED, expected="one", found="two"), steps=(failed,))
    assert [line[13:] for line in played(clock, io.StringIO(), scenario)[2:6]] == [
        "the work failed: it is made",
        "  ActionFailed: it exists already",
        "  try: delete it",
        "failed: it holds",
    ]


@pytest.mark.parametrize("has_failed", [False, True])
def test_work_whose_criteria_are_looked_at_later(clock: Ticking, has_failed: bool) -> None:
    """Of work alone it is told that it is over, with what went wrong; of criteria that nobody looked at, nothing."""
    outcome = StepOutcome.FAILED if has_failed else StepOutcome.PASSED
    step = StepRecord("When", "it is made", outcome, 1.0, "it broke" if has_failed else "")
    stream = io.StringIO()
    with Display(stream, clock) as display:
        display.scenario_started("docker", "It is made")
        display.work_finished(replace(record(Outcome.UNDETERMINED), steps=(step,)))
    told = [line[11:] for line in stream.getvalue().splitlines()[1:]]
    wrong = ["  the work failed: it is made", "    it broke"] if has_failed else []
    assert told == ["docker: It is made worked, looked at later", *wrong]


def test_long_reasons_are_cut_in_the_middle(clock: Ticking) -> None:
    """Of a failed command that says a lot, the beginning and the end are shown, with the way out."""
    note = "\n".join(("ActionFailed: on master", *(f"line {n}" for n in range(50)), "  try: delete it"))
    failed = StepRecord("When", "it is made", Outcome.FAILED, note=note)
    lines = failed_work(replace(record(Outcome.FAILED), steps=(failed,)))
    assert len(lines) == 9
    assert (lines[1], lines[-1]) == ("  ActionFailed: on master", "  try: delete it")


def test_later_settled_criteria_are_told(clock: Ticking) -> None:
    """A criterion of an earlier scenario that is settled later is told with its cause."""
    stream = io.StringIO()
    reason = "the kubelet of node stopped answering"
    criterion = samples.criterion("a", "it holds", 7, Outcome.BLOCKED, blocked_by="join.ready", reason=reason)
    Display(stream, clock).resettled(criterion)
    assert [line[13:] for line in stream.getvalue().splitlines()] == [
        "settled: blocked: it holds",
        "  by join.ready: the kubelet of node stopped answering",
    ]


def test_stage_is_a_progress(clock: Ticking) -> None:
    """A display's stage can be handed on wherever one line per stage is wanted, and is flushed at once."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    tell: Progress = Display(stream, clock).stage
    tell("building the bundle")
    assert stream.buffer.getvalue() == "[   0.0 s] building the bundle …\n".encode()


def test_finished(clock: Ticking) -> None:
    """The end shows the score by its parts and the path of the report."""
    stream = io.StringIO()
    Display(stream, clock).finished(samples.EVERY_OUTCOME, Path("runs/1/report.html"))
    assert stream.getvalue().splitlines() == [
        "[   0.0 s] score: 2.5 earned, 3 lost, 2.5 blocked, 4 undetermined of 12 points (finished)",
        "[   0.0 s] report: runs/1/report.html",
    ]


def test_terminal_shows_a_live_line(clock: Ticking, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal the stage, its seconds and the points stand on a line that goes away; what a stage took stays."""
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    with Display(stream, clock) as display:
        display.stage("waiting for the API")
        clock.time += 3
        display._live.refresh()
        display.stage("reading the nodes")
    shown = stream.getvalue()
    assert "waiting for the API" in shown
    assert "3 s  0 of 0 points" in shown
    assert "[   3.0 s] waiting for the API (3.0 s)" in shown
    assert shown.rindex("\x1b[?25h") > shown.rindex("\x1b[?25l"), "the cursor is back"


def test_dumb_terminal_gets_plain_lines(clock: Ticking, monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal that cannot move its cursor gets the plain lines."""
    monkeypatch.setenv("TERM", "dumb")
    assert "\x1b" not in "".join(played(clock, Terminal(), record(Outcome.PASSED)))


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_nothing_steers_the_terminal(
    clock: Ticking, monkeypatch: pytest.MonkeyPatch, stream: type[io.StringIO]
) -> None:
    """Control bytes and bidi overrides from a machine are shown as escapes, never sent."""
    monkeypatch.setenv("TERM", "xterm")
    lines = played(clock, stream(), record(Outcome.FAILED, expected=samples.EVIL, found=samples.EVIL))
    shown = "\n".join(lines)
    assert "\\x1b[31mred" in shown
    assert not [raw for raw in ("\x1b[31mred", "\u202e", "\x00") if raw in shown]


def test_one_line_is_bounded() -> None:
    """A hundred kilobytes of output become one short line."""
    assert len(one_line("line\n" * 20_000)) <= 160


def test_narrow_encoding(clock: Ticking) -> None:
    """A stream that cannot write a character gets its escape and not a crash."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    Display(stream, clock).stage("安装")
    assert b"\\u5b89\\u88c5" in stream.buffer.getvalue()


def test_end_tells_what_the_run_was(clock: Ticking, tmp_path: Path) -> None:
    """At its end a regrade says what it was made from, and that its evidence is broken, before the score."""
    source = Source("first", Mode.VERIFY, "", "", "2026-03-01T10:00:00+00:00", "", "entry 3 was changed")
    stream = io.StringIO()
    with Display(stream, clock) as display:
        run = replace(samples.FULL, mode=Mode.REGRADE, based_on="", source=source)
        display.finished(run, tmp_path / "report.html")
    told = [line.split("] ", 1)[1] for line in stream.getvalue().splitlines()]
    assert told[0].startswith("regraded from first, graded 2026-03-01 10:00:00 UTC")
    assert told[1] == "The evidence is broken, and this score proves nothing: entry 3 was changed"
    assert told[2].startswith("score: ")


class Gone(io.StringIO):
    """A terminal that was closed while the run went on."""

    def write(self, text: str) -> int:
        raise OSError(5, "Input/output error")


def test_closed_terminal_takes_nothing_along(clock: Ticking, tmp_path: Path) -> None:
    """When nobody reads any more, the run goes on to its end and its report."""
    with Display(Gone(), clock) as display:
        display.stage("grading")
        display.scenario_started("docker", "The daemon runs")
        display.finished(samples.FULL, tmp_path / "report.html")
