"""What another rubric changes: for whom, by how much, and why, all of it adding up."""

import re
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labproof.gradebook import what_if_page
from labproof.gradebook.comparison import Comparison, compare
from labproof.gradebook.decisions import NOTHING, Decisions
from labproof.records.model import Outcome, RunRecord
from labproof.records.ruling import Kind
from tests.gradebook import classes
from tests.gradebook.test_page import Page

FULL = classes.recorded("full")
FILE = "docker.file@master"


def weighed(run: RunRecord, **points: str) -> RunRecord:
    """Return a run in which criteria are worth something else; `_` stands for the dots and the @ of an id."""
    by_id = {re.sub(r"\W", "_", c.id): c.id for c in run.criteria}
    other = {by_id[name]: Fraction(worth) for name, worth in points.items()}
    return classes.with_criteria(run, lambda c: replace(c, points=other.get(c.id, c.points)))


def failing(*ids: str) -> RunRecord:
    """Return a finished lab in which these criteria are failed."""
    return classes.with_criteria(FULL, lambda c: replace(c, outcome=Outcome.FAILED) if c.id in ids else c)


def compared(*pairs: tuple[RunRecord | str, RunRecord | str], word: Decisions = NOTHING) -> Comparison:
    """Return the comparison of a class with these results before and after."""
    students = [classes.student(number, name="<i>x</i>") for number in range(len(pairs))]
    one, other = (classes.book(students, [pair[at] for pair in pairs], word, rubric="") for at in (0, 1))
    return compare(one, other)


def test_weight_that_is_missed_is_the_reason() -> None:
    """A failed criterion that is worth more costs more, and it alone is the reason; who has it all loses nothing."""
    heavy = {"docker_file_master": "3", "docker_file_node": "0", "docker_daemon_master": "0"}
    found = compared((failing(FILE), weighed(failing(FILE), **heavy)), (FULL, weighed(FULL, **heavy)))
    (change,) = found.changed
    assert change.difference == -2
    assert [(r.criterion, r.before, r.after, r.difference) for r in change.reasons] == [
        (FILE, "failed; 0 of 1", "failed; 0 of 3", -2)
    ]
    assert {(w.criterion, w.before, w.after, w.missed) for w in found.weights if w.criterion == FILE} == {
        (FILE, 1, 3, 1)
    }


def test_outcome_that_is_judged_otherwise_is_told() -> None:
    """Evidence that gives another outcome today is told for the class and for the student."""
    found = compared((failing(FILE), FULL), (failing(FILE), FULL))
    assert found.outcomes == ((FILE, "failed; 0 of 1", "passed; 1 of 1", 2),)
    assert [change.difference for change in found.changes] == [1, 1]


def test_what_cannot_be_judged_is_not_compared() -> None:
    """A student without a result on one side is named and in no mean."""
    found = compared((FULL, "evidence is broken"), (FULL, FULL))
    assert (len(found.judged), found.mean("after")) == (1, 100)
    assert "evidence is broken" in Page(what_if_page.render(found, "w.toml")).text


def test_decisions_go_along() -> None:
    """An override counts by the other weights too, and a penalty changes nothing by itself."""
    word = Decisions(
        (
            classes.decision(Kind.OVERRIDE, student="00000", criterion=FILE, percent=Fraction(50)),
            classes.decision(Kind.PENALTY, student="00000", percent=Fraction(10)),
        ),
        classes.DAY,
    )
    other = weighed(failing(FILE), docker_file_master="3", docker_file_node="0", docker_daemon_master="0")
    (change,) = compared((failing(FILE), other), word=word).changes
    assert (change.before.share * 100, change.after.share * 100) == (Fraction("89.5"), Fraction("88.5"))
    assert [(r.criterion, r.after) for r in change.reasons] == [(FILE, "failed; 1.5 of 3 (override)")]


@settings(max_examples=40, deadline=None)
@given(
    before=st.lists(st.sampled_from(list(Outcome)), min_size=6, max_size=6),
    after=st.lists(st.sampled_from(list(Outcome)), min_size=6, max_size=6),
    points=st.lists(st.integers(0, 9), min_size=6, max_size=6),
    percent=st.integers(0, 100),
)
def test_reasons_add_up_to_the_change(
    before: list[Outcome], after: list[Outcome], points: list[int], percent: int
) -> None:
    """Whatever changes, all reasons of a student add up to the change of the score, exactly."""
    ids = [c.id for c in FULL.criteria][:6]
    one = classes.with_criteria(FULL, lambda c: replace(c, outcome=before[ids.index(c.id)]) if c.id in ids else c)
    other = classes.with_criteria(
        FULL,
        lambda c: (
            replace(c, outcome=after[ids.index(c.id)], points=Fraction(points[ids.index(c.id)])) if c.id in ids else c
        ),
    )
    word = Decisions((classes.decision(Kind.PENALTY, student="00000", percent=Fraction(percent)),), classes.DAY)
    (change,) = compared((one, other), word=word).changes
    assert sum(r.difference for r in change.reasons) == change.difference


@pytest.fixture(scope="module")
def page() -> Page:
    """Return the page of a class in which one goes up, one down, one stays and one is not judged."""
    heavy = {"docker_file_master": "3", "docker_file_node": "0", "docker_daemon_master": "0"}
    runs = (failing(FILE), failing("docker.file@node"), FULL)
    pairs: list[tuple[RunRecord | str, RunRecord | str]] = [(run, weighed(run, **heavy)) for run in runs]
    return Page(what_if_page.render(compared(*pairs, (FULL, "late")), "<b>w.toml"))


def test_page_is_complete_and_safe(page: Page) -> None:
    """Every tag is closed, one script runs and the policy names it, names are text, and links lead to reports."""
    assert page.open == []
    (script,) = page.scripts
    assert "innerHTML" not in script
    assert page.values("content")[0].startswith("default-src 'none';")
    assert "<i>x</i>" in page.text
    assert "<b>w.toml" in page.text
    links = [link for link in page.values("href") if not link.startswith("#")]
    assert all(re.fullmatch(r"\./(index|\d{5}/instructor)\.html(#criterion-[\w@.-]+)?", link) for link in links)
    assert all(attrs.get("scope") for tag, attrs in page.tags if tag == "th")


def test_page_says_what_changes(page: Page) -> None:
    """It says how many go up and down, by how much, why, and who could not be compared."""
    assert "scores that change2 of 3" in page.text
    assert "-2.00" in page.text
    assert "+1.00" in page.text
    assert "failed; 0 of 1 → failed; 0 of 3" in page.text
    assert "Not compared: 1" in page.text


def test_page_is_the_same_for_the_same_results() -> None:
    """Rendering twice gives the same bytes."""
    found = compared((FULL, failing(FILE)))
    assert what_if_page.render(found, "w") == what_if_page.render(found, "w")


def test_empty_class_has_a_page() -> None:
    """A class of nobody has a page that says so."""
    assert "There is nobody to compare." in Page(what_if_page.render(compared(), "w")).text
