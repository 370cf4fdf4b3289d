"""Answering from a recording."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from labproof.connection.base import Command, HttpRequest, Purpose
from labproof.connection.fake import FakeConnection, Page, Reply
from labproof.connection.recorder import Recorder
from labproof.connection.replay import Replay
from labproof.ground.errors import DeadlineExceeded, NotRecorded, Refused, TransportError, Unreachable
from labproof.records import evidence
from labproof.records.evidence import EvidenceLog
from labproof.records.model import Exchange

LOOK = Purpose.OBSERVE
TOKEN = f"eyJ{'a' * 20}.{'b' * 20}.{'c' * 20}"


def entry(request: str, output: str = "", **changes: Any) -> Exchange:
    plain: dict[str, Any] = {"machine": "master", "kind": "command", "purpose": "observe", "status": 0}
    plain |= {"started": "", "seconds": 0.0}
    return Exchange(number=1, request=request, output=output, **{**plain, **changes})


def ask(replay: Replay, line: str, purpose: Purpose = LOOK) -> str:
    return replay.run(Command("master", line), purpose).output


def test_answers_come_in_the_same_order() -> None:
    """The same question is answered as it once was, time after time; the last answer stays."""
    replay = Replay([entry("uptime", "1"), entry("hostname", "master"), entry("uptime", "2")])
    assert [ask(replay, "uptime") for _ in range(4)] == ["1", "2", "2", "2"]
    assert ask(replay, "hostname") == "master"


def test_several_are_answered_one_by_one() -> None:
    """A recording answers many questions as it answers each: it takes no time."""
    replay = Replay([entry("uptime", "1"), entry("hostname", "master")])
    told = replay.run_all("master", [Command("master", line) for line in ("hostname", "uptime")])
    assert [result.output for result in told] == ["master", "1"]


def test_purposes_are_kept_apart() -> None:
    """What was seen before the work does not answer what is judged after it."""
    replay = Replay([entry("uptime", "before", purpose="before"), entry("uptime", "after")])
    assert ask(replay, "uptime") == "after"
    assert ask(replay, "uptime", Purpose.BEFORE) == "before"


@pytest.mark.parametrize(
    "other",
    [
        {"machine": "node"},
        {"kind": "api"},
        {"purpose": "act"},
        {"request": "uptime -p"},
    ],
    ids=str,
)
def test_nothing_is_made_up(other: dict[str, str]) -> None:
    """A question that was not asked just so is not answered."""
    replay = Replay([entry(**{"request": "uptime", **other})])  # type: ignore[arg-type]
    with pytest.raises(NotRecorded, match="no answer to 'uptime'"):
        ask(replay, "uptime")


@pytest.mark.parametrize(
    ("problem", "expected"),
    [
        ("DeadlineExceeded", DeadlineExceeded),
        ("Unreachable", Unreachable),
        ("Refused", Refused),
        ("ANameOfAnotherVersion", TransportError),
        ("__doc__", TransportError),
        ("CheckFailed", TransportError),
        ("ConfigError", TransportError),
    ],
)
def test_errors_are_raised_again(problem: str, expected: type[Exception]) -> None:
    """What could not be seen then cannot be seen now: as the same error, and never as another kind."""
    replay = Replay([entry("uptime", status=None, problem=problem, error="why")])
    with pytest.raises(TransportError, match="why") as raised:
        ask(replay, "uptime")
    assert type(raised.value) is expected


def test_a_recording_answers_like_the_lab(fake: FakeConnection, tmp_path: Path) -> None:
    """What a recorder wrote answers the very questions that were asked, secrets in them or not."""
    fake.answer("master", "join", Reply("joined", 3, "warning"), Unreachable("lost"))
    fake.serve("POST", "https://x/", Page({"ok": True}, 201, {"location": "/l", "x-more": "1"}))
    fake.serve("GET", "https://y/", DeadlineExceeded("late"))
    join = Command("master", f"join --token {TOKEN}")
    post = HttpRequest("POST", f"https://x/?t={TOKEN}", body=TOKEN.encode(), via="master")
    get = HttpRequest("GET", f"https://y/?t={TOKEN}")
    log = EvidenceLog(tmp_path / "evidence.jsonl")
    recorder = Recorder(fake, log)
    first, page = recorder.run(join, LOOK), recorder.fetch(post, LOOK)
    with pytest.raises(Unreachable):
        recorder.run(join, LOOK)
    with pytest.raises(DeadlineExceeded):
        recorder.fetch(get, LOOK)
    log.close()

    written = evidence.read(tmp_path / "evidence.jsonl")
    replay = Replay(written)
    assert replay.run(join, LOOK) == replace(first, started=written[0].started, seconds=written[0].seconds)
    with pytest.raises(Unreachable, match="lost"):
        replay.run(join, LOOK)
    again = replay.fetch(post, LOOK)
    assert (again.status, again.body, again.headers) == (page.status, page.body, {"location": "/l"})
    with pytest.raises(DeadlineExceeded, match="late"):
        replay.fetch(get, LOOK)
    replay.close()


DAY = "2026-03-01T10:00:0"


def test_time_of_a_recording_is_kept(tmp_path: Path) -> None:
    """Commands, pages, API answers and what failed are recorded again with the moment and the length they had."""
    dated = {"started": f"{DAY}0.000+00:00", "seconds": 0.5}
    then = [
        Exchange(number=1, machine="master", kind="command", request="uptime", purpose="observe", status=0, **dated),
        Exchange(2, "grader", "page", "GET https://x/", "observe", status=200, **dated),
        Exchange(3, "master", "api", "GET https://y/", "observe", status=200, **dated),
        Exchange(4, "node", "command", "uptime", "observe", status=None, problem="Unreachable", **dated),
    ]
    log = EvidenceLog(tmp_path / "evidence.jsonl")
    recorder = Recorder(Replay(then), log)
    recorder.run(Command("master", "uptime"), LOOK)
    recorder.fetch(HttpRequest("GET", "https://x/"), LOOK)
    recorder.fetch(HttpRequest("GET", "https://y/", via="master"), LOOK)
    with pytest.raises(Unreachable):
        recorder.run(Command("node", "uptime"), LOOK)
    with pytest.raises(NotRecorded):
        recorder.run(Command("node", "hostname"), LOOK)
    log.close()
    *again, unanswered = evidence.read(tmp_path / "evidence.jsonl")
    assert [(e.started, e.seconds) for e in again] == [(f"{DAY}0.000+00:00", 0.5)] * 4
    assert (unanswered.started, unanswered.seconds) == (f"{DAY}0.500+00:00", 0.0)


def test_moment_follows_the_answers() -> None:
    """A recording's time begins where the run began, goes on with each answer, and never goes back."""
    late = entry("late", started=f"{DAY}5.000+00:00", seconds=1.5)
    early = entry("early", started=f"{DAY}2.000", seconds=0.5)
    replay = Replay([late, early], f"{DAY}0.000+00:00")
    assert (replay.now(), replay.elapsed()) == (f"{DAY}0.000+00:00", 0.0)
    ask(replay, "late")
    assert (replay.now(), replay.elapsed()) == (f"{DAY}6.500+00:00", 6.5)
    ask(replay, "early")
    assert replay.elapsed() == 6.5


def test_a_pause_belongs_to_nobody() -> None:
    """The time from a pause to the next answer is left out, as that in which machines were saved; no later gap is."""
    asked = ("one", 0.0), ("two", 6.0), ("three", 8.0)
    replay = Replay(
        [entry(line, started=f"{DAY}{at:.3f}+00:00", seconds=1.0) for line, at in asked], f"{DAY}0.000+00:00"
    )
    ask(replay, "one")
    replay.pause()
    assert (replay.elapsed(), replay.resumed()) == (1.0, "")
    ask(replay, "two")
    assert (replay.elapsed(), replay.resumed()) == (2.0, f"{DAY}6.000+00:00")
    ask(replay, "three")
    assert (replay.elapsed(), replay.resumed(), replay.now()) == (4.0, f"{DAY}6.000+00:00", f"{DAY}9.000+00:00")


def test_an_answer_from_before_a_pause_leads_back_nowhere() -> None:
    """What was asked ahead of its time ends a pause where the recording has come to."""
    late, early = (entry(f"{at}", started=f"{DAY}{at}.000+00:00", seconds=1.0) for at in (5, 2))
    replay = Replay([late, early], f"{DAY}0.000+00:00")
    ask(replay, "5")
    replay.pause()
    ask(replay, "2")
    assert (replay.elapsed(), replay.resumed()) == (6.0, f"{DAY}6.000+00:00")


@pytest.mark.parametrize("started", ["", "yesterday", "9999-12-31T23:59:59-23:00", "0001-01-01T00:00:00+23:00"])
def test_any_time_can_stand_in_a_recording(started: str) -> None:
    """An entry whose time is none does not keep the recording from answering."""
    replay = Replay([entry("uptime", "up", started=started, seconds=1e300)])
    assert ask(replay, "uptime") == "up"
    assert replay.elapsed() == 0.0
