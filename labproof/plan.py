"""The features as a plan: which scenarios there are, in order, and which criteria their sentences are."""

from dataclasses import dataclass
from pathlib import Path

from pytest_bdd.feature import get_features

from labproof.places import course_dir
from labproof.rubric import Entry, Rubric


@dataclass(frozen=True)
class Sentence:
    """One sentence of a scenario; `kind` is given, when or then, `keyword` the word that stands before it."""

    kind: str
    keyword: str
    text: str


@dataclass(frozen=True)
class ScenarioPlan:
    """One scenario of a feature, with its background's sentences first."""

    section: str
    feature: str
    name: str
    sentences: tuple[Sentence, ...]

    @property
    def whens(self) -> tuple[Sentence, ...]:
        """Return the sentences that do something."""
        return tuple(s for s in self.sentences if s.kind == "when")

    @property
    def thens(self) -> tuple[Sentence, ...]:
        """Return the sentences that are criteria."""
        return tuple(s for s in self.sentences if s.kind == "then")


@dataclass(frozen=True)
class Plan:
    """Every scenario of the course and the rubric that its sentences are graded by."""

    rubric: Rubric
    scenarios: tuple[ScenarioPlan, ...]

    def of(self, section: str) -> tuple[ScenarioPlan, ...]:
        """Return the scenarios of a section."""
        return tuple(s for s in self.scenarios if s.section == section)

    def find(self, feature: str, name: str) -> ScenarioPlan | None:
        """Return a scenario by its feature's file name and its own name."""
        return next((s for s in self.scenarios if (s.feature, s.name) == (feature, name)), None)

    def entries(self, scenario: ScenarioPlan) -> tuple[Entry, ...]:
        """Return the rubric's entries of a scenario, in order."""
        found = (self.rubric.by_text(scenario.section, s.text) for s in scenario.thens)
        return tuple(entry for entry in found if entry is not None)

    def problems(self) -> list[str]:
        """Return every place where features and rubric do not fit together."""
        found: list[str] = []
        seen: set[str] = set()
        for scenario in self.scenarios:
            place = f"features/{scenario.feature}: scenario {scenario.name!r}"
            if not scenario.section:
                found.append(f"{place}: no exercise.toml names this feature; add `feature = {scenario.feature!r}`")
                continue
            if not scenario.thens:
                found.append(f"{place}: no Then; a scenario that checks nothing proves nothing")
            for sentence in scenario.thens:
                entry = self.rubric.by_text(scenario.section, sentence.text)
                if entry is None:
                    found.append(f"{place}: {sentence.text!r} has no entry in the section's exercise.toml; add one")
                elif entry.id in seen:
                    found.append(f"{place}: {sentence.text!r} stands twice; a point is given once")
                else:
                    seen.add(entry.id)
        for entry in self.rubric.entries.values():
            if entry.id not in seen:
                found.append(f"exercises: criterion {entry.id}: no feature says {entry.text!r}; add it or remove it")
        return found


def load(rubric: Rubric, folder: Path | None = None) -> Plan:
    """Read every feature."""
    root = folder or course_dir() / "features"
    sections = {e.feature: e.id for e in rubric.exercises}
    left_out = rubric.left_out
    order = {e.feature: e.order for e in rubric.exercises}
    scenarios = []
    for feature in get_features([str(root)]):
        name = Path(feature.filename).name
        if name in left_out:
            continue
        for template in feature.scenarios.values():
            background = feature.background.steps if feature.background else []
            sentences = tuple(Sentence(s.type, s.keyword.strip(), s.name) for s in (*background, *template._steps))
            scenarios.append(ScenarioPlan(sections.get(name, ""), name, template.name, sentences))
    return Plan(rubric, tuple(sorted(scenarios, key=lambda s: order.get(s.feature, 0))))
