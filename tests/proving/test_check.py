"""The three proofs in a row, on a bench that is a script."""

import pytest

from labproof.grading import rubric
from labproof.ground.errors import ConfigError
from labproof.proving import check
from labproof.proving.catalogue import Commands
from labproof.records.model import RunRecord


class ScriptedBench:
    """Grades from a script of runs, by name."""

    def __init__(self, make_run, runs: dict[str, dict[str, str]]) -> None:  # type: ignore[no-untyped-def]
        self._make_run = make_run
        self._runs = runs
        self.said: list[str] = []

    def rebuild(self) -> None:
        """Note it."""
        self.said.append("rebuild")

    def perform(self, name: str) -> RunRecord:
        """Return the run of this name."""
        self.said.append("perform")
        return self.grade(name, 0)

    def grade(self, name: str, patience: float) -> RunRecord:
        """Return the run of this name."""
        run: RunRecord = self._make_run(**self._runs.get(name, {}))
        return run

    def carry_out(self, commands: Commands) -> None:
        """Do nothing."""

    def save(self) -> None:
        """Note it."""
        self.said.append("save")

    def restore(self) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


UNTOUCHED = {
    "base_a_at_master": "failed",
    "base_a_at_node": "skipped",
    "docker_b": "blocked by base.a@master",
    "docker_c": "failed",
}


def _prove(make_run, runs, wanted):  # type: ignore[no-untyped-def]
    bench = ScriptedBench(make_run, runs)
    return bench, check.prove(bench, wanted, lambda _: None)  # type: ignore[arg-type]


def test_whole_check_builds_and_proves(make_run, make_mistake) -> None:  # type: ignore[no-untyped-def]
    """The whole check makes the lab anew, finds nothing passing, all passing, and each mistake caught."""
    runs = {"untouched": UNTOUCHED, "base.forgotten": {"base_a_at_master": "failed"}}
    bench, proof = _prove(make_run, runs, check.Scope((make_mistake(),), is_whole=True, builds=True))
    assert bench.said == ["rebuild", "perform", "save"]
    assert proof.untouched.passing == ()
    assert proof.untouched.skipped == {"base.a@node": "simulated here"}
    assert proof.problems == [f"no mistake turns {c} red" for c in ("base.a@node", "docker.b", "docker.c")]


def test_what_passes_untouched_is_a_problem(make_run, make_mistake) -> None:  # type: ignore[no-untyped-def]
    """A criterion that passes on untouched machines verifies nothing."""
    runs = {"untouched": UNTOUCHED | {"docker_c": "passed"}, "base.forgotten": {"base_a_at_master": "failed"}}
    _, proof = _prove(make_run, runs, check.Scope((make_mistake(),), is_whole=False, builds=True))
    assert proof.problems == ["untouched machines: docker.c passes"]


def test_unfinished_lab_is_a_problem_and_no_mistake_is_tried(make_run, make_mistake) -> None:  # type: ignore[no-untyped-def]
    """Mistakes are only tried in a lab in which everything passes."""
    wanted = check.Scope((make_mistake(),), is_whole=False, builds=False)
    bench, proof = _prove(make_run, {"finished": {"docker_b": "failed"}}, wanted)
    assert bench.said == []
    assert proof.tried == ()
    assert [p.split(" is ")[0] for p in proof.problems] == ["finished lab: docker.b"]


def test_plan_of_the_course() -> None:
    """Without a choice the whole catalogue is tried on a lab made anew; with one the lab must be there."""
    course = rubric.load()
    assert check.plan(course, (), (), False).builds
    narrow = check.plan(course, ("docker",), (), False)
    assert not narrow.builds
    assert not narrow.is_whole
    with pytest.raises(ConfigError):
        check.plan(course, ("none",), (), False)
