"""One mistake against the run that graded it."""

from dataclasses import replace

import pytest

from labproof.proving.catalogue import Combination
from labproof.proving.compare import compare, not_fine, passing, skipped, unseen
from labproof.records.model import CriterionRecord, Exchange, RunRecord


@pytest.mark.parametrize(
    ("outcomes", "follows", "red", "blocked", "consequences", "missed", "collateral"),
    [
        pytest.param({"base_a_at_master": "failed"}, [], 1, 0, 0, [], [], id="exactly its cost"),
        pytest.param({}, [], 0, 0, 0, ["base.a@master"], [], id="nothing catches it"),
        pytest.param(
            {"base_a_at_master": "blocked by docker.c", "docker_c": "failed"},
            [],
            0,
            0,
            0,
            ["base.a@master"],
            ["docker.c"],
            id="blocked is not red",
        ),
        pytest.param(
            {"base_a_at_master": "failed", "docker_b": "blocked by base.a@master"},
            [],
            1,
            1,
            0,
            [],
            [],
            id="blocked by it",
        ),
        pytest.param(
            {"base_a_at_master": "failed", "docker_b": "failed"},
            ["docker.*"],
            1,
            0,
            1,
            [],
            [],
            id="named as consequence",
        ),
        pytest.param(
            {"base_a_at_master": "failed", "docker_b": "failed"}, [], 1, 0, 0, [], ["docker.b"], id="collateral"
        ),
        pytest.param(
            {"base_a_at_master": "failed", "docker_b": "undetermined"}, [], 1, 0, 0, [], ["docker.b"], id="not seen"
        ),
        pytest.param(
            {"base_a_at_master": "failed", "docker_b": "failed", "docker_c": "blocked by docker.b"},
            ["docker.b"],
            1,
            1,
            1,
            [],
            [],
            id="blocked by a consequence",
        ),
        pytest.param({"base_a_at_master": "failed", "docker_b": "skipped"}, [], 1, 0, 0, [], [], id="skipped is fine"),
    ],
)
def test_verdicts(make_run, make_mistake, outcomes, follows, red, blocked, consequences, missed, collateral) -> None:  # type: ignore[no-untyped-def]
    """What failed is a cost, a consequence or collateral; what is blocked must be blocked by one of the first two."""
    seen = compare(make_mistake(follows=follows), make_run(**outcomes))
    assert (len(seen.red), len(seen.blocked), len(seen.consequences)) == (red, blocked, consequences)
    assert list(seen.missed) == missed
    assert list(seen.collateral) == collateral
    assert seen.is_exact == (not missed and not collateral)


@pytest.mark.parametrize(
    ("hint", "shown"), [("base.slip", True), ("is <RUNNING>", True), ("not stopped", True), ("base.other", False)]
)
def test_hint_is_a_slip_or_words_of_the_red_criterion(make_run, make_mistake, hint: str, shown: bool) -> None:  # type: ignore[no-untyped-def]
    """A mistake is proven only when the red criterion shows its hint: a slip, or words in any case."""
    seen = compare(make_mistake(hint=hint), make_run(base_a_at_master="failed"))
    assert (seen.has_hint, seen.is_exact) == (shown, shown)
    assert bool(seen.problems(hint)) is not shown


def test_hint_of_another_criterion_does_not_count(make_run, make_mistake) -> None:  # type: ignore[no-untyped-def]
    """A hint that only a consequence shows is not the mistake's hint."""
    mistake = make_mistake(costs=["docker.b"], follows=["base.*"])
    assert not compare(mistake, make_run(base_a_at_master="failed")).has_hint


def test_every_problem_is_told(make_run, make_mistake) -> None:  # type: ignore[no-untyped-def]
    """A cost that stayed green and a red that nobody named are told by their ids."""
    seen = compare(make_mistake(), make_run(docker_b="failed"))
    assert [p.split(" ")[0] for p in seen.problems("x")] == ["base.a@master", "collateral:"]


def test_runs_are_read_by_outcome(make_run) -> None:  # type: ignore[no-untyped-def]
    """What passed, what was skipped and what could not be seen are told apart."""
    run = make_run(base_a_at_master="failed", base_a_at_node="skipped", docker_b="undetermined")
    assert passing(run) == ("docker.c",)
    assert skipped(run) == {"base.a@node": "simulated here"}
    assert list(unseen(run)) == ["docker.b"]
    assert list(not_fine(run)) == ["base.a@master", "docker.b"]


@pytest.fixture
def pair(make_mistake) -> Combination:  # type: ignore[no-untyped-def]
    """base.a@master and docker.b are lost by two mistakes at once."""
    other = make_mistake(id="docker.other", costs=["docker.b"], hint="firewalld")
    return Combination("Two at once.", (make_mistake(), other))


def test_two_mistakes_cost_both(make_run, pair) -> None:  # type: ignore[no-untyped-def]
    """A combination costs what both cost, each with its own hint."""
    verdict = compare(pair, make_run(base_a_at_master="failed", docker_b="failed"))
    assert verdict.is_exact
    assert verdict.red == ("base.a@master", "docker.b")


def test_what_the_other_blocks_is_accounted_for(make_run, pair) -> None:  # type: ignore[no-untyped-def]
    """What one of two mistakes costs may be blocked by what the other costs; its hint is hidden then."""
    run = make_run(base_a_at_master="failed", docker_b="blocked by base.a@master", docker_c="blocked by base.a@master")
    verdict = compare(pair, run)
    assert verdict.is_exact
    assert verdict.blocked == ("docker.b", "docker.c")


@pytest.mark.parametrize(
    ("outcomes", "problem"),
    [
        ({"base_a_at_master": "failed"}, "docker.b should be red: passed"),
        ({"base_a_at_master": "failed", "docker_b": "blocked by base.a@node"}, "docker.b should be red: blocked"),
        ({"base_a_at_master": "failed", "docker_b": "undetermined"}, "docker.b should be red: undetermined"),
        ({"base_a_at_master": "failed", "docker_b": "failed", "docker_c": "failed"}, "collateral: docker.c is failed"),
    ],
)
def test_two_mistakes_cost_no_more_and_no_less(make_run, pair, outcomes, problem) -> None:  # type: ignore[no-untyped-def]
    """What one of them costs and does not show, and what neither costs, is a problem."""
    assert any(problem in said for said in compare(pair, make_run(**outcomes)).problems(pair.hint))


def test_one_mistake_does_not_hide_its_own_cost(make_run, make_mistake) -> None:  # type: ignore[no-untyped-def]
    """What a single mistake costs must turn red, also where another of its costs blocks it."""
    mistake = make_mistake(costs=["base.a@master", "docker.b"])
    verdict = compare(mistake, make_run(base_a_at_master="failed", docker_b="blocked by base.a@master"))
    assert list(verdict.missed) == ["docker.b"]


def unasked(run: RunRecord, id_: str) -> RunRecord:
    """Return a run whose recording has no answer for one criterion."""
    asked = Exchange(1, "master", "command", "new question", "observe", "", 0.0, None, problem="NotRecorded")

    def change(record: CriterionRecord) -> CriterionRecord:
        return replace(record, evidence=(asked,)) if record.id == id_ else record

    (section,) = run.sections
    (scenario,) = section.scenarios
    changed = replace(scenario, criteria=tuple(map(change, scenario.criteria)))
    return replace(run, sections=(replace(section, scenarios=(changed,)),))


def test_a_criterion_newer_than_the_recording_says_nothing(make_run, make_mistake) -> None:  # type: ignore[no-untyped-def]
    """What a recording could not have asked is no collateral, unless it is what the mistake costs."""
    run = unasked(make_run(base_a_at_master="failed", docker_c="undetermined"), "docker.c")
    assert compare(make_mistake(), run).is_exact
    assert list(compare(make_mistake(costs=["base.a@master", "docker.c"]), run).missed) == ["docker.c"]


def test_what_could_not_be_seen_otherwise_still_counts(make_run, make_mistake) -> None:  # type: ignore[no-untyped-def]
    """What was asked and gave no answer is collateral as ever."""
    run = make_run(base_a_at_master="failed", docker_c="undetermined")
    assert list(compare(make_mistake(), run).collateral) == ["docker.c"]
