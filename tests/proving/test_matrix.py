"""The proof as a page and as JSON."""

import json
from pathlib import Path

import pytest

from labproof.proving import matrix
from labproof.proving.check import Proof, Untouched
from labproof.proving.compare import compare
from labproof.proving.seeding import Tried
from labproof.records.model import LabDescription


@pytest.fixture
def proof(make_run, make_mistake) -> Proof:  # type: ignore[no-untyped-def]
    """A proof with one mistake that is exact and one that is not."""
    run = make_run(base_a_at_master="failed", docker_b="blocked by base.a@master")
    good = make_mistake(what="A student wrote <script>alert(1)</script>.")
    bad = make_mistake(id="docker.other", costs=["docker.c"])
    return Proof(
        started="2025-01-01T00:00:00+00:00",
        seconds=61.0,
        lab=LabDescription("rehearsal", "lxc"),
        criteria=("base.a@master", "base.a@node", "docker.b", "docker.c"),
        untouched=Untouched((), {"base.a@node": "a container has no swap"}, {}),
        unsolved={},
        tried=(Tried(good, compare(good, run), 4.0), Tried(bad, compare(bad, run), 5.0)),
        is_whole=True,
    )


def test_marks(proof: Proof) -> None:
    """Each cell tells what the mistake did to the criterion."""
    rows = [[matrix.mark(tried, c) for c in proof.criteria] for tried in proof.tried]
    assert rows == [["red", "", "blocked", ""], ["collateral", "", "collateral", "missed"]]


def test_problems_of_the_whole(proof: Proof) -> None:
    """A criterion that no mistake turned red is a problem, and so is everything that a mistake says."""
    assert proof.unproven == ("base.a@node", "docker.b", "docker.c")
    assert proof.collateral == 2
    assert "no mistake turns docker.b red" in proof.problems
    assert any(p.startswith("docker.other: docker.c should be red") for p in proof.problems)


def test_files(proof: Proof, tmp_path: Path) -> None:
    """The page and the JSON are written; the JSON says whether it is a proof."""
    page, data = matrix.write(proof, tmp_path)
    told = json.loads(data.read_text())
    assert told["is_proven"] is False
    assert told["reddened_by"]["base.a@master"] == ["base.forgotten"]
    assert page.read_text().startswith("<!doctype html>")


def test_page_is_inert_and_complete(proof: Proof) -> None:
    """Text of a mistake or a machine stays text; every mistake has a row, every criterion a column."""
    html = matrix.page(proof)
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert html.count('class="name') == len(proof.criteria)
    assert html.count('scope="row"><a href="#') == len(proof.tried)
    assert "a container has no swap" in html
    assert "<script>" not in html
    assert "http-equiv" in html
