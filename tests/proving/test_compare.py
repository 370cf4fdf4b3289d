"""One mistake against the run that graded it."""

import pytest

from labproof.proving.compare import compare, not_fine, passing, skipped, unseen


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
