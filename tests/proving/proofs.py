"""Proofs that no lab has to produce: every mistake of the catalogue caught, and one in which much is wrong."""

from labproof.grading import rubric
from labproof.grading.rubric import Rubric
from labproof.ground.places import engine_dir
from labproof.proving import catalogue, compare
from labproof.proving.catalogue import Trial
from labproof.proving.check import Proof, Untouched
from labproof.proving.compare import Shown, Verdict
from labproof.proving.seeding import Tried
from labproof.records import result
from labproof.records.model import RunRecord

RECORDINGS = engine_dir() / "tests" / "recordings"
STARTED = "2026-03-01T10:00:00+00:00"
SWAP = "base.swap-tab"


def recorded(name: str) -> RunRecord:
    """Return a run that was recorded on a real lab."""
    return result.load(RECORDINGS / name / "result.json")


def whole() -> Proof:
    """Return a proof in which every mistake of this course costs what it says, with the slip that it names."""
    known = rubric.load()
    return _proof(tuple(_caught(mistake, known) for mistake in catalogue.everything(known)), is_whole=True)


def broken() -> Proof:
    """Return a part of a proof: a mistake that was caught, one that was not, and one that was not undone."""
    known = {each.id: each for each in catalogue.everything(rubric.load())}
    run = recorded("broken-base-swap-tab")
    good, bad, left = known[SWAP], known["docker.file-comma"], known["init.scheduler-gone"]
    trouble = (
        "it could not be undone: on node, expected success of:\nmv <b>here</b>\n  found: exit status 1\nno such file"
    )
    return _proof(
        (
            Tried(good, compare.compare(good, run), 12.0),
            Tried(bad, compare.compare(bad, run), 61.0),
            Tried(left, _caught(left, rubric.load()).verdict, 4.0, trouble=(trouble,)),
        ),
        is_whole=False,
    )


def _caught(mistake: Trial, known: Rubric) -> Tried:
    said = {slip.id: slip.says for exercise in known.exercises for slip in exercise.slip}
    hints = [part.hint for part in mistake.parts]
    shows = tuple(
        Shown((hint,), (said[hint],), "not running, enabled") if hint in said else Shown((), (), hint) for hint in hints
    )
    return Tried(mistake, Verdict(red=mistake.costs, shows=shows, has_hint=True), 11.0)


def _proof(tried: tuple[Tried, ...], is_whole: bool) -> Proof:
    full, untouched = recorded("full"), recorded("untouched")
    seen = Untouched(compare.passing(untouched), compare.skipped(untouched), compare.unseen(untouched))
    return Proof(
        started=STARTED,
        seconds=2398.8,
        lab=full.lab,
        criteria=tuple(c.id for c in full.criteria),
        untouched=seen if is_whole else None,
        unsolved={},
        tried=tried,
        is_whole=is_whole,
        sentences={c.id: c.text for c in full.criteria},
        titles={section.id: section.title for section in full.sections},
    )
