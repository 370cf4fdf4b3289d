"""Screenshots of a run: they show, they stand in the evidence, and they are never judged."""

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from labproof.connection.base import Purpose
from labproof.connection.fake import FakeConnection
from labproof.connection.recorder import Recorder
from labproof.connection.replay import Replay
from labproof.connection.visit import Sight
from labproof.grading.judging import Judge
from labproof.grading.recording import Recording
from labproof.ground.errors import NoBrowser, Refused, TransportError
from labproof.lab.browser import Browser
from labproof.lab.machine import Machine, Phase
from labproof.records import pictures
from labproof.records.evidence import EvidenceLog, read
from labproof.records.store import RunFolder
from labproof.session import course_check
from labproof.session.album import Album, Subject
from tests.golden import samples

PICTURE = b"RIFF\x04\x00\x00\x00WEBPVP8 "
TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJrdWJlcm5ldGVzIn0.c2lnbmF0dXJlLW9mLWl0"


class Run:
    """A run with a browser that a script answers for, or the evidence of an earlier one, whose pictures are kept."""

    def __init__(self, folder: Path, earlier: RunFolder | None = None) -> None:
        self.fake, self.phase, self.told = FakeConnection(), Phase(), list[str]()
        self.folder = RunFolder(folder)
        self.log = EvidenceLog(self.folder.evidence)
        self.connection = Recorder(Replay(read(earlier.evidence)) if earlier else self.fake, self.log)
        self.browser = Browser(self.connection, self.phase, is_real=True)
        blank = replace(samples.FULL, evidence_head="")
        self.recording = Recording(blank, course_check.load(None, frozenset()), Judge(), self.phase, self.log)
        kept = pictures.by_digest(earlier.path, earlier.load()) if earlier else None
        self.album = Album(self.folder, self.browser, self.recording, self.told.append, kept)
        self.machine = Machine("master", "192.168.200.10", self.connection, self.phase)

    def subject(self, path: str = "/") -> Subject:
        return Subject("nginx", "The page", self.machine, "http", 30717, path, state=lambda: ("nginx: 1 of 1",))


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    run = Run(tmp_path)
    yield run
    run.log.close()


def test_picture_is_evidence(run: Run) -> None:
    """The picture lies beside the result, with the digest of its entry in the chain, and what the API said then."""
    run.fake.show("30717", Sight(200, "Welcome to nginx!", picture=PICTURE))
    shot = run.album.take(run.subject())
    (entry,) = read(run.folder.evidence)
    assert (run.folder.path / "screenshots" / shot.file).read_bytes() == PICTURE
    assert shot.sha256 == entry.digest == sha256(PICTURE).hexdigest()
    assert (shot.entry, shot.title, shot.state) == (1, "Welcome to nginx!", ("nginx: 1 of 1",))
    assert run.recording.run.screenshots == (shot,)
    assert [purpose for _, purpose in run.fake.visits] == [Purpose.SHOW]
    assert run.phase.purpose is Purpose.OBSERVE


def test_each_picture_has_its_own_file(run: Run) -> None:
    """Two pictures of one section do not replace one another."""
    run.fake.show("30717", Sight(200, picture=PICTURE))
    assert {run.album.take(run.subject()).file for _ in range(2)} == {"nginx-1.webp", "nginx-2.webp"}


@pytest.mark.parametrize("problem", [Refused("connection refused"), NoBrowser("it was ended")])
def test_page_that_cannot_be_seen_is_told(run: Run, problem: TransportError) -> None:
    """A page that does not open is kept with the reason instead of a picture, and raises nothing."""
    run.fake.show("30717", problem)
    shot = run.album.take(run.subject())
    assert (shot.file, shot.problem) == ("", f"there is no picture: {problem}")


def test_no_score_changes(run: Run) -> None:
    """Whatever is shown, every criterion and the score stay as they were judged."""
    before = run.recording.run
    run.fake.show("30717", Sight(None, problem="the page did not open"))
    run.album.take(run.subject())
    after = run.recording.run
    assert (after.score, after.sections) == (before.score, before.sections)


def test_link_with_a_token_is_masked(run: Run) -> None:
    """A token in the address stands neither in the result nor in the evidence."""
    run.fake.show("30717", Sight(200, picture=PICTURE))
    run.album.take(run.subject(f"/dashboard?k8sToken={TOKEN}"))
    assert run.fake.visits[0][0].url.endswith(TOKEN)
    run.folder.save(run.recording.run)
    assert TOKEN not in run.folder.result.read_text(encoding="utf-8")
    assert TOKEN not in run.folder.evidence.read_text(encoding="utf-8")


def test_silent_api_is_told(run: Run) -> None:
    """Where the API does not answer, there is the reason instead of pictures; where it stops, instead of its state."""

    def silent() -> tuple[str, ...]:
        raise Refused("the API is gone")

    assert run.album.gathered("nginx", lambda: [*silent()]) == []
    run.fake.show("30717", Sight(200, picture=PICTURE))
    shot = run.album.take(replace(run.subject(), state=silent))
    first = run.recording.run.screenshots[0]
    assert "the API is gone" in first.problem
    assert shot.state == ("it could not be asked: the API is gone",)


@pytest.fixture
def regraded(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """A run that judges another one again, in which the page was seen a while ago."""
    run.fake.show("30717", Sight(200, "nginx", picture=PICTURE, started="2026-03-01T10:00:04.000+00:00", seconds=2.5))
    run.album.take(run.subject())
    run.folder.save(run.recording.run)
    again = Run(tmp_path_factory.mktemp("regrade"), run.folder)
    yield again
    again.log.close()


def test_regrade_keeps_picture_and_time(run: Run, regraded: Run) -> None:
    """A run that is judged again shows the same picture with the time at which it was taken, as its evidence says."""
    assert regraded.album.gathered("nginx", lambda: [regraded.subject()])
    shot = regraded.album.take(regraded.subject())
    assert shot == run.recording.run.screenshots[0]
    assert shot.taken == "2026-03-01T10:00:04.000+00:00"
    assert (regraded.folder.path / "screenshots" / shot.file).read_bytes() == PICTURE
    assert read(regraded.folder.evidence) == read(run.folder.evidence)
    assert regraded.told == []


@pytest.mark.parametrize("other", [PICTURE + b"other", None])
def test_regrade_shows_no_other_picture(run: Run, regraded: Run, other: bytes | None) -> None:
    """A picture that is gone is not shown, nor one that the evidence does not name, whatever the result says."""
    (shot,) = run.recording.run.screenshots
    path = run.folder.path / "screenshots" / shot.file
    path.write_bytes(other) if other else path.unlink()
    changed = replace(shot, sha256=sha256(other or PICTURE).hexdigest())
    run.folder.save(replace(run.recording.run, screenshots=(changed,)))
    kept = pictures.by_digest(run.folder.path, run.folder.load())
    regraded.album = Album(regraded.folder, regraded.browser, regraded.recording, kept=kept)
    again = regraded.album.take(regraded.subject())
    assert (again.file, again.taken) == ("", shot.taken)
    assert "is not the one that its evidence names" in again.problem


def test_screenshots_are_announced_where_there_is_a_page(run: Run) -> None:
    """Only a section that has something to show says that its screenshots are taken."""
    assert run.told == []
    run.album.gathered("nginx", lambda: [])
    assert run.told == ["screenshots of nginx"]
