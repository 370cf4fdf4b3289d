"""What a browser saw is recorded, masked, and replayed without a browser."""

import hashlib
from pathlib import Path

import pytest

from labproof.connection.base import Purpose
from labproof.connection.fake import FakeConnection
from labproof.connection.recorder import Recorder
from labproof.connection.replay import Replay
from labproof.connection.visit import Act, Sight, Step, Visit, from_json
from labproof.ground.errors import NoBrowser, NotRecorded, Unproven
from labproof.records.evidence import EvidenceLog, read

TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJrdWJlcm5ldGVzIn0.c2lnbmF0dXJlLW9mLWl0"
VISIT = Visit("https://192.168.200.10:30000/", (Step(Act.FILL, "#token", TOKEN, is_secret=True),))
SIGHT = Sight(200, "A title", VISIT.url, f"text {TOKEN}", "", "Chromium 1", ("GET http://other/",), b"RIFF....WEBP")


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    fake, path = FakeConnection(), tmp_path / "evidence.jsonl"
    fake.show(VISIT.url, SIGHT, Unproven("another machine"))
    log = EvidenceLog(path)
    recorder = Recorder(fake, log)
    seen = recorder.visit(VISIT, Purpose.SHOW)
    assert (seen.entry, seen.digest) == (1, hashlib.sha256(SIGHT.picture).hexdigest())
    with pytest.raises(Unproven):
        recorder.visit(VISIT, Purpose.ACT)
    log.close()
    return path


def test_visit_is_in_the_chain(recorded: Path) -> None:
    """The entry has what was done, what was seen and the picture's digest; no secret stands in it."""
    seen, lost = read(recorded)
    assert (seen.kind, seen.purpose, seen.status) == ("browser", "show", 200)
    assert seen.digest == hashlib.sha256(SIGHT.picture).hexdigest()
    assert "fill #token with masked-" in seen.request
    assert (lost.status, lost.problem) == (None, "Unproven")
    assert TOKEN not in recorded.read_text(encoding="utf-8")


def test_recording_answers_without_a_browser(recorded: Path) -> None:
    """A replay gives what was seen for the same steps and purpose, and raises what was raised."""
    replay = Replay(read(recorded))
    seen = replay.visit(VISIT, Purpose.SHOW)
    assert (seen.status, seen.title, seen.refused) == (200, "A title", ("GET http://other/",))
    with pytest.raises(Unproven):
        replay.visit(VISIT, Purpose.ACT)
    with pytest.raises(NotRecorded):
        replay.visit(Visit(VISIT.url), Purpose.SHOW)


def test_missing_browser_is_replayed(tmp_path: Path) -> None:
    """A browser that ended too early is replayed as that."""
    fake, path = FakeConnection(), tmp_path / "evidence.jsonl"
    fake.show(VISIT.url, NoBrowser("it was ended"))
    log = EvidenceLog(path)
    with pytest.raises(NoBrowser):
        Recorder(fake, log).visit(VISIT, Purpose.ACT)
    log.close()
    with pytest.raises(NoBrowser, match="it was ended"):
        Replay(read(path)).visit(VISIT, Purpose.ACT)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"title": 1, "refused": 2}', "[" * 100_000])
def test_edited_entry_is_read_as_empty(text: str) -> None:
    """An entry that is not what was written gives empty texts, and no error of ours."""
    seen = from_json(200, text, "")
    assert (seen.status, seen.title, seen.refused) == (200, "", ())
