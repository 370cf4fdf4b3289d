"""A session that asks for a real browser: it is there, or the result says why not, and no grade needs it."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from labproof.connection import chromium
from labproof.connection.chromium import Chromium
from labproof.grading.recording import VERIFY
from labproof.grading.syllabus import Syllabus
from labproof.ground.errors import NoBrowser
from labproof.session import screenshots
from labproof.session.opening import Options, Session, begin
from labproof.showing.provenance import notes
from tests.session.test_machines import Answering, Machines, reached

FOUND = Chromium("/usr/bin/chromium", True, "156.0", True)


@pytest.fixture
def opened(course: Syllabus, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    """Return a session for a browser that is there, or for what is in its way."""
    monkeypatch.setenv("LABPROOF_CACHE", str(tmp_path / "cache"))
    sessions: list[Session] = []

    def of(found: Chromium | NoBrowser | None) -> Session:
        def find() -> Chromium:
            assert found is not None, "nobody has asked for a browser"
            if isinstance(found, NoBrowser):
                raise found
            return found

        monkeypatch.setattr(chromium, "find", find)
        options = Options(VERIFY, browser=found is not None)
        sessions.append(begin(options, course, lambda: reached(Machines(), Answering())))
        return sessions[-1]

    yield of
    for session in sessions:
        session.close()


def test_browser_is_used_where_it_is(opened: Any) -> None:
    """A browser that is there is named in the result, and screenshots are taken."""
    session = opened(FOUND)
    assert session.browser.is_real
    assert session.album is not None
    run = session.recording.run
    assert (run.browser.is_used, "WITHOUT" in run.browser.says) == (True, False)
    assert any("opened in a real browser" in note for note in notes(run))


def test_missing_browser_is_told(opened: Any) -> None:
    """Where there is none, pages are asked over HTTP as ever, and the result says so and why."""
    session = opened(NoBrowser("none of chromium is in PATH"))
    assert (session.browser.is_real, session.album) == (False, None)
    assert [n for n in notes(session.recording.run) if "is not there" in n and "none of chromium is in PATH" in n]


def test_nobody_asks_for_a_browser(opened: Any) -> None:
    """Without the option no browser is looked for, and the result says nothing of one."""
    session = opened(None)
    assert (session.browser.is_real, session.album, session.recording.run.browser) == (False, None, None)


def test_missing_sandbox_is_told() -> None:
    """A Chromium that has to do without its sandbox says so where the result names it."""
    assert "WITHOUT its sandbox" in str(Chromium("/usr/bin/chromium", False, "156.0"))


def test_broken_screenshots_cost_nothing(opened: Any) -> None:
    """An error of ours while screenshots are taken is told and kept; no judgement hears of it."""
    session, said = opened(FOUND), []

    def broken(**_: object) -> None:
        raise ZeroDivisionError("a mistake of ours")

    before = session.recording.run
    config: Any = SimpleNamespace(hook=SimpleNamespace(pytest_labproof_section_ended=broken), stash=pytest.Stash())
    screenshots.take(config, session, "base", said.append)
    assert any("a mistake of ours" in line for line in said)
    assert session.recording.run == before
