"""Making, grading and undoing mistakes, on a lab that is a script."""

import pytest

from labproof.ground.errors import ProvisionError
from labproof.ground.wait import Clock
from labproof.proving.catalogue import Combination, Commands, Mistake
from labproof.proving.seeding import Seeding
from labproof.records.model import RunRecord


class ScriptedLab:
    """A lab whose state is a set of red criteria: `effects` says which commands make or end which."""

    def __init__(self, make_run, effects: dict[str, dict[str, str]]) -> None:  # type: ignore[no-untyped-def]
        self._make_run = make_run
        self._effects = effects
        self.red: dict[str, str] = {}
        self.said: list[str] = []

    def grade(self, name: str, patience: float) -> RunRecord:
        """Grade what is red now."""
        self.said.append(f"grade {name}")
        run: RunRecord = self._make_run(**self.red)
        return run

    def carry_out(self, commands: Commands) -> None:
        """Carry out scripted commands; `fail` fails."""
        for lines in commands.values():
            for line in lines:
                self.said.append(line)
                if line == "fail":
                    raise ProvisionError("it does not work")
                verb, _, name = line.partition(" ")
                if verb == "make":
                    self.red |= self._effects[name]
                elif verb == "undo":
                    self.red = {k: v for k, v in self.red.items() if k not in self._effects[name]}

    def restore(self) -> None:
        """Bring everything back to green."""
        self.said.append("restore")
        self.red = {}


class Told:
    """A clock that nobody waits for."""

    def __init__(self) -> None:
        self.time = 0.0

    def clock(self) -> Clock:
        """Return the clock."""
        return Clock(lambda: self.time, self._sleep)

    def _sleep(self, seconds: float) -> None:
        self.time += max(seconds, 30.0)


EFFECTS = {
    "one": {"base_a_at_master": "failed"},
    "two": {"docker_b": "failed", "docker_c": "blocked by docker.b"},
    "broad": {"base_a_at_master": "failed", "docker_c": "failed"},
}


def _named(make_mistake, id_: str, costs: list[str], **more: object) -> Mistake:  # type: ignore[no-untyped-def]
    plain = {"make": {"master": [f"make {id_}"]}, "undo": {"master": [f"undo {id_}"]}} | more
    mistake: Mistake = make_mistake(id=f"base.{id_}", costs=costs, **plain)
    return mistake


def test_each_is_proven_and_seen_to_be_undone(make_run, make_mistake) -> None:  # type: ignore[no-untyped-def]
    """Grading the second shows that the first was undone; after the last one a run of its own shows it."""
    lab = ScriptedLab(make_run, EFFECTS)
    mistakes = (_named(make_mistake, "one", ["base.a@master"]), _named(make_mistake, "two", ["docker.b"]))
    lines: list[str] = []
    tried = Seeding(lab, lines.append, Told().clock()).all(mistakes)
    assert [t.problems for t in tried] == [[], []]
    assert lab.said == [
        "make one",
        "grade base.one",
        "undo one",
        "make two",
        "grade base.two",
        "undo two",
        "grade green",
    ]
    assert [line.split(" (")[0] for line in lines] == [
        "1/2 base.one: caught, 1 red",
        "2/2 base.two: caught, 1 red, 1 blocked",
    ]


def test_same_cost_twice_is_seen_green_in_between(make_run, make_mistake) -> None:  # type: ignore[no-untyped-def]
    """Two mistakes with the same cost have a green run between them, so that the second proves something."""
    lab = ScriptedLab(make_run, EFFECTS)
    mistakes = tuple(_named(make_mistake, "one", ["base.a@master"]) for _ in range(2))
    Seeding(lab, lambda _: None, Told().clock()).all(mistakes)
    assert lab.said.count("grade green") == 2


def test_slow_recovery_is_waited_for(make_run, make_mistake) -> None:  # type: ignore[no-untyped-def]
    """A mistake that recovers slowly is seen green before the next is made."""
    lab = ScriptedLab(make_run, EFFECTS)
    mistakes = (_named(make_mistake, "one", ["base.a@master"], recover=60),)
    Seeding(lab, lambda _: None, Told().clock()).all(mistakes)
    assert lab.said[-1] == "grade green"


def test_leftover_is_blamed_on_the_one_before(make_run, make_mistake) -> None:  # type: ignore[no-untyped-def]
    """What an undo leaves behind is that mistake's problem; the lab is restored and the next tried afresh."""
    lab = ScriptedLab(make_run, EFFECTS)
    first = _named(make_mistake, "one", ["base.a@master"], undo={"master": ["true"]})
    second = _named(make_mistake, "two", ["docker.b"])
    tried = Seeding(lab, lambda _: None, Told().clock()).all((first, second))
    assert "not green again when the next mistake was graded: base.a@master" in tried[0].problems
    assert tried[1].problems == []
    assert "restore" in lab.said


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"make": {"master": ["fail"]}}, "could not be made"),
        ({"undo": {"master": ["fail"]}}, "could not be undone"),
        ({"costs": ["docker.b"]}, "docker.b should be red"),
        ({"hint": "base.other"}, "hint 'base.other' does not appear"),
    ],
)
def test_problems_are_told_and_the_rest_goes_on(make_run, make_mistake, changes, problem) -> None:  # type: ignore[no-untyped-def]
    """A mistake that cannot be made, undone or caught is told, and the next one is still proven."""
    lab = ScriptedLab(make_run, EFFECTS)
    first = _named(make_mistake, "one", **({"costs": ["base.a@master"]} | changes))
    tried = Seeding(lab, lambda _: None, Told().clock()).all((first, _named(make_mistake, "two", ["docker.b"])))
    assert any(problem in text for text in tried[0].problems)
    assert tried[1].problems == []


def test_collateral_is_a_problem(make_run, make_mistake) -> None:  # type: ignore[no-untyped-def]
    """A criterion that turns red without being named is a problem of that mistake."""
    lab = ScriptedLab(make_run, EFFECTS)
    tried = Seeding(lab, lambda _: None, Told().clock()).all((_named(make_mistake, "broad", ["base.a@master"]),))
    assert tried[0].problems == ["collateral: docker.c is failed: firewalld is <running>"]


def test_reset_brings_the_milestone_back(make_run, make_mistake) -> None:  # type: ignore[no-untyped-def]
    """A mistake that cannot be undone is ended by restoring the finished lab."""
    lab = ScriptedLab(make_run, EFFECTS)
    mistake = _named(make_mistake, "one", ["base.a@master"], kind="reset", undo={}, recover=60)
    tried = Seeding(lab, lambda _: None, Told().clock()).all((mistake,))
    assert tried[0].problems == []
    assert lab.said == ["make one", "grade base.one", "restore", "grade green"]


def test_lab_that_stays_red_ends_the_check(make_run, make_mistake) -> None:  # type: ignore[no-untyped-def]
    """When even the restored lab is not green there is nothing left to prove."""
    lab = ScriptedLab(make_run, EFFECTS)
    lab.restore = lambda: None  # type: ignore[method-assign]
    mistake = _named(make_mistake, "one", ["base.a@master"], undo={"master": ["fail"]})
    with pytest.raises(ProvisionError, match="after it was restored"):
        Seeding(lab, lambda _: None, Told().clock()).all((mistake,))


def test_two_are_made_and_undone_in_turn(make_run, make_mistake) -> None:  # type: ignore[no-untyped-def]
    """Of two mistakes at once the one that was made last is undone first."""
    lab = ScriptedLab(make_run, {"a": {"base_a_at_master": "failed"}, "b": {"docker_b": "failed"}})
    first = make_mistake(id="base.a", make={"master": ["make a"]}, undo={"master": ["undo a"]})
    second = make_mistake(id="docker.b", costs=["docker.b"], make={"node": ["make b"]}, undo={"node": ["undo b"]})
    (tried,) = Seeding(lab, lambda _: None, Told().clock()).all((Combination("Two at once.", (first, second)),))
    assert tried.problems == []
    assert lab.said[:5] == ["make a", "make b", "grade base.a+docker.b", "undo b", "undo a"]
