"""Classes made of recorded results, with the mistakes of the catalogue in them; nobody has had these names."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from labproof.gradebook import reading
from labproof.gradebook.book import Book
from labproof.gradebook.class_file import ClassFile
from labproof.gradebook.decision import Decision
from labproof.gradebook.decisions import NOTHING, Decisions
from labproof.grading import rubric
from labproof.ground.places import engine_dir
from labproof.proving import catalogue
from labproof.records import result
from labproof.records.model import CriterionRecord, Outcome, RunRecord, Slip
from labproof.records.ruling import Kind
from tests.golden import samples

RECORDINGS = engine_dir() / "tests" / "recordings"
DAY = date(2026, 11, 25)
HOSTILE = (
    '=HYPERLINK("http://example.invalid","1")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    " =1+1",
    'Comma, "Quote"; Semicolon',
    "two\nlines",
    "<script>alert(1)</script>",
    "</script><b>",
    "null\x00 bell\x07 half\udcff not\uffff",
    "\u202egnp.exe",
    "Points Possible",
    "王小明",
    "",
)


@cache
def course() -> rubric.Rubric:
    """Return the rubric of the course."""
    return rubric.load()


@cache
def recorded(name: str) -> RunRecord:
    """Return the result of a recording."""
    return result.load(RECORDINGS / name / "result.json")


def runs(count: int) -> Iterator[RunRecord]:
    """Yield graded labs: finished, untouched, and with up to four mistakes of the catalogue, always the same ones."""
    mistakes = [m.costs for m in catalogue.everything(course())]
    for number in range(count):
        if number % 29 == 28:
            yield _own(recorded("untouched"), number)
            continue
        chance = int.from_bytes(hashlib.sha256(str(number).encode()).digest())
        failed: set[str] = set()
        for _ in range(chance % 5):
            chance //= 5
            # Some mistakes are everybody's: the square leans to the first of the catalogue.
            failed |= set(mistakes[(chance % 1000) ** 2 * len(mistakes) // 1000**2])
            chance //= 1000
        yield _own(with_failures(recorded("full"), failed), number)


def with_failures(run: RunRecord, failed: set[str]) -> RunRecord:
    """Return a finished lab in which these criteria are failed and what needs them, from then on, is blocked."""
    entries = course().entries
    lost: dict[str, str] = {}

    def judged(c: CriterionRecord) -> CriterionRecord:
        blocking = next((need for need in entries[c.id].needs if need in lost), "") if c.id in entries else ""
        if blocking:
            lost[c.id] = blocking
            return replace(c, outcome=Outcome.BLOCKED, blocked_by=blocking)
        if c.id not in failed:
            return c
        lost[c.id] = ""
        slip = Slip(f"{c.id}.slip", f"What {c.id} asks for is not there.", "Look at it again.", "it")
        return replace(c, outcome=Outcome.FAILED, found="something else", slips=(slip,))

    return with_criteria(run, judged)


def with_criteria(run: RunRecord, change: Any) -> RunRecord:
    """Return a run with every criterion changed."""
    return replace(
        run,
        sections=tuple(
            replace(
                section,
                scenarios=tuple(replace(s, criteria=tuple(map(change, s.criteria))) for s in section.scenarios),
            )
            for section in run.sections
        ),
    )


def _own(run: RunRecord, number: int) -> RunRecord:
    """Return the run as that of a lab of its own: of every fiftieth the machines are those of the one before."""
    own = number - 1 if number % 50 == 49 else number
    machines = {
        name: {**facts, "machine-id": hashlib.md5(f"{own} {name}".encode()).hexdigest()}
        for name, facts in run.lab.machines.items()
    }
    cluster = {"authority": f"sha256:{own:064x}", "kube-system": str(own)} if run.lab.cluster else {}
    return replace(run, lab=replace(run.lab, machines=machines, cluster=cluster))


def student(number: int, **more: Any) -> dict[str, Any]:
    """Return a student as `class.json` has one."""
    return {
        "id": f"{number:05d}",
        "name": f"Student {number}",
        "email": f"s{number}@example.invalid",
        "group": f"group {number % 4}",
        "run": f"{number:05d}/runs/20261125-100000-verify",
        "state": "graded",
        "why": "",
        "attempts": 1,
        "questions": [],
    } | more


def listed(students: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """Return the data of `class.json`."""
    return {"schema": 1, "course": "Kubernetes 实验", "rubric": recorded("full").rubric, "students": students} | more


def book(students: list[dict[str, Any]], graded: list[RunRecord | str], word: Decisions = NOTHING, **more: Any) -> Book:
    """Return the book of a class whose results are at hand, with what the instructor has decided."""
    return reading.make(ClassFile.model_validate(listed(students, **more)), graded, word)


def decision(kind: Kind, number: int = 1, **more: Any) -> Decision:
    """Return a decision of an instructor on the day of the golden files."""
    told = {"reason": "=because", "author": "Instructor 1", "date": DAY} | more
    return Decision(kind, f"{kind} {number}", **told)


def large(count: int = 300) -> Book:
    """Return a whole class: some not graded, some not seen in full, one in fifty on a neighbour's machines."""
    students: list[dict[str, Any]] = []
    graded: list[RunRecord | str] = []
    for number, run in enumerate(runs(count)):
        if number % 41 == 40:
            students.append(student(number, state="unreachable", run="", why="no machine answered", attempts=0))
            graded.append("")
        elif number % 37 == 36:
            students.append(student(number))
            graded.append(with_criteria(run, _unseen))
        else:
            students.append(student(number))
            graded.append(run)
    return book(students, graded, rubric="")


def small() -> Book:
    """Return sixteen students with names that are made to do harm, and one of each state."""
    students = [student(number, name=name) for number, name in enumerate(HOSTILE)]
    graded: list[RunRecord | str] = [replace(run, rubric=recorded("full").rubric) for run in runs(len(HOSTILE))]
    states = ("unreachable", "timeout", "broken", "waiting")
    for number, state in enumerate(states, len(students)):
        students.append(student(number, state=state, run="", why=f"=why {state}", attempts=0))
        graded.append("")
    students[2]["questions"] = ["=the same laptop as 00003?"]
    graded[3] = with_criteria(graded[3], _unseen)  # type: ignore[arg-type]
    return book(students, graded)


def _unseen(c: CriterionRecord) -> CriterionRecord:
    return replace(c, outcome=Outcome.UNDETERMINED, found="connection lost") if c.id.startswith("kuboard.") else c


def tiny() -> Book:
    """Return the class of the golden files: a final score, every outcome, a hostile lab, and nothing at all."""
    final = with_criteria(
        samples.EVERY_OUTCOME,
        lambda c: replace(c, outcome=Outcome.FAILED) if c.outcome is Outcome.UNDETERMINED else c,
    )
    students = [
        student(7, name="王小明", group="一班"),
        student(8, name='O"Neil, =1+1', email="+s8@example.invalid", questions=["=why?"], late_seconds=90_000),
        student(9, name=samples.EVIL, group="@x"),
        student(10, name="=1+1", state="unreachable", run="", why="no machine answered", attempts=0, history=[OURS]),
    ]
    graded = [final, samples.EVERY_OUTCOME, samples.HOSTILE, ""]
    return book(students, graded, Decisions(tuple(_decided()), DAY), rubric=samples.FULL.rubric)


OURS = {"run": "", "state": "unreachable", "why": "no machine answered", "is_attempt": False}


def _decided() -> Iterator[Decision]:
    """Yield one decision of each kind, an expired one and one that bears on nobody."""
    failed = [c.id for c in samples.EVERY_OUTCOME.criteria if c.outcome is Outcome.FAILED]
    passed = [c.id for c in samples.EVERY_OUTCOME.criteria if c.outcome is Outcome.PASSED]
    yield decision(Kind.OVERRIDE, 1, student="00007", criterion=failed[0], percent=Fraction(50))
    yield decision(Kind.OVERRIDE, 2, student="00010", criterion=failed[0], percent=Fraction(50))
    yield decision(Kind.WAIVER, student="00007", criterion=passed[0], expires=date(2026, 11, 24))
    yield decision(Kind.DROP, criterion=passed[-1], author="<b>Instructor 2</b>")
    yield decision(Kind.PENALTY, student="00007", percent=Fraction(10), expires=date(2026, 12, 24))
    yield decision(Kind.LATE, each="day", percent=Fraction(5), cap=Fraction(8))


def write(folder: Path) -> None:
    """Write a class of one finished lab, as a grading leaves it."""
    run = folder / "007" / "runs" / "20260101-000000-verify"
    run.mkdir(parents=True, exist_ok=True)
    shutil.copy(RECORDINGS / "full" / "result.json", run)
    one = student(7, id="007", run=run.relative_to(folder).as_posix())
    (folder / "class.json").write_text(json.dumps(listed([one])), encoding="utf-8")
