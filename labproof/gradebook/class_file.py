"""`class.json`: who is in a class, and where each one's run lies."""

from collections import Counter
from pathlib import Path
from typing import Literal

from pydantic import Field

from labproof.ground import settings
from labproof.ground.errors import ConfigError

NAME = "class.json"
State = Literal["graded", "unreachable", "timeout", "broken", "waiting", "missing", "refused"]


class Grading(settings.Settings, extra="ignore"):
    """One grading of a student's lab, as it ended; one in which Labproof failed is no attempt."""

    run: str = ""
    state: State = "waiting"
    why: str = ""
    is_attempt: bool = False


# What grading a class may need to remember beside this is no business of the gradebook.
class Student(settings.Settings, extra="ignore"):
    """One student: `run` is the folder of the run that counts, from the class's folder on; empty without one."""

    id: str = Field(min_length=1)
    name: str = ""
    email: str = ""
    group: str = ""
    run: str = ""
    state: State = "waiting"
    why: str = ""
    attempts: int = Field(default=0, ge=0)
    questions: tuple[str, ...] = ()
    late_seconds: float = Field(default=0, ge=0, alias="late")
    """How long after the closing time it was handed in; in the file under either name."""
    history: tuple[Grading, ...] = ()


class ClassFile(settings.Settings, extra="ignore"):
    """A class: its course, the digest of the rubric that counts (empty: any), and its students in order."""

    version: Literal[1] = Field(alias="schema")
    course: str = ""
    rubric: str = ""
    students: tuple[Student, ...] = ()
    left: tuple[Student, ...] = ()
    """Whom the roster has no more: what was decided about them waits as they do."""

    @property
    def ids(self) -> list[str]:
        """Return everybody about whom something may be decided."""
        return [student.id for student in (*self.students, *self.left)]


def load(folder: Path) -> ClassFile:
    """Read the class of a folder. Raises ConfigError that names each wrong key, and each id that is there twice."""
    listed = settings.load(folder / NAME, ClassFile, "`labproof class grade` writes it")
    # Some computers take two names for one file that differ in their letters' case alone.
    counted = Counter(student.id.casefold() for student in listed.students)
    if twice := [student.id for student in listed.students if counted[student.id.casefold()] > 1]:
        raise ConfigError(
            [f"{folder / NAME}: students: expected an id of its own for each, found {id_!a} twice" for id_ in twice]
        )
    return listed
