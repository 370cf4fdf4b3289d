"""What explains an outcome: the evidence of its sentence, known mistakes, and notes."""

import pytest

from labproof.ground.advice import way_out
from labproof.ground.errors import ActionFailed, Unreachable
from labproof.records.model import Outcome
from tests.grading.recording.driver import BLOCKED, FAILED, OK, PASSED, UNDETERMINED, WRONG, Run, base, found, seeing


def test_evidence_belongs_to_its_sentence(run: Run) -> None:
    """What is asked while a criterion is judged is its evidence; what the work did is evidence of the When."""

    def look() -> object:
        run.see("cat /etc/fstab", "tmpfs")
        return "ok"

    record = run.scenario("base", "verify", base(look), lambda: run.see("swapoff -a", ""))
    assert [e.request for e in record.criteria[0].evidence] == ["cat /etc/fstab"]
    assert record.criteria[1].evidence == ()
    assert [e.request for e in record.steps[0].evidence] == ["swapoff -a"]
    assert record.steps[1].evidence == ()


def test_long_evidence_is_trimmed_in_the_result_only(run: Run) -> None:
    """The result keeps the head of a long output and counts the rest; the evidence file keeps all of it."""

    def look() -> object:
        run.see("cat", "x" * 5000)
        return "ok"

    (kept,) = run.scenario("base", "verify", base(look)).criteria[0].evidence
    assert (len(kept.output), kept.dropped) == (4000, 1000)


@pytest.mark.parametrize("where", ["found", "look", "work"])
def test_known_mistake_is_recognised(run: Run, where: str) -> None:
    """A known mistake is told with a failed criterion, wherever its symptom shows."""

    def look() -> object:
        run.see("kubeadm", "swap is on" if where == "look" else "")
        return "swap is on" if where == "found" else "wrong"

    def work() -> None:
        run.see("kubeadm init", "swap is on" if where == "work" else "")

    run.scenario("base", "perform", base(OK, look, OK), work)
    assert [s.id for s in found(run, "base.b").slips] == ["swap-on"]


def test_known_mistake_is_recognised_in_a_later_section(run: Run) -> None:
    """A mistake whose criteria are of several sections is told in each of them."""
    run.scenario("base", "verify", base(OK))
    run.scenario("next", "verify", {"next.d": seeing("swap is on")})
    assert [s.id for s in found(run, "next.d").slips] == ["swap-on"]


def test_mistake_explains_only_what_failed(run: Run) -> None:
    """A symptom next to something that passed, or is blocked, explains nothing."""

    def look() -> object:
        run.see("kubeadm", "swap is on")
        return "wrong"

    run.scenario("base", "verify", base(WRONG, look, OK))
    assert found(run, "base.b").outcome is BLOCKED
    assert found(run, "base.b").slips == ()


@pytest.mark.parametrize(
    ("problem", "outcome"),
    [
        (ActionFailed("yum ended with 1"), FAILED),
        (Unreachable("lost"), UNDETERMINED),
        (RuntimeError("broken"), UNDETERMINED),
    ],
)
def test_work_that_fails_costs_nothing_itself(run: Run, problem: Exception, outcome: Outcome) -> None:
    """Work that fails is told in its step, and the criteria are judged by what is there."""

    def work() -> None:
        raise problem

    record = run.scenario("base", "perform", base(OK), work)
    assert record.steps[0].outcome == outcome
    assert f"{type(problem).__name__}: {problem}" in record.steps[0].note
    assert [c.outcome for c in record.criteria] == [PASSED] * 3


def test_verifying_says_that_nothing_was_done(run: Run) -> None:
    """A When that is left out is not called passed, and says that the student's own work is graded."""
    record = run.scenario("base", "verify", base(OK))
    assert record.steps[0].outcome == "not performed"
    assert record.steps[0].note == "the student's own work is graded"


def test_crash_of_the_work_breaks_the_run(run: Run) -> None:
    """An error of ours in the work is told with its place, and the run is not called finished."""

    def work() -> None:
        raise RuntimeError("broken")

    record = run.scenario("base", "perform", base(WRONG), work)
    assert record.steps[0].note.startswith(
        "an error of Labproof itself: RuntimeError: broken (tests/grading/recording/"
    )
    assert run.recording.finish("finished").ended == "broken"


def test_run_ends_in_the_logs_head(run: Run) -> None:
    """The run names the head of its evidence, as it stands."""
    run.see("uptime", "up")
    assert run.recording.run.evidence_head == run.log.head
    finished = run.recording.finish("finished")
    assert (finished.ended, bool(finished.finished)) == ("finished", True)


@pytest.mark.parametrize(("section", "way"), [("base", "labproof down and labproof up"), ("next", "reset --to base")])
def test_work_that_fails_says_the_way_out(run: Run, section: str, way: str) -> None:
    """Work of the handout that fails says how to begin its section afresh, unless it has better advice."""

    def work() -> None:
        raise ActionFailed("yum ended with 1")

    def advised() -> None:
        with way_out("switch it off"):
            work()

    probes = base(WRONG) | {"next.d": WRONG}
    assert way in run.scenario(section, "perform", probes, work).steps[0].note
    assert run.scenario(section, "perform", probes, advised).steps[0].note.endswith("1\n  try: switch it off")
