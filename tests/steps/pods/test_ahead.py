"""Looks that are begun ahead of the sentence that needs them."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from labproof.connection.base import Purpose
from labproof.records.evidence import EvidenceLog
from steps.pods.ahead import Ahead


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EvidenceLog]:
    log = EvidenceLog(tmp_path / "evidence.jsonl")
    yield log
    log.close()


@pytest.fixture
def ahead(log: EvidenceLog) -> Iterator[Ahead]:
    ahead = Ahead(log)
    yield ahead
    ahead.close()


def test_begun_look_is_taken_once(ahead: Ahead) -> None:
    """What was begun is handed out once; the second time one looks anew."""
    ahead.begin("pods", lambda: "early")
    assert [ahead.take("pods", lambda: "late") for _ in range(2)] == ["early", "late"]


def test_unknown_look_is_made_now(ahead: Ahead) -> None:
    """What nobody has begun is looked at now."""
    assert ahead.take("pods", lambda: "now") == "now"


def test_looks_run_side_by_side(ahead: Ahead) -> None:
    """Looks that were begun run at the same time."""
    together = threading.Barrier(2, timeout=5)
    for name in ("a", "b"):
        ahead.begin(name, together.wait)
    assert {ahead.take(name, lambda: None) for name in ("a", "b")} == {0, 1}


def test_evidence_goes_to_who_takes(ahead: Ahead, log: EvidenceLog) -> None:
    """The evidence of a look explains the sentence that takes it, not the one that began it."""

    def look() -> str:
        log.append(machine="m", kind="api", request="x", purpose=Purpose.OBSERVE, started="", seconds=0.0, status=0)
        return "seen"

    with log.collect() as beginner:
        ahead.begin("pods", look)
    with log.collect() as taker:
        assert ahead.take("pods", look) == "seen"
    assert beginner == []
    assert [e.request for e in taker] == ["x"]


def test_error_is_raised_where_it_is_taken(ahead: Ahead) -> None:
    """An error of a look is raised where its result is taken, and nowhere else."""

    def broken() -> None:
        raise RuntimeError("broken look")

    ahead.begin("pods", broken)
    with pytest.raises(RuntimeError, match="broken look"):
        ahead.take("pods", lambda: None)
