"""What of a scenario belongs to which turn."""

from labproof.grading.syllabus import ScenarioPlan, Sentence
from labproof.grading.turns import Part, Turn, halves

GIVEN = Sentence("given", "Given", "both machines are reachable")
WORK = Sentence("when", "When", "the page is made")
VISIT = Sentence("when", "And", "somebody logs in")
LOOK = Sentence("then", "Then", "the page says so")
ALL = (GIVEN, WORK, VISIT, LOOK)


def scenario(*sentences: Sentence) -> ScenarioPlan:
    return ScenarioPlan("base", "base.feature", "one", sentences, frozenset({VISIT.text}))


def test_every_sentence_belongs_to_one_of_two_turns() -> None:
    """The first turn prepares and works; visits are made when the criteria are looked at, which may rest on them."""
    first, second = halves(scenario(*ALL))
    assert [s for s in ALL if first.includes(s)] == [GIVEN, WORK]
    assert [s for s in ALL if second.includes(s)] == [VISIT, LOOK]
    assert all(Turn(scenario(*ALL)).includes(s) for s in ALL)


def test_scenario_without_work_is_not_divided() -> None:
    """Where there is nothing to be done that could be found afterwards, all of it is one turn."""
    (only,) = halves(scenario(GIVEN, VISIT, LOOK))
    assert only.part is Part.WHOLE
