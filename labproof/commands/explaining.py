"""A criterion in words: what the course says of it, and what was found last."""

import difflib
import re
from fractions import Fraction
from unicodedata import east_asian_width

from labproof.grading import rubric as rubrics
from labproof.grading.exercise import Exercise
from labproof.grading.rubric import Entry, Rubric
from labproof.ground import language
from labproof.ground.errors import ConfigError
from labproof.ground.wording import fill, say
from labproof.records.model import CriterionRecord, Outcome, RunRecord, number
from labproof.records.store import newest
from labproof.session import optional
from labproof.showing.provenance import moment
from labproof.teaching.handout import read as read_handout

_FIRST_STEP = re.compile(r"1\. ")


def explain(name: str) -> list[str]:
    """Return what there is to say of a criterion, on one machine or on all. Raises ConfigError for an unknown one."""
    rubric = rubrics.load(extras=optional.options())
    entries = _entries(rubric, name)
    return [*_course(rubric, entries), "", *_handout(rubric, entries[0]), "", *_last(entries)]


def section_lines() -> list[str]:
    """Return a line for each section of the course."""
    rubric = rubrics.load(extras=optional.options())
    rows: list[tuple[str, ...]] = [("Section", "Points", "Handout", "Builds on", "Title")]
    for exercise in rubric.exercises:
        entries = [e for e in rubric.entries.values() if e.section == exercise.id]
        option = f" (only with --{exercise.only_with})" if exercise.only_with else ""
        points = number(sum((e.points for e in entries), Fraction(0)))
        needs = ", ".join(exercise.needs) or "-"
        rows.append((exercise.id, points, exercise.handout, needs, _title(exercise) + say(option)))
    return table(rows)


def table(rows: list[tuple[str, ...]]) -> list[str]:
    """Return rows as lines with columns of one width each."""
    said = [[say(cell) for cell in row] for row in rows]
    widths = [max(map(_width, column)) for column in zip(*said, strict=True)]
    return ["  ".join(c + " " * (w - _width(c)) for c, w in zip(row, widths, strict=True)).rstrip() for row in said]


def _width(text: str) -> int:
    """Return the columns of a terminal that a text takes: a Chinese character takes two."""
    return len(text) + sum(east_asian_width(character) in "WF" for character in text)


def _entries(rubric: Rubric, name: str) -> list[Entry]:
    found = [e for e in rubric.entries.values() if name in (e.id, e.source.id)]
    if not found:
        known = list(dict.fromkeys(e.source.id for e in rubric.entries.values()))
        near = difflib.get_close_matches(name.partition("@")[0], known, n=3)
        advice = f"is {' or '.join(near)} meant?" if near else "`labproof rubric show` lists them all"
        raise ConfigError([f"CRITERION: {name!r} is no criterion of this course; {advice}"])
    return found


def _course(rubric: Rubric, entries: list[Entry]) -> list[str]:
    source = entries[0].source
    needs = list(dict.fromkeys(need.partition("@")[0] for e in entries for need in e.needs))
    said = [*(f"{e.id}: {say(e.text)} ({say(_points(e))})" for e in entries), ""]
    said += [f"Why it matters: {source.why}"]
    said += [f"Hint {n}: {hint}" for n, hint in enumerate(source.hints, 1)]
    said += [f"Try this: {source.try_this}"]
    return said + ([fill("Needs: {needs}", needs=", ".join(needs))] if needs else [])


def _handout(rubric: Rubric, entry: Entry) -> list[str]:
    exercise = rubric.exercise(entry.section)
    path = rubric.file(entry.section).with_name("README.md")
    said = [f"Section {exercise.id}, {_title(exercise)}: handout {exercise.handout}, {path}"]
    if asked := _instructions(rubric, entry):
        return said + asked
    try:
        parts = path.read_text(encoding="utf-8").split("\n\n")
    except (OSError, ValueError):
        return said
    steps = next((part for part in parts if _FIRST_STEP.match(part)), "")
    return said + [f"  {line}" for line in steps.splitlines()]


def _instructions(rubric: Rubric, entry: Entry) -> list[str]:
    """Return the instructions that a criterion proves; nothing for a course whose handout is not written as data."""
    handout = read_handout(rubric)
    said = []
    for instruction in handout.of(entry.id):
        paragraphs, do = ", ".join(instruction.paragraphs), handout.say(instruction.do, language.current())
        machines = ", ".join(instruction.machines)
        said.append(f"  Handout {paragraphs}, on {machines}: {do}" if machines else f"  Handout {paragraphs}: {do}")
        said += [f"      {line}" for line in handout.commands(instruction).splitlines()]
    return said


def _last(entries: list[Entry]) -> list[str]:
    ids = {e.id for e in entries}
    run = newest(lambda run: bool(ids & {c.id for c in run.criteria if c.looks}))
    if run is None:
        return ["Last found: nothing yet; `labproof grade` looks"]
    return [f"Last looked at in run {run.run}, {moment(run.started)}", *_looked(run, ids)]


def _looked(run: RunRecord, ids: set[str]) -> list[str]:
    said = []
    for criterion in (c for c in run.criteria if c.id in ids):
        said += [f"  {criterion.id}: {say(criterion.outcome)}", *(f"    {line}" for line in _details(criterion))]
    return said


def _details(criterion: CriterionRecord) -> list[str]:
    if criterion.outcome is Outcome.BLOCKED:
        return [f"blocked by {criterion.blocked_by}: fix that first"]
    said = [f"expected: {criterion.expected or '-'}", f"found:    {criterion.found or '-'}"]
    said += [f"reason:   {criterion.reason}"] if criterion.reason else []
    for slip in criterion.slips:
        said += [f"known slip: {slip.says}", f"try this: {slip.try_this}"]
    return [line for text in said for line in text.splitlines()]


def _title(exercise: Exercise) -> str:
    return exercise.title.get(language.current()) or exercise.title.get("en", exercise.id)


def _points(entry: Entry) -> str:
    return f"{number(entry.points)} point" if entry.points == 1 else f"{number(entry.points)} points"
