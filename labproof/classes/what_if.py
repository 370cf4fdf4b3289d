"""What if a class were graded by another rubric: a class of its own beside the first one, which stays as it is."""

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from labproof.classes import rejudged
from labproof.classes.rejudged import Recorded, Rejudged
from labproof.gradebook import class_file, decisions, reading, what_if_page
from labproof.gradebook.book import Book
from labproof.gradebook.student_reports import folder_of
from labproof.ground.errors import ConfigError, LabError
from labproof.ground.exit_status import ExitStatus
from labproof.ground.plain_file import open_plain
from labproof.records import result
from labproof.session.class_session import ClassSession

_LIMIT = 64 * 1024 * 1024


@dataclass(frozen=True)
class Question:
    """A class that is to be judged anew: as it stands, where it lies, and where the other one goes."""

    folder: Path
    out: Path
    before: Book
    rubric: str
    left: tuple[Recorded, ...]
    unread: Mapping[str, str]
    """Why there is nothing to be judged of a student, by the id."""


def ask(folder: Path, out: Path, rubric: str, worth: Mapping[str, Fraction]) -> Question:
    """Return what is to be judged. Raises ConfigError for a class, a place or decisions that cannot be used.

    `rubric` is the digest of the other rubric, and `worth` the points that it gives. Decisions go along as they
    stand, unless the other folder has its own.
    """
    before = reading.load(folder)
    _require_place(folder, out)
    own = out if (out / decisions.NAME).exists() else folder
    try:
        decisions.load(own, class_file.load(folder).ids, {**before.worth, **worth})
    except ConfigError as problem:
        fix = f"with this rubric they do not fit; put {decisions.NAME} for it into {out}"
        raise ConfigError([*problem.problems, fix] if own is folder else problem.problems) from None
    left: list[Recorded] = []
    unread: dict[str, str] = {}
    for graded in before.students:
        if not graded.marks:
            continue
        try:
            runs = rejudged.orders(folder_of(graded.student), (folder / graded.student.run).absolute())
            left += runs
        except ConfigError as problem:
            unread[graded.student.id] = str(problem)
    return Question(folder, out, before, rubric, tuple(left), unread)


def _require_place(folder: Path, out: Path) -> None:
    if out.resolve() == folder.resolve():
        raise ConfigError([f"--out: {out} is the class itself; name another folder"])
    if (out / class_file.NAME).exists() and not (out / what_if_page.NAME).exists():
        raise ConfigError([f"--out: {out}: a class that was graded lies there; name another folder"])


def judge(question: Question, judges: ClassSession, jobs: int, seconds: float, tell: Callable[[str], None]) -> Rejudged:
    """Judge the class anew, and write how it stands then beside what the instructor has decided.

    Raises LabError where that cannot be written.
    """
    found = rejudged.judge(question.left, judges, question.out, jobs, seconds, tell)
    if found.status is not ExitStatus.INTERRUPTED:
        try:
            _write(question, found)
        except OSError as problem:
            fix = "free some space or correct its rights, and ask again"
            raise LabError(f"{question.out}: cannot be written ({problem.strerror}); {fix}") from problem
    return found


def _write(question: Question, found: Rejudged) -> None:
    source, own = question.folder / decisions.NAME, question.out / decisions.NAME
    if source.is_file() and not own.exists():
        shutil.copyfile(source, own)
    for graded in question.before.students:
        name = folder_of(graded.student)
        if name in found.runs:
            rejudged.put_together(name, result.load(question.folder / graded.student.run / "result.json"), found)
    listed = _listed(question.folder / class_file.NAME)
    listed["rubric"] = question.rubric
    listed["left"] = [{**one, "run": ""} for one in listed.get("left", [])]
    listed["students"] = [_student(one, question, found) for one in listed["students"]]
    draft = question.out / f"{class_file.NAME}.new"
    draft.write_text(json.dumps(listed, ensure_ascii=False, indent=1), encoding="utf-8", errors="backslashreplace")
    draft.replace(question.out / class_file.NAME)


def _listed(path: Path) -> dict[str, Any]:
    """Return the class as it stands in its file: what we do not know of it goes along."""
    with open_plain(path, _LIMIT, "grade the class again") as file:
        data: dict[str, Any] = json.loads(file.read(_LIMIT + 1))
    return data


def _student(one: dict[str, Any], question: Question, found: Rejudged) -> dict[str, Any]:
    graded = next(g for g in question.before.students if g.student.id == one["id"])
    name = folder_of(graded.student)
    problems = [*found.problems.get(name, []), *filter(None, [question.unread.get(one["id"], "")])]
    # What the class asked of its own identities is asked of the same ones here.
    more = {"questions": [*one.get("questions", []), *problems]}
    if name in found.runs:
        return {**one, **more, "run": found.runs[name].relative_to(question.out).as_posix()}
    if graded.marks:
        why = "; ".join(problems) or "it was not judged anew"
        return {**one, **more, "run": "", "state": found.states.get(name, "broken"), "why": why}
    return {**one, "run": ""}
