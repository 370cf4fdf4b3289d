"""What the same machines had come to before a run."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from labproof.records import history
from labproof.records.model import BROKEN, FINISHED, INTERRUPTED, History, Mode, Outcome, RunRecord
from labproof.records.store import RunFolder
from tests.golden import samples

MACHINE = {"master": {"machine-id": "a" * 32}}
LAB = replace(samples.LAB, identity="this very lab", machines=MACHINE)


def graded(number: int, earned: int, **changes: object) -> RunRecord:
    """Return a run on these machines of which so many of ten points were earned, each by a criterion."""
    criteria = (samples.criterion(f"c.{n}", f"fact {n}", 1, _outcome(n < earned)) for n in range(10))
    section = replace(samples.FULL.sections[0], scenarios=(samples.scenario("one", *criteria),))
    run = RunRecord(f"20260301-10000{number}-verify", Mode.VERIFY, f"day {number}", LAB, "rubric", (section,))
    return replace(run, **{"ended": FINISHED, **changes})  # type: ignore[arg-type]


def _outcome(is_earned: bool) -> Outcome:
    return Outcome.PASSED if is_earned else Outcome.FAILED


def saved(root: Path, run: RunRecord, mode: Mode = Mode.VERIFY) -> RunRecord:
    """Save a run in a folder of its name and return it with its history, as a session does."""
    run = history.with_history(replace(run, run=run.run.replace("verify", mode), mode=mode), root)
    (root / run.run).mkdir(parents=True)
    RunFolder(root / run.run).save(run)
    return run


def known(root: Path, run: RunRecord) -> History:
    found = history.with_history(run, root).history
    assert found is not None
    return found


def test_first_run_has_no_history(tmp_path: Path) -> None:
    """Where nothing was graded before, there is nothing to tell."""
    assert history.with_history(graded(1, 5), tmp_path / "none").history is None


def test_attempts_are_counted_and_the_best_is_known(tmp_path: Path) -> None:
    """A run names how many attempts there were before it, the last ones, and the best of them."""
    for number, earned in enumerate((4, 9, 6), 1):
        saved(tmp_path, graded(number, earned))
    found = known(tmp_path, graded(4, 7))
    assert (found.count, [a.earned for a in found.recent], found.best.earned) == (3, [6, 9, 4], 9)
    assert found.best.run == "20260301-100002-verify"


def test_newest_of_equals_is_the_best(tmp_path: Path) -> None:
    """Of two attempts that earned the same, the newer one is named."""
    for number in (1, 2):
        saved(tmp_path, graded(number, 8))
    assert known(tmp_path, graded(3, 1)).best.run == "20260301-100002-verify"


def test_only_what_has_changed_is_told(tmp_path: Path) -> None:
    """For a criterion that is another one now, the history says what it was in the attempt before."""
    saved(tmp_path, graded(1, 9))
    saved(tmp_path, graded(2, 3))
    assert known(tmp_path, graded(3, 5)).was == {"c.3": "failed", "c.4": "failed"}
    assert known(tmp_path, graded(3, 2)).was == {"c.2": "passed"}


@pytest.mark.parametrize("ended", [BROKEN, INTERRUPTED, "running", "no machine answered"])
def test_a_run_that_did_not_come_about_is_no_attempt(tmp_path: Path, ended: str) -> None:
    """A run in which Labproof failed, or that was stopped, counts for nothing and against nobody."""
    saved(tmp_path, graded(1, 6))
    saved(tmp_path, graded(2, 0, ended=ended))
    found = known(tmp_path, graded(3, 7))
    assert (found.count, found.recent[0].earned) == (1, 6)


@pytest.mark.parametrize("mode", [Mode.REGRADE, Mode.DEMO, Mode.RESET])
def test_what_looks_at_no_machine_is_no_attempt(tmp_path: Path, mode: Mode) -> None:
    """A demo, a regrade and a reset are no attempts, and have no history themselves."""
    saved(tmp_path, graded(1, 6))
    source = samples.EVERY_OUTCOME.source
    assert saved(tmp_path, graded(2, 9, source=source), mode).history is None
    assert known(tmp_path, graded(3, 7)).count == 1


@pytest.mark.parametrize(
    "other",
    [
        {"lab": replace(LAB, identity="another lab")},
        {"lab": replace(LAB, machines={"master": {"machine-id": "b" * 32}})},
        {"rubric": "another rubric"},
    ],
    ids=["lab", "machine", "rubric"],
)
def test_other_machines_and_rubrics_are_left_out(tmp_path: Path, other: dict[str, object]) -> None:
    """A run of another lab, of another machine at the same place or by another rubric is no attempt of this one."""
    saved(tmp_path, graded(1, 6, **other))
    assert history.with_history(graded(2, 7), tmp_path).history is None


def test_machines_without_an_id_are_taken_for_the_same(tmp_path: Path) -> None:
    """Where a machine told no id, it is the same lab by its identity."""
    saved(tmp_path, graded(1, 6, lab=replace(LAB, machines={})))
    assert known(tmp_path, graded(2, 7)).count == 1


def test_labs_without_an_identity_have_no_history(tmp_path: Path) -> None:
    """Two runs that tell no identity are not taken for the same lab."""
    saved(tmp_path, graded(1, 6, lab=replace(LAB, identity="")))
    assert history.with_history(graded(2, 7, lab=replace(LAB, identity="")), tmp_path).history is None


def unseen(run: RunRecord) -> RunRecord:
    """Return the run as one that could not see anything of its scenario."""
    [scenario] = run.sections[0].scenarios
    criteria = tuple(replace(c, outcome=Outcome.UNDETERMINED) for c in scenario.criteria)
    return replace(run, sections=(replace(run.sections[0], scenarios=(replace(scenario, criteria=criteria),)),))


def test_asking_again_is_no_further_attempt(tmp_path: Path) -> None:
    """A run that asks once more what another could not see is one attempt with it, also for those that come later."""
    saved(tmp_path, graded(1, 4))
    first = saved(tmp_path, unseen(graded(2, 0)))
    again = saved(tmp_path, graded(3, 6, based_on=first.run))
    assert again.history is not None
    assert (again.history.count, again.history.recent[0].earned, len(again.history.was)) == (1, 4, 2)
    assert [a.earned for a in known(tmp_path, graded(4, 7)).recent] == [6, 4]


def test_asking_the_only_run_again_leaves_one_attempt(tmp_path: Path) -> None:
    """Where the first run on the machines was asked again, there is one attempt before the next run."""
    first = saved(tmp_path, unseen(graded(1, 0)))
    assert saved(tmp_path, graded(2, 6, based_on=first.run)).history is None
    assert known(tmp_path, graded(3, 7)).count == 1


def test_grading_a_section_again_is_an_attempt(tmp_path: Path) -> None:
    """A run that goes on from another one in which all was seen is an attempt of its own."""
    first = saved(tmp_path, graded(1, 4))
    assert known(tmp_path, graded(2, 6, based_on=first.run)).count == 1


def test_few_runs_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One attempt tells of all before it: its own history is believed, and none of the older runs is read again."""
    for number in range(1, 6):
        saved(tmp_path, graded(number, number))
    for number in range(1, 5):
        (tmp_path / f"20260301-10000{number}-verify" / "result.json").write_text("{", encoding="utf-8")
    found = known(tmp_path, graded(6, 0))
    assert (found.count, [a.earned for a in found.recent]) == (5, [5, 4, 3, 2, 1])


def test_no_more_than_so_many_are_looked_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Among many runs of other labs, one that lies too far back is not looked for."""
    monkeypatch.setattr(history, "LOOKED_THROUGH", 2)
    saved(tmp_path, graded(1, 5))
    saved(tmp_path, graded(2, 5, rubric="another"))
    assert known(tmp_path, graded(4, 5)).count == 1
    saved(tmp_path, graded(3, 5, rubric="another"))
    assert history.with_history(graded(4, 5), tmp_path).history is None


def test_old_attempts_are_counted_and_not_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many attempts there were, a result names the last few, their number and the best."""
    monkeypatch.setattr(history, "KEPT", 2)
    for number, earned in enumerate((9, 1, 2, 3), 1):
        saved(tmp_path, graded(number, earned))
    found = known(tmp_path, graded(5, 4))
    assert (found.count, [a.earned for a in found.recent], found.best.earned) == (4, [3, 2], 9)


def test_results_of_before_are_read_one_by_one(tmp_path: Path) -> None:
    """Attempts of a Labproof that wrote no history are counted all the same."""
    for number in (1, 2):
        run = graded(number, number)
        (tmp_path / run.run).mkdir()
        RunFolder(tmp_path / run.run).save(run)
    found = known(tmp_path, graded(3, 9))
    assert (found.count, [a.earned for a in found.recent]) == (2, [2, 1])


def test_unreadable_runs_are_passed_over(tmp_path: Path) -> None:
    """A result that is none keeps no run from its history."""
    saved(tmp_path, graded(1, 6))
    (tmp_path / "20260301-100002-verify").mkdir()
    (tmp_path / "20260301-100002-verify" / "result.json").write_text("[", encoding="utf-8")
    assert known(tmp_path, graded(3, 7)).count == 1


def test_a_run_keeps_its_result_where_others_cannot_be_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever goes wrong with the folders of earlier runs, the new one is whole, without a history."""
    saved(tmp_path, graded(1, 6))

    def gone(_: Path) -> object:
        raise OSError("gone")

    monkeypatch.setattr(history.result, "read", gone)
    assert history.with_history(graded(2, 7), tmp_path) == graded(2, 7)


def test_share_is_of_what_could_be_had() -> None:
    """Nine of nine points are better than nine of ten, and nothing of nothing is nothing."""
    nine = replace(samples.FIRST, earned=Fraction(9), possible=Fraction(9))
    assert history.share(nine) > history.share(replace(nine, possible=Fraction(10)))
    assert history.share(replace(nine, earned=Fraction(0), possible=Fraction(0))) == 0
