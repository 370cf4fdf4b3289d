"""Gradescope's `results.json` for one student (docs/specs.md of gradescope/autograder_samples)."""

from typing import Any

from labproof.gradebook.book import Book, Graded, Item, Mark
from labproof.gradebook.cells import plain
from labproof.records.model import Outcome, number


def results(book: Book, graded: Graded) -> dict[str, Any]:
    """Return the results of a student whose score is final.

    What was not asked in this lab, or does not count by the instructor's word, is a test without a score, which
    Gradescope shows and does not count. A penalty is in the score alone, which stands above what the tests add up to.
    All texts are declared as text, so that none is taken for markup.
    """
    tests = []
    for place, (_, items) in enumerate(book.sections, 1):
        for number_, item in enumerate(items, 1):
            if mark := graded.marks.get(item.id):
                tests.append(_test(item, mark, f"{place}.{number_}"))
    return {
        "score": _points(float(book.points(graded))),
        "execution_time": round(graded.seconds, 3),
        "output": plain("\n".join((f"{graded.score}; run {graded.run}", *map(str, graded.rulings)))),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "after_published",
        "stdout_visibility": "hidden",
        "extra_data": {"run": plain(graded.run), "possible": number(graded.counted.possible)},
        "tests": tests,
    }


def _test(item: Item, mark: Mark, number_: str) -> dict[str, Any]:
    because = f"by {mark.blocked_by}" if mark.outcome is Outcome.BLOCKED else mark.found
    told = f"{mark.outcome}: {because}" if because else str(mark.outcome)
    told += f"\n{mark.ruling}" if mark.ruling else ""
    test: dict[str, Any] = {"name": plain(item.text), "number": number_, "output": plain(told), "tags": [item.id]}
    if (counts := mark.counts) is not None:
        test |= {"score": _points(float(counts)), "max_score": _points(float(mark.points))}
        test["status"] = "passed" if counts == mark.points else "failed"
    return test


def _points(points: float) -> float:
    return round(points, 4)
