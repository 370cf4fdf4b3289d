"""One cause is counted once, wherever in the course it is graded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labproof.grading.conditions import Broken
from labproof.grading.exercise import Criterion
from labproof.grading.rubric import Entry
from labproof.grading.settling import Seen, Settled, settle
from labproof.ground.errors import CheckFailed, DeadlineExceeded, Unreachable
from labproof.records.model import Outcome

WRONG = CheckFailed("wrong")
SILENT = DeadlineExceeded("silent")
KUBELET = Broken("kubelet", "the kubelet stopped answering")


def entry(id_: str, needs: tuple[str, ...] = (), grades: tuple[str, ...] = ()) -> Entry:
    source = Criterion.model_validate(
        {"id": id_, "then": id_, "points": 1, "why": "w", "hints": ["a", "b"], "try": "t", "grades": grades}
    )
    return Entry(id_, "s", id_, source.points, "", needs, source)  # type: ignore[arg-type]


def seen(
    id_: str,
    problem: Exception | None = None,
    *broken: Broken,
    needs: tuple[str, ...] = (),
    grades: tuple[str, ...] = (),
    doubt: str = "",
) -> Seen:
    blindness = "we could not see" if isinstance(problem, DeadlineExceeded | Unreachable) else ""
    return Seen(entry(id_, needs, grades), problem, broken, blindness, doubt)


def settled(*all_: Seen, graders: tuple[str, ...] = ("ready",)) -> dict[str, str]:
    """Return outcomes by id, with what blocks each."""
    found = settle({s.entry.id: s for s in all_}, {}, {"kubelet": graders})
    return {id_: f"{one.outcome} {one.blocked_by}".strip() for id_, one in found.items()}


def test_a_later_criterion_can_be_the_cause() -> None:
    """What saw a condition broken is blocked by the criterion that grades it, though that stands after it."""
    found = settled(seen("calico", WRONG, KUBELET), seen("ready", WRONG, KUBELET, grades=("kubelet",)))
    assert found == {"calico": "blocked ready", "ready": "failed"}


def test_what_needs_the_blocked_is_blocked_by_the_same() -> None:
    """The chain leads on to the cause, also from a criterion that saw no condition itself."""
    found = settled(
        seen("calico", WRONG, KUBELET),
        seen("controllers", WRONG, needs=("calico",)),
        seen("ready", WRONG, KUBELET, grades=("kubelet",)),
    )
    assert found["controllers"] == "blocked ready"


def test_two_that_blame_each_other_are_settled_at_the_grader() -> None:
    """A criterion that grades what it saw broken is the cause, even where it needs what its condition blocks."""
    found = settled(
        seen("calico", WRONG, KUBELET), seen("ready", WRONG, KUBELET, needs=("calico",), grades=("kubelet",))
    )
    assert found == {"calico": "blocked ready", "ready": "failed"}


def test_without_a_grader_that_failed_it_is_lost_where_it_is() -> None:
    """Where all that grades the condition passed, the point is lost, and the words name the condition."""
    found = settle({"calico": seen("calico", WRONG, KUBELET), "ready": seen("ready")}, {}, {"kubelet": ("ready",)})
    assert found["calico"] == Settled(Outcome.FAILED, "", "seen with it: the kubelet stopped answering")


def test_one_cause_that_nothing_grades_red_is_counted_once() -> None:
    """Where all that grades a condition passed, the first criterion that saw it broken is lost, and the others wait."""
    found = settled(seen("ready"), seen("page", WRONG, KUBELET), seen("other"), seen("console", WRONG, KUBELET))
    assert found == {"ready": "passed", "page": "failed", "other": "passed", "console": "blocked page"}


def test_who_lacks_something_else_is_no_witness() -> None:
    """What failed for want of a need does not stand for the condition that it saw broken as well."""
    found = settled(
        seen("ready"),
        seen("port", WRONG),
        seen("page", WRONG, KUBELET, needs=("port",)),
        seen("console", WRONG, KUBELET),
    )
    assert found == {"ready": "passed", "port": "failed", "page": "blocked port", "console": "failed"}


def test_a_need_that_holds_makes_nobody_less_of_a_witness() -> None:
    """The first that saw the condition broken stands for it where everything that it needs is there."""
    found = settled(
        seen("ready"),
        seen("port"),
        seen("page", WRONG, KUBELET, needs=("port",)),
        seen("console", WRONG, KUBELET),
    )
    assert found == {"ready": "passed", "port": "passed", "page": "failed", "console": "blocked page"}


def test_a_grader_that_was_not_looked_at_leaves_it_open() -> None:
    """Nothing is lost to a cause that this run has not looked at, whatever an earlier run knew of it."""
    earlier = {"ready": Settled(Outcome.FAILED)}
    found = settle({"calico": seen("calico", WRONG, KUBELET)}, earlier, {"kubelet": ("ready",)})["calico"]
    assert found.outcome is Outcome.UNDETERMINED
    assert found.reason == "the kubelet stopped answering: ready, where that is graded, was not looked at"


@pytest.mark.parametrize(
    ("known", "outcome"),
    [
        ({}, "undetermined"),
        ({"ready": Settled(Outcome.UNDETERMINED)}, "undetermined"),
        ({"ready": Settled(Outcome.PASSED)}, "failed"),
        ({"ready": Settled(Outcome.SKIPPED)}, "failed"),
        ({"ready": Settled(Outcome.FAILED)}, "blocked ready"),
        ({"ready": Settled(Outcome.BLOCKED, "port")}, "blocked port"),
    ],
)
def test_what_an_earlier_run_knew_of_a_need_decides(known: dict[str, Settled], outcome: str) -> None:
    """A need that this run leaves out counts as an earlier one left it; where none saw it, nothing is lost to it."""
    found = settle({"api": seen("api", WRONG, needs=("ready",))}, known, {})["api"]
    assert f"{found.outcome} {found.blocked_by}".strip() == outcome


def test_of_several_needs_the_one_that_failed_blocks() -> None:
    """Needs that hold, before and behind it, are not blamed."""
    found = settled(
        seen("port"), seen("ready", WRONG), seen("rules"), seen("api", WRONG, needs=("port", "ready", "rules"))
    )
    assert found["api"] == "blocked ready"


def test_a_grader_that_could_not_be_seen_leaves_it_open() -> None:
    """Nothing is lost to a cause that could not be seen."""
    found = settled(seen("calico", WRONG, KUBELET), seen("ready", Unreachable("lost"), grades=("kubelet",)))
    assert found == {"calico": "undetermined", "ready": "undetermined"}


def test_the_first_that_failed_is_the_cause() -> None:
    """Of several criteria that grade one condition, the first in the course that failed blocks."""
    found = settled(
        seen("rules", WRONG),
        seen("ready", WRONG),
        seen("page", WRONG, KUBELET),
        graders=("firewalld", "rules", "ready"),
    )
    assert found["page"] == "blocked rules"


def test_silence_is_blocked_by_its_cause() -> None:
    """What did not answer in time is blocked by a cause that was seen and graded, and so is what needs it."""
    found = settled(
        seen("ready", WRONG, grades=("kubelet",)), seen("api", SILENT, KUBELET), seen("pods", SILENT, needs=("api",))
    )
    assert found == {"ready": "failed", "api": "blocked ready", "pods": "blocked ready"}


@pytest.mark.parametrize("problem", [Unreachable("lost"), DeadlineExceeded("the machine is gone")])
def test_a_lost_machine_stays_ours(problem: Exception) -> None:
    """What could not be seen because its machine is gone is undetermined, whatever else failed."""
    found = settled(seen("ready", WRONG), seen("api", problem, needs=("ready",), doubt="node stopped answering"))
    assert found["api"] == "undetermined"


IDS = ("a", "b", "c", "d")
PROBLEMS = st.sampled_from([None, WRONG, SILENT, Unreachable("lost")])
ONE = st.tuples(PROBLEMS, st.booleans(), st.booleans(), st.sets(st.sampled_from(IDS)))


@given(st.lists(ONE, min_size=4, max_size=4))
def test_what_blocks_has_failed(drawn: list[tuple[Exception | None, bool, bool, set[str]]]) -> None:
    """However needs and conditions lie, what blocks is a criterion that failed, and what passed stays passed."""
    all_ = {
        id_: seen(
            id_,
            problem,
            *([KUBELET] if is_broken and problem else []),
            needs=tuple(n for n in sorted(needs) if n < id_),
            grades=("kubelet",) if grades else (),
        )
        for id_, (problem, is_broken, grades, needs) in zip(IDS, drawn, strict=True)
    }
    graders = tuple(id_ for id_, one in all_.items() if one.entry.grades)
    found = settle(all_, {}, {"kubelet": graders})
    for id_, one in found.items():
        assert (one.outcome is Outcome.PASSED) == (all_[id_].problem is None)
        assert (one.outcome is Outcome.BLOCKED) == bool(one.blocked_by)
        if one.blocked_by:
            assert found[one.blocked_by].outcome is Outcome.FAILED
