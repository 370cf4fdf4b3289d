"""The handout and its coverage as pages, each one file without network that prints and fits a phone."""

from functools import partial
from pathlib import Path

from labproof.grading.exercise import Criterion
from labproof.grading.syllabus import Syllabus
from labproof.ground.errors import HostError
from labproof.ground.language import ENGLISH
from labproof.ground.wording import say
from labproof.host import table
from labproof.showing.report import _environment as environment
from labproof.teaching import worth
from labproof.teaching.handout import Handout
from labproof.teaching.page_words import words


def handout(found: Handout, language: str) -> str:
    """Return the student's instructions as a page in a language, with the points of each section and criterion."""
    return _render("handout.html.j2", found, language, owners=_owners(found))


def coverage(found: Handout, syllabus: Syllabus, language: str) -> str:
    """Return a page that lists every instruction with its criteria, and every criterion with its instructions."""
    scenarios = {e.source.id: s.name for s in syllabus.scenarios for e in syllabus.entries(s)}
    return _render("coverage.html.j2", found, language, scenarios=scenarios)


def write(page: str, path: Path) -> Path:
    """Write a page, and the folders above it. Raises HostError when it cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page, encoding="utf-8")
    except OSError as problem:
        raise HostError(f"--out: {path} cannot be written: {problem.strerror}; name another file") from problem
    return path


def _render(template: str, found: Handout, language: str, **more: object) -> str:
    return (
        environment()
        .get_template(template)
        .render(
            handout=found,
            language=language,
            said=words(language),
            total=worth.of_course(found.rubric),
            section_points={x.id: worth.of_section(found.rubric, x) for x in found.rubric.exercises},
            times=worth.times,
            sentence=partial(_sentence, language),
            numbers={x.id: x.order for x in found.rubric.exercises},
            **more,
        )
    )


def _sentence(language: str, criterion: Criterion) -> tuple[str, str]:
    """Return a criterion's sentence, and the language that it is in: English where it has no translation."""
    then = say(criterion.then, language)
    spoken = ENGLISH if then == criterion.then else language
    return worth.sentence(then, criterion, table.load().names, words(spoken)["each"]), spoken


def _owners(found: Handout) -> dict[str, str]:
    """Return which instruction shows a criterion's points: the first that it proves, in its own section."""
    owners: dict[str, str] = {}
    for lesson in found.lessons:
        own = {c.id for c in lesson.exercise.criterion}
        for instruction in lesson.text.instruction:
            for name in own & set(instruction.criteria):
                owners.setdefault(name, instruction.id)
    return owners
