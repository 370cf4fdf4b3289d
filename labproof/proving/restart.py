"""What a restart of the machines must show, where not every section of the course was worked through."""

from collections.abc import Collection

from labproof.grading import rubric
from labproof.grading.rubric import Rubric
from labproof.session import optional
from labproof.session.optional import OptionalSection


def section() -> OptionalSection | None:
    """Return the section that restarts the machines when it is asked for, None where the course has none."""
    return next((found for found in optional.sections() if found.restarts), None)


def due(restarting: OptionalSection, done: Collection[str]) -> tuple[str, ...]:
    """Return the criteria of the section that can be met when only the sections `done` were worked through."""
    return resting_on(rubric.load(extras=frozenset({restarting.option})), restarting.id, done)


def rests_on(restarting: OptionalSection, done: Collection[str]) -> bool:
    """Tell whether all of the section can be met: then it is waited for, and what is missing is not passed over."""
    course = rubric.load(extras=frozenset({restarting.option}))
    own = {entry.id for entry in course.entries.values() if entry.section == restarting.id}
    return own == set(resting_on(course, restarting.id, done))


def resting_on(course: Rubric, section: str, done: Collection[str]) -> tuple[str, ...]:
    """Return the criteria of a section whose needs, and theirs within it, lie in the sections `done`."""
    met: list[str] = []
    for entry in course.entries.values():
        needs = (course.entries[need] for need in entry.needs)
        if entry.section == section and all(need.section in done or need.id in met for need in needs):
            met.append(entry.id)
    return tuple(met)
