"""What a class's session knows of the labs that it has judged."""

import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from labproof.ground.exit_status import ExitStatus
from labproof.ground.places import course_dir
from labproof.records.model import RunRecord
from labproof.session import class_session
from labproof.session.class_session import ClassSession

RESULT = course_dir() / "tests" / "recordings" / "full" / "result.json"


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Keep the names of the runs that a page is made of here."""
    made: list[str] = []

    def render(run: RunRecord, spoken: str) -> str:
        made.append(run.run)
        return ""

    monkeypatch.setattr(class_session.report, "render", render)
    return made


def after(status: ExitStatus | None, runs: Path) -> ClassSession:
    """Return a session whose first lab has ended so, or goes on."""
    session: Any = ClassSession(lambda _: ExitStatus.FULL)
    session._first = (SimpleNamespace(exitcode=status), runs)
    return session


def run_in(folder: Path) -> str:
    """Put a finished run there, and return its name."""
    place = folder / "20260101-000000-verify"
    place.mkdir(parents=True)
    shutil.copy(RESULT, place / "result.json")
    return str(json.loads(RESULT.read_text("utf-8"))["run"])


@pytest.mark.parametrize("status", [ExitStatus.FULL, ExitStatus.LOST])
def test_the_words_of_the_first_page_are_learnt_once(tmp_path: Path, pages: list[str], status: ExitStatus) -> None:
    """The first result that came about is made a page of here, and no second one."""
    name, session = run_in(tmp_path), after(status, tmp_path)
    session._learn()
    assert pages == [name]
    session._first = (SimpleNamespace(exitcode=status), tmp_path)  # type: ignore[assignment]
    session._learn()
    assert pages == [name]


def test_nothing_is_learnt_of_what_goes_on_or_broke(tmp_path: Path, pages: list[str]) -> None:
    """Who is still at work is waited for; who has failed is passed over, and the next may be the first."""
    run_in(tmp_path)
    busy, broken = after(None, tmp_path), after(ExitStatus.OURS, tmp_path)
    busy._learn()
    broken._learn()
    assert (pages, busy._first is None, broken._first is None) == ([], False, True)


def test_nothing_is_learnt_of_a_result_that_is_too_large_or_gone(
    tmp_path: Path, pages: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page of a result that may be large by intent is made in its own process only."""
    after(ExitStatus.FULL, tmp_path / "gone")._learn()
    run_in(tmp_path)
    monkeypatch.setattr(class_session, "LEARNT_BYTES", 1000)
    after(ExitStatus.FULL, tmp_path)._learn()
    assert pages == []


def test_a_page_that_cannot_be_made_is_nobody_elses_trouble(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever goes wrong with what only saves time, the class goes on, and the next result is tried."""

    def fail(run: RunRecord, spoken: str) -> str:
        raise RuntimeError("no page")

    monkeypatch.setattr(class_session.report, "render", fail)
    run_in(tmp_path)
    session = after(ExitStatus.FULL, tmp_path)
    session._learn()
    assert (session._first, session._has_learnt) == (None, False)
