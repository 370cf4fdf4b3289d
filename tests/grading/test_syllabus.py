"""The features as a plan, and whether they fit the rubric."""

from pathlib import Path

import pytest

from labproof.grading import rubric
from labproof.grading import syllabus as plan
from labproof.grading.syllabus import Syllabus
from tests.tiny_course import Section, criterion, write


def load(tmp_path: Path, *sections: Section) -> Syllabus:
    return plan.load(rubric.load(write(tmp_path, *sections)), tmp_path / "features")


def section(feature: str | None = None, *criteria: dict[str, object]) -> Section:
    return Section("base", 1, list(criteria) or [criterion("base.x", 100)], feature=feature)


def test_scenario_knows_its_sentences(tmp_path: Path) -> None:
    """A scenario has its sentences in order, the background's first, and And is what stood before it."""
    text = """Feature: base
      Background:
        Given both machines are reachable
      Scenario: one
        When it is done
        And done well
        Then base.x holds
    """
    (scenario,) = load(tmp_path, section(text)).scenarios
    assert (scenario.section, scenario.feature, scenario.name) == ("base", "01_base.feature", "one")
    assert [(s.kind, s.keyword) for s in scenario.sentences] == [
        ("given", "Given"),
        ("when", "When"),
        ("when", "And"),
        ("then", "Then"),
    ]
    assert [s.text for s in scenario.thens] == ["base.x holds"]


def test_scenarios_are_in_the_handouts_order(tmp_path: Path) -> None:
    """Scenarios stand in the order of their sections."""
    late, early = Section("a", 2, [criterion("a.x", 50)]), Section("z", 1, [criterion("z.x", 50)])
    loaded = load(tmp_path, late, early)
    assert [s.section for s in loaded.scenarios] == ["z", "a"]
    assert [s.name for s in loaded.of("a")] == ["a is done"]
    found = loaded.find("02_a.feature", "a is done")
    assert found == loaded.of("a")[0]
    assert loaded.find("02_a.feature", "nothing") is None


def test_entries_of_a_scenario(tmp_path: Path) -> None:
    """A scenario's entries are those of its Thens, in the order in which they are said."""
    text = "Feature: b\n  Scenario: s\n    Then base.y holds\n    And base.x holds\n"
    loaded = load(tmp_path, section(text, criterion("base.x", 50), criterion("base.y", 50)))
    assert [e.id for e in loaded.entries(loaded.scenarios[0])] == ["base.y", "base.x"]


def test_fitting_course_has_no_problem(tmp_path: Path) -> None:
    """A course whose features and rubric say the same has no problem."""
    assert load(tmp_path, section(None, criterion("base.x", 50, machines=["master", "node"]))).problems() == []


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("Then base.x holds\n    And it shines", ["'it shines' has no entry in"]),
        ("Then base.x holds\n    And base.x holds", ["'base.x holds' stands twice; a point is given once"]),
        (
            "When it is done",
            ["no Then; a scenario that checks nothing proves nothing", "base.x: no feature says 'base.x holds'"],
        ),
        ("Then it shines", ["'it shines' has no entry", "criterion base.x: no feature says"]),
    ],
)
def test_every_misfit_is_told(tmp_path: Path, steps: str, expected: list[str]) -> None:
    """Every place where features and rubric do not fit is told, all at once."""
    text = f"Feature: b\n  Scenario: one\n    {steps}\n"
    found = load(tmp_path, section(text)).problems()
    assert len(found) == len(expected)
    for line, problem in zip(found, expected, strict=True):
        assert problem in line
    assert all("01_base.feature: scenario 'one'" in line or "01-base/exercise.toml" in line for line in found)


def test_feature_that_no_section_names(tmp_path: Path) -> None:
    """A feature that belongs to no section is told with the line that is missing."""
    exercises = write(tmp_path, section())
    (tmp_path / "features" / "99_stray.feature").write_text("Feature: f\n  Scenario: stray\n    Then x\n", "utf-8")
    found = plan.load(rubric.load(exercises), tmp_path / "features").problems()
    assert len(found) == 1
    assert "no exercise.toml names this feature; add `feature = '99_stray.feature'`" in found[0]


def test_feature_of_a_section_left_out_is_left_out(tmp_path: Path) -> None:
    """The feature of a section that nobody asked for is no misfit."""
    extra = Section("extra", 2, [criterion("extra.x", 0)], more='only_with = "extra"')
    loaded = load(tmp_path, section(), extra)
    assert loaded.problems() == []
    assert [s.section for s in loaded.scenarios] == ["base"]
