"""Whether the sections of a course are right, each by itself and all of them together."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from labproof.grading.exercise import Criterion, Exercise, Placed, SlipEntry


def problems(placed: Sequence[Placed]) -> list[str]:
    """Return everything that is wrong in these sections, which stand in order, each with its file."""
    found = [problem for path, exercise in placed for problem in _of_section(path, exercise)]
    found += _twice(placed)
    for number, (path, exercise) in enumerate(placed):
        found += _criteria_of_slips(path, exercise, placed[number:])
        found += _needs_of_section(path, exercise, placed[:number], placed[number:])
        found += _needs_of_criteria(path, exercise, placed)
    return found


def _of_section(path: Path, exercise: Exercise) -> Iterator[str]:
    expected = f"{exercise.order:02d}-{exercise.id}"
    if path.parent.name != expected:
        yield f"{path}: id, order: the folder is called {path.parent.name}, expected {expected}; rename one of them"
    if not exercise.title.get("en", "").strip():
        yield f"{path}: title.en: missing or empty; add it"
    for criterion in exercise.criterion:
        yield from _of_criterion(f"{path}: criterion {criterion.id}", criterion)
    for slip in exercise.slip:
        yield from _of_slip(path, slip)


def _of_criterion(place: str, criterion: Criterion) -> Iterator[str]:
    if "@" in criterion.id or not criterion.id.strip():
        yield f"{place}: id: it names no machine and is not empty; choose another id"
    if bool(criterion.machines) != ("{machine}" in criterion.then):
        yield f"{place}: `machines` and {{machine}} in `then` go together"
    if len(set(criterion.machines)) != len(criterion.machines):
        yield f"{place}: machines: one stands twice and would be worth twice; remove it"
    texts = {"then": criterion.then, "why": criterion.why, "try": criterion.try_this}
    texts |= {f"hints: number {number}": hint for number, hint in enumerate(criterion.hints, 1)}
    for key, text in texts.items():
        if not text.strip():
            yield f"{place}: {key}: empty; write what helps a student"
    if criterion.hints[0].strip() == criterion.hints[1].strip():
        yield f"{place}: hints: both are the same; let the second say more than the first"


def _of_slip(path: Path, slip: SlipEntry) -> Iterator[str]:
    try:
        re.compile(slip.symptom)
    except (re.error, OverflowError, RecursionError) as problem:
        yield f"{path}: slip {slip.id}: symptom: not a regular expression ({problem}); correct it"


def _twice(placed: Sequence[Placed]) -> Iterator[str]:
    keys: dict[str, Callable[[Exercise], list[object]]] = {
        "id": lambda e: [e.id],
        "order": lambda e: [e.order],
        "feature": lambda e: [e.feature],
        "criterion": lambda e: [c.id for c in e.criterion],
        "slip": lambda e: [s.id for s in e.slip],
    }
    for key, values in keys.items():
        owners: defaultdict[object, list[Path]] = defaultdict(list)
        for path, exercise in placed:
            for value in values(exercise):
                owners[value].append(path)
        for value, (first, *others) in owners.items():
            for other in others:
                where = "" if other == first else f", first in {first}"
                word = "number" if key == "order" else "name" if key == "feature" else "id"
                yield f"{other}: {key} {value}: this {word} stands twice{where}; give each its own"


def _criteria_of_slips(path: Path, exercise: Exercise, from_here: Sequence[Placed]) -> Iterator[str]:
    known = {c.id for _, e in from_here for c in e.criterion}
    for slip in exercise.slip:
        for criterion in slip.criteria:
            if criterion not in known:
                yield f"{path}: slip {slip.id}: no criterion {criterion!r} in this section or a later one; correct it"


def _needs_of_section(
    path: Path, exercise: Exercise, earlier: Sequence[Placed], later: Sequence[Placed]
) -> Iterator[str]:
    for need in exercise.needs:
        if any(e.id == need for _, e in earlier):
            continue
        if any(e.id == need for _, e in later):
            yield f"{path}: needs: {need!r} does not come before it; correct it or its `order`"
        else:
            yield f"{path}: needs: no section {need!r}; correct it"


def _needs_of_criteria(path: Path, exercise: Exercise, placed: Sequence[Placed]) -> Iterator[str]:
    owner = {name: e for _, e in placed for c in e.criterion for name in (c.id, *(f"{c.id}@{m}" for m in c.machines))}
    for need in exercise.gates:
        if need not in owner:
            yield f"{path}: gates: needs {need!r}, which no section has; correct it"
    for criterion in exercise.criterion:
        place = f"{path}: criterion {criterion.id}"
        for need in criterion.needs:
            if need.partition("@")[0] == criterion.id:
                yield f"{place}: needs {need!r}, which is itself; remove it"
            elif need not in owner:
                yield f"{place}: needs {need!r}, which no section has; correct it"
        for need in (*exercise.gates, *criterion.needs):
            needed = owner.get(need, exercise)
            if needed.order > exercise.order:
                yield f"{place}: needs {need!r} of the later section {needed.id}; remove it, or correct the `order`"
            elif needed.only_with and needed is not exercise:
                yield f"{place}: needs {need!r}, which is there only with --{needed.only_with}; remove it"
