"""The proof as a page and as JSON."""

import json
import re
from pathlib import Path

import pytest

from labproof.ground import language
from labproof.proving import matrix
from labproof.proving.check import Proof, Untouched
from labproof.proving.compare import compare
from labproof.proving.seeding import Tried
from labproof.records.model import LabDescription
from tests.proving import proofs


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
    assert html.count("<script>") == 1
    assert "&lt;script&gt;alert" in html
    assert html.count('class="name') == len(proof.criteria)
    assert html.count('<a href="#base.forgotten">forgotten</a>') == 1
    assert "a container has no swap" in html
    assert re.search(r"script-src 'sha256-[\w+/=]+'; base-uri 'none'", html)


def test_page_tells_what_was_not_looked_at() -> None:
    """A part of the catalogue proves less than the whole, and the page does not say more than was looked at."""
    part, full = matrix.page(proofs.broken()), matrix.page(proofs.whole())
    for told in ("Untouched machines were not looked at this time.", "Only a part of the catalogue was tried"):
        assert told in part
        assert told not in full
    assert "2 mistakes did not cost what they should" in part
    assert "This is not a proof yet:" in part
    assert "Every mistake cost what it should and nothing else." in full
    assert "This is not a proof yet:" not in full


def test_page_says_what_the_report_says(proof: Proof) -> None:
    """Beside a mistake stands the known mistake that was recognised, in words, with what was found."""
    html = matrix.page(proof)
    assert "it was not stopped" in html
    assert "firewalld is &lt;running&gt;" in html


def test_page_speaks_both_languages() -> None:
    """The page of a whole proof is the same in either language but for its name and the labels that follow it."""
    label = re.compile(r'(<html lang|aria-label|title|data-title-\w+|data-head)="[^"]*"|>[^<]*</title>')
    english, chinese = (matrix.page(proofs.whole(), spoken) for spoken in language.LANGUAGES)
    assert label.sub("", english) == label.sub("", chinese)
    assert "node 的 swap 行各列之间是制表符" in english
    assert chinese.startswith('<!doctype html>\n<html lang="zh">')


def test_page_is_written_in_the_language_that_is_spoken(proof: Proof, tmp_path: Path) -> None:
    """Whoever speaks Chinese gets the page made in Chinese; the JSON stays English."""
    with language.spoken("zh"):
        page, data = matrix.write(proof, tmp_path)
    assert '<html lang="zh">' in page.read_text(encoding="utf-8")
    assert "no mistake turns docker.b red" in json.loads(data.read_text(encoding="utf-8"))["problems"]
