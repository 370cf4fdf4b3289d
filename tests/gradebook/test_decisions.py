"""The instructor's word: checked in full, worked out in one place, told everywhere, and no evidence touched by it."""

import json
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labproof.gradebook import decisions, interchange, junit, page, reading, tables
from labproof.gradebook.bearing import bear
from labproof.gradebook.decision import Decision
from labproof.gradebook.decisions import NAME, Decisions
from labproof.ground.errors import ConfigError
from labproof.records.model import Outcome, score
from labproof.records.ruling import Kind
from tests.gradebook import classes
from tests.gradebook.test_reading import laid_out

FULL = classes.recorded("full")
WORTH = {c.id: c.points for c in FULL.criteria}
STUDENTS = ("s001", "s002")
WHO = 'reason = "why"\nauthor = "Instructor 1"\ndate = 2026-11-25\n'
TODAY = date(2026, 11, 25)


def load(folder: Path, text: str, today: date = TODAY) -> Decisions:
    """Return the decisions of a file with this text."""
    (folder / NAME).write_text(text, encoding="utf-8")
    return decisions.load(folder, STUDENTS, WORTH, today)


def problems(folder: Path, text: str) -> list[str]:
    """Return what is wrong with a file, each without its name."""
    with pytest.raises(ConfigError) as raised:
        load(folder, text)
    assert all(one.startswith(f"{folder / NAME}: ") for one in raised.value.problems)
    return [one.removeprefix(f"{folder / NAME}: ") for one in raised.value.problems]


OVERRIDE = f'[[override]]\nstudent = "s001"\ncriterion = "docker.file@master"\n{WHO}'


def test_who_has_left_the_roster_may_be_decided_about(tmp_path: Path) -> None:
    """A roster of a part of the class makes no decision about the others a mistake."""
    classes.write(tmp_path)
    path = tmp_path / "class.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"left": [classes.student(8, id="s008", run="")]}))
    waiver = f'[[waiver]]\nstudent = "{{}}"\ncriterion = "docker.file"\n{WHO}'
    (tmp_path / NAME).write_text(waiver.format("s008"))
    assert [g.student.id for g in reading.load(tmp_path, TODAY).students] == ["007"]
    (tmp_path / NAME).write_text(waiver.format("s009"))
    with pytest.raises(ConfigError, match=r"'s009' is nobody in this class; is 's008' meant\?"):
        reading.load(tmp_path, TODAY)


def test_every_kind_is_read(tmp_path: Path) -> None:
    """A file with each kind of decision is read; a date may be TOML's own or a text, and an editor's BOM is no harm."""
    text = (
        f'\ufeff{OVERRIDE}points = 0.1\nexpires = "2026-12-01"\n'
        f'[[waiver]]\nstudent = "s001"\ncriterion = "init.api"\n{WHO}'
        f'[[drop]]\ncriterion = "docker.daemon"\n{WHO}'
        f'[[penalty]]\nstudent = "s002"\npoints = 3\n{WHO}'
        f'[[late]]\neach = "day"\npercent = 5\ncap = 20\ngrace_minutes = 15\n{WHO}'
    )
    found = load(tmp_path, text)
    assert [d.place for d in found.all] == ["override 1", "waiver 1", "drop 1", "penalty 1", "late 1"]
    assert (found.all[0].points, found.all[0].expires) == (Fraction(1, 10), date(2026, 12, 1))


def test_no_file_is_no_decision(tmp_path: Path) -> None:
    """A class without a file of decisions has none."""
    assert decisions.load(tmp_path, STUDENTS, WORTH, TODAY).all == ()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[[override", "correct the line that is named; such a file has tables [[override]], [[waiver]]"),
        ("[[overide]]\n", "overide: unknown table; there are [[override]], [[waiver]]"),
        ("override = 3\n", "override: expected tables, found 3; begin each entry with [[override]]"),
        (OVERRIDE, "override 1: percent: missing; say how much, from 0 to 100, or points"),
        (OVERRIDE + "points = 1\npercent = 3", "override 1: percent: points are given, too; keep one of them"),
        (OVERRIDE + "points = 9", "override 1: points: expected 0 to 1, what docker.file@master is worth, found 9"),
        (OVERRIDE + "points = -1", "override 1: points: expected a number from 0 to 1000000, found -1; correct it"),
        (OVERRIDE + "points = nan", "override 1: points: expected a number from 0 to 1000000, found nan; correct it"),
        (OVERRIDE + "percent = 101", "override 1: percent: expected a number from 0 to 100, found 101; correct it"),
        (OVERRIDE + "percent = true", "override 1: percent: expected a number from 0 to 100, found True; correct it"),
        (
            OVERRIDE + "points = 1\nwhy = 1",
            "override 1: 'why': unknown key; remove it, or correct it to one of: student",
        ),
        (
            OVERRIDE.replace("s001", "s0001") + "points = 1",
            "override 1: student: 's0001' is nobody in this class; is 's001' meant?",
        ),
        (
            OVERRIDE.replace("docker.file@master", "docker.fil@master") + "points = 1",
            "override 1: criterion: 'docker.fil@master' is none of this class's; is 'docker.file@master' meant?",
        ),
        (
            OVERRIDE.replace("@master", "") + "points = 1",
            "override 1: criterion: 'docker.file' is one for each machine; write docker.file@master or",
        ),
        (OVERRIDE.replace('"why"', '" "') + "points = 1", "override 1: reason: expected a text, found ' '; say why"),
        (OVERRIDE.replace("author", "#") + "points = 1", "override 1: author: missing; say who decided"),
        (OVERRIDE.replace("date", "#") + "points = 1", "override 1: date: missing; say when it was decided, such as"),
        (OVERRIDE + 'points = 1\nexpires = "soon"', "override 1: expires: expected a date such as 2026-11-25, found"),
        (OVERRIDE + "points = 1\nexpires = 2026-01-01", "override 1: expires: 2026-01-01 is before the date"),
        (OVERRIDE.replace("2026", "2027") + "points = 1", "override 1: date: 2027-11-25 is still to come; correct it"),
        (f"[[late]]\npercent = 1\n{WHO}", "late 1: each: missing; write hour or day"),
        (f'[[late]]\neach = "week"\npercent = 1\n{WHO}', "late 1: each: expected hour or day, found 'week'"),
    ],
)
def test_what_is_wrong_is_told_with_its_entry_key_and_fix(tmp_path: Path, text: str, problem: str) -> None:
    """Each problem of a file names the file, the entry, the key and what to do."""
    (told,) = problems(tmp_path, text)
    assert problem in told


def test_everything_is_told_at_once(tmp_path: Path) -> None:
    """Entries that are malformed do not hide what is wrong with the others."""
    text = OVERRIDE.replace("s001", "s009") + "points = 9\n" + OVERRIDE.replace("reason", "#") + "points = 1"
    assert len(problems(tmp_path, text)) == 3
    both = problems(tmp_path, OVERRIDE.replace("s001", "s009").replace("reason", "#") + "points = 9\n")
    assert [one.split(": ")[1] for one in both] == ["reason", "student", "points"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (OVERRIDE + "points = 1\n", OVERRIDE + "points = 0\n"),
        (OVERRIDE + "points = 1\n", f'[[waiver]]\nstudent = "s001"\ncriterion = "docker.file"\n{WHO}'),
        (OVERRIDE + "points = 1\n", f'[[drop]]\ncriterion = "docker.file"\n{WHO}'),
        (f'[[drop]]\ncriterion = "docker.file@node"\n{WHO}', f'[[drop]]\ncriterion = "docker.file"\n{WHO}'),
        (f'[[penalty]]\nstudent = "s001"\npoints = 1\n{WHO}', f'[[penalty]]\nstudent = "s001"\npercent = 1\n{WHO}'),
        (f'[[late]]\neach = "day"\npercent = 1\n{WHO}', f'[[late]]\neach = "hour"\npercent = 1\n{WHO}'),
    ],
)
def test_two_decisions_on_one_thing_are_refused(tmp_path: Path, first: str, second: str) -> None:
    """Of two decisions on one thing nobody could say which is meant; one that has expired contradicts nothing."""
    (told,) = problems(tmp_path, first + second)
    assert "too; keep one, or let one expire" in told
    expired = first.replace("date = 2026-11-25\n", "date = 2026-11-20\nexpires = 2026-11-24\n")
    assert len(load(tmp_path, expired + second).in_force) == 1


@pytest.mark.parametrize("other", ["node", "master"])
def test_other_machines_and_other_students_are_other_things(tmp_path: Path, other: str) -> None:
    """The twin of a criterion, and the same one of another student, may be decided apart."""
    second = OVERRIDE.replace("s001", "s002" if other == "master" else "s001").replace("@master", f"@{other}")
    assert len(load(tmp_path, OVERRIDE + "points = 1\n" + second + "points = 1").all) == 2


def borne(criteria: Any, *decided: Decision, today: date = classes.DAY, **more: Any) -> Any:
    """Return how decisions bear on a student of whom these criteria were seen."""
    (graded,) = classes.book([classes.student(1, **more)], [FULL]).students
    return bear(graded.student, {c.id: c for c in criteria}, Decisions(decided, today))


FAILED = [replace(c, outcome=Outcome.FAILED) if c.id == "docker.file@master" else c for c in FULL.criteria]


def test_override_gives_what_it_says() -> None:
    """An override moves points from lost to earned, and says what the evidence gave, what counts, who and why."""
    decided = classes.decision(Kind.OVERRIDE, student="00001", criterion="docker.file@master", percent=Fraction(50))
    found = borne(FAILED, decided)
    assert (found.counted.earned, found.counted.lost, found.counted.possible) == (99.5, 0.5, 100)
    assert str(found.rulings[0]) == (
        "override of docker.file@master: failed: 0 of 1 by the evidence, 0.5 of 1 counts "
        "(Instructor 1, 2026-11-25): =because"
    )


def test_waived_and_dropped_count_neither_way() -> None:
    """What is waived for one, or dropped for all on every machine, is left out of the sum, earned or lost."""
    waiver = classes.decision(Kind.WAIVER, student="00001", criterion="docker.file@master")
    drop = classes.decision(Kind.DROP, criterion="docker.daemon")
    counted = borne(FAILED, waiver, drop).counted
    assert (counted.earned, counted.lost, counted.possible, counted.skipped) == (97, 0, 97, 3)


def test_decision_of_another_student_is_no_business_of_this_one() -> None:
    """A decision bears on the student that it names, and on nobody else."""
    assert borne(FAILED, classes.decision(Kind.WAIVER, student="00002", criterion="docker.file@master")).rulings == ()


def test_expired_decision_counts_no_longer_and_says_so() -> None:
    """On its last day a decision counts, on the next one it is told of without an effect."""
    decided = classes.decision(Kind.WAIVER, student="00001", criterion="docker.file@master", expires=classes.DAY)
    assert borne(FAILED, decided).counted.lost == 0
    late = borne(FAILED, decided, today=date(2026, 11, 26))
    assert (late.counted.lost, late.rulings[0].idle) == (1, "it expired on 2026-11-25")


@pytest.mark.parametrize(
    ("seconds", "percent"), [(0, 0), (900, 0), (901, 5), (900 + 86_400, 5), (900 + 86_401, 10), (10**7, 20)]
)
def test_late_work_is_counted_by_days_begun_up_to_the_cap(seconds: float, percent: int) -> None:
    """After the grace each day that is begun takes its share of the possible points, and never more than the cap."""
    rule = classes.decision(Kind.LATE, each="day", percent=Fraction(5), cap=Fraction(20), grace_minutes=Fraction(15))
    found = borne(FULL.criteria, rule, late_seconds=seconds)
    assert found.share == 1 - Fraction(percent, 100)
    assert bool(found.rulings) == bool(percent)


def test_own_penalty_stands_in_place_of_the_rule() -> None:
    """A penalty of one's own, which may be none at all, takes the place of the rule for all, which says so."""
    rule = classes.decision(Kind.LATE, each="hour", percent=Fraction(5))
    own = classes.decision(Kind.PENALTY, student="00001", percent=Fraction(0))
    found = borne(FULL.criteria, rule, own, late_seconds=7200)
    assert found.share == 1
    assert found.rulings[0].idle == "penalty 1 stands in its place"


def test_penalty_takes_no_more_than_there_is() -> None:
    """A penalty ends at nothing: no score is below zero."""
    penalty = classes.decision(Kind.PENALTY, student="00001", points=Fraction(500))
    assert borne(FULL.criteria, penalty).share == 0


@settings(max_examples=60, deadline=None)
@given(
    outcomes=st.lists(st.sampled_from(list(Outcome)), min_size=3, max_size=3),
    kind=st.sampled_from([Kind.OVERRIDE, Kind.WAIVER, Kind.DROP]),
    percent=st.integers(0, 100),
)
def test_no_decision_makes_or_loses_points(outcomes: list[Outcome], kind: Kind, percent: int) -> None:
    """Whatever is decided about whatever outcome, all parts of a score add up to what the criteria are worth."""
    criteria = [replace(c, outcome=o) for c, o in zip(list(FULL.criteria)[:3], outcomes, strict=True)]
    student = "" if kind is Kind.DROP else "00001"
    given_ = Fraction(percent) if kind is Kind.OVERRIDE else None
    counted = borne(criteria, classes.decision(kind, student=student, criterion=criteria[0].id, percent=given_)).counted
    worth = sum(c.points for c in criteria)
    assert counted.possible + counted.skipped == worth == score(criteria).possible + score(criteria).skipped
    assert min(vars(counted).values()) >= 0


def unseen() -> Any:
    """Return a lab in which one criterion could not be seen."""
    return classes.with_criteria(FULL, lambda c: replace(c, outcome=Outcome.UNDETERMINED) if c.id == "init.api" else c)


def test_what_was_not_seen_can_be_settled(tmp_path: Path) -> None:
    """A score that waits for one unseen criterion is final once the instructor decides about it."""
    folder = laid_out(tmp_path, [classes.student(1)], unseen())
    (before,) = reading.load(folder).students
    worth = float(before.marks["init.api"].points)
    decided = OVERRIDE.replace("s001", "00001").replace("docker.file@master", "init.api")
    (folder / NAME).write_text(f"{decided}points = {worth}")
    (after,) = reading.load(folder, classes.DAY).students
    assert (before.is_final, after.is_final, after.share) == (False, True, 1)


def test_decisions_touch_no_evidence(tmp_path: Path) -> None:
    """Reading a class with decisions changes no file of it, neither the results nor the decisions."""
    folder = laid_out(tmp_path, [classes.student(1)])
    (folder / NAME).write_text(OVERRIDE.replace("s001", "00001") + "points = 0")
    files = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    (graded,) = reading.load(folder, classes.DAY).students
    assert (graded.score.earned, graded.earned) == (100, 99)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == files


def test_unknown_criterion_is_found_by_the_results(tmp_path: Path) -> None:
    """What the results of a class do not have cannot be decided about, and is refused with the nearest id."""
    folder = laid_out(tmp_path, [classes.student(1)])
    (folder / NAME).write_text(OVERRIDE.replace("s001", "00001").replace("docker.file", "docker.fil") + "points = 0")
    with pytest.raises(ConfigError, match=r"is 'docker.file@master' meant\?"):
        reading.load(folder, classes.DAY)


def test_every_export_tells_of_decisions() -> None:
    """Gradebook, Moodle, decisions, JUnit and the page name reason and author; nbgrader has the penalty apart."""
    override = classes.decision(Kind.OVERRIDE, student="00001", criterion="docker.file@master", percent=Fraction(50))
    penalty = classes.decision(Kind.PENALTY, student="00001", percent=Fraction(10))
    word = Decisions((override, penalty), classes.DAY)
    book = classes.book([classes.student(1), classes.student(2)], [FULL, FULL], word)
    for told in (
        tables.as_csv(tables.gradebook(book)),
        tables.as_csv(tables.decided(book)),
        tables.as_csv(interchange.moodle(book)),
        junit.as_xml(book),
        page.render(book),
    ):
        assert "=because" in told
        assert "Instructor 1, 2026-11-25" in told or "Instructor 1,2026-11-25" in told
    header, first, _ = interchange.nbgrader(book)
    row = dict(zip(header, first, strict=True))
    assert (row["raw_score"], row["late_submission_penalty"], row["score"]) == (99.5, 10, 89.5)
    assert interchange.canvas(book)[2][-1] == 89.5


def test_class_file_takes_both_names_of_what_is_late() -> None:
    """How late something is stands in `class.json` as late or as late_seconds, for either is read."""
    for name in ("late", "late_seconds"):
        book = classes.book([classes.student(1, **{name: 60})], [FULL])
        assert book.students[0].student.late_seconds == 60


def test_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    """A file of decisions is read up to a bound only."""
    (tmp_path / NAME).write_bytes(b"#" * (decisions.LIMIT + 1))
    with pytest.raises(ConfigError, match="expected at most 4 MiB"):
        decisions.load(tmp_path, STUDENTS, WORTH, TODAY)
