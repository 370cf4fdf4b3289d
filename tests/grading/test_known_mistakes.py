"""Recognising known mistakes."""

from types import SimpleNamespace

import pytest

from labproof.grading import known_mistakes
from labproof.grading.exercise import SlipEntry
from labproof.grading.known_mistakes import recognise
from labproof.records.model import Exchange


def slip(symptom: str, *criteria: str, id: str = "swap-on") -> SlipEntry:
    return SlipEntry(id=id, criteria=criteria or ("init.api",), symptom=symptom, says="it is so", try_this="do that")


def saw(output: str = "", error: str = "") -> Exchange:
    return Exchange(1, "master", "command", "kubeadm init", "act", "", 0.0, 1, output, error)


SWAP = "[ERROR Swap]: running with swap on is not supported. Please disable swap"


@pytest.mark.parametrize(
    ("found", "exchanges"),
    [(SWAP, []), ("", [saw(SWAP)]), ("", [saw(error=SWAP)]), ("", [saw("x"), saw(error=SWAP.upper())])],
    ids=["found", "output", "error", "upper case"],
)
def test_symptom_is_seen_wherever_it_shows(found: str, exchanges: list[Exchange]) -> None:
    """A symptom is seen in what was found, in any output and in any error, in whatever case."""
    (seen,) = recognise([slip("swap on is not supported")], "init.api", found, exchanges)
    assert (seen.id, seen.says, seen.try_this) == ("swap-on", "it is so", "do that")
    assert seen.seen.lower() == "swap on is not supported"


def test_mistake_of_another_criterion_is_not_seen() -> None:
    """A mistake explains only the criteria that it names."""
    assert recognise([slip("swap on", "base.swap")], "init.api", SWAP, []) == ()


def test_no_symptom_no_slip() -> None:
    """Without its symptom a mistake is not suspected."""
    assert recognise([slip("NumCPU")], "init.api", SWAP, [saw("all well")]) == ()


def test_every_mistake_is_told_once() -> None:
    """Several mistakes are told in the order of the rubric, each of them once."""
    entries = [slip("swap", id="b"), slip("supported", id="a"), slip("nothing like it", id="c")]
    seen = recognise(entries, "init.api", SWAP, [saw(SWAP), saw(SWAP)])
    assert [s.id for s in seen] == ["b", "a"]


def test_what_a_wait_saw_again_is_searched_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wait sees the same a hundred times over; to search all of it took most of what a lost point costs."""
    searched: list[str] = []
    pattern = SimpleNamespace(search=searched.append)
    monkeypatch.setattr(known_mistakes, "re", SimpleNamespace(compile=lambda *_: pattern, IGNORECASE=0))
    assert recognise([slip("x")], "init.api", "found", [saw("same"), saw("other"), *[saw("same")] * 100]) == ()
    assert searched == ["found", "same", "other"]


def test_excerpt_is_short() -> None:
    """What was seen is an excerpt, however much matches."""
    (seen,) = recognise([slip("x+")], "init.api", "x" * 10_000, [])
    assert len(seen.seen) == 160


def test_excerpt_is_what_convinces() -> None:
    """Of a symptom that reads on from the beginning, only the words of its group `shown` are quoted."""
    (seen,) = recognise([slip(r"\A(?s:.*)(?P<shown>supported)")], "init.api", "much before it\n" * 50 + SWAP, [])
    assert seen.seen == "supported"
