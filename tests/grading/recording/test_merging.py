"""What an earlier run of the same lab knew."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from labproof.grading.syllabus import Syllabus
from labproof.records.model import Authorship, CriterionRecord, Outcome
from tests.grading.recording.driver import BLOCKED, FAILED, OK, PASSED, WRONG, Run, base, blank, found, start


def merged(course: Syllabus, folder: Path, *known: CriterionRecord) -> Run:
    """Start a run that knows of an earlier one what is given."""
    by_id = {c.id: c for c in known}
    record = blank(course)
    sections = tuple(
        replace(
            s,
            scenarios=tuple(replace(sc, criteria=tuple(by_id.get(c.id, c) for c in sc.criteria)) for sc in s.scenarios),
        )
        for s in record.sections
    )
    return start(course, folder, replace(record, sections=sections))


def known(id_: str, outcome: Outcome, **more: object) -> CriterionRecord:
    plain = CriterionRecord(id_, f"{id_} holds", Fraction(10), outcome, as_of="earlier", looks=1)
    return replace(plain, **more)  # type: ignore[arg-type]


def test_earlier_outcomes_stay_known(course: Syllabus, tmp_path: Path) -> None:
    """What an earlier run knew of sections that do not run now stays, and explains what depends on it."""
    run = merged(course, tmp_path, known("base.c", FAILED))
    run.scenario("next", "verify", {"next.d": WRONG})
    assert run.outcomes()["base.c"] is FAILED
    assert (found(run, "next.d").outcome, found(run, "next.d").blocked_by) == (BLOCKED, "base.c")
    run.log.close()


def test_author_is_remembered(course: Syllabus, tmp_path: Path) -> None:
    """What an earlier attempt of this lab brought about is still its author's when it is verified."""
    run = merged(
        course,
        tmp_path,
        known("base.a", PASSED, authorship=Authorship.RUNNER),
        known("base.b", FAILED, authorship=Authorship.NOBODY),
    )
    run.scenario("base", "verify", base(OK))
    assert [c.authorship for c in run.recording.run.criteria][:3] == [
        Authorship.RUNNER, Authorship.FOUND, Authorship.FOUND,
    ]  # fmt: skip
    run.log.close()


def test_score_is_that_of_the_run_as_it_stands(course: Syllabus, tmp_path: Path) -> None:
    """What an earlier run had earned counts until this one has something else to say of it, an error of ours, too."""
    run = merged(course, tmp_path, known("next.d", PASSED))
    assert run.recording.score == run.recording.run.score
    assert run.recording.score.earned == 10
    run.recording.blame(run.plan.of("next")[0], RuntimeError("boom"))
    assert run.recording.score == run.recording.run.score
    assert run.recording.score.earned == 0
    run.log.close()
