"""One section of the handout as its file says it: criteria, known mistakes, what it needs."""

from pathlib import Path
from typing import NamedTuple

from pydantic import Field

from labproof.grading.weights import Points
from labproof.ground import settings


class Criterion(settings.Settings):
    """One entry of `exercise.toml`. Points are for each machine; `wait` is in seconds.

    `grades` names the conditions that are lost with it: what rests on one of them is blocked by this criterion.
    """

    id: str
    then: str
    points: Points
    machines: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    grades: tuple[str, ...] = ()
    wait: float = Field(default=0.0, ge=0, le=600)
    why: str
    hints: tuple[str, str]
    try_this: str = Field(alias="try")
    absent_in: dict[str, str] = Field(default_factory=dict)


class SlipEntry(settings.Settings):
    """A known mistake: the symptom that gives it away, in which criteria's evidence, and the way out.

    Where it shows in later sections as well, their criteria are named too: its words stand once.
    """

    id: str
    criteria: tuple[str, ...]
    symptom: str
    says: str
    try_this: str = Field(alias="try")


class Exercise(settings.Settings):
    """One section of the handout.

    Its folder, such as `03-init`, says its number and its id; a file that says them too must agree. A section with
    `only_with` is there only when that option is given. One that `restarts` the machines does so for whoever is
    graded, too; one that `takes_away` what a student has made is never done to a student's machines. `visits` are its
    Whens that leave nothing behind on the machines, such as a login: what holds says neither that one is done already
    nor who did it.
    """

    id: str = ""
    order: int = Field(default=-1, ge=0, le=1000)
    feature: str = ""
    handout: str
    title: dict[str, str]
    needs: tuple[str, ...] = ()
    gates: tuple[str, ...] = ()
    only_with: str = ""
    restarts: bool = False
    takes_away: bool = False
    visits: tuple[str, ...] = ()
    criterion: tuple[Criterion, ...]
    slip: tuple[SlipEntry, ...] = ()


class Placed(NamedTuple):
    """A section and the file that it was read from."""

    path: Path
    exercise: Exercise
