"""The features as a plan: which scenarios there are, in order, and which criteria their sentences are."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from labproof.grading.features import FeatureFile, Sentence, read_all
from labproof.grading.rubric import Entry, Rubric
from labproof.ground.places import course_dir

__all__ = ["ScenarioPlan", "Sentence", "Syllabus", "arranged", "load"]


@dataclass(frozen=True)
class ScenarioPlan:
    """One scenario of a feature, with its background's sentences first."""

    section: str
    feature: str
    name: str
    sentences: tuple[Sentence, ...]
    visits: frozenset[str] = frozenset()
    is_later: bool = False
    """Whether it may be looked at after what follows it, when the course is performed."""
    is_last: bool = False
    """Whether it is looked at last, with what needs it, when the course is only verified."""

    @property
    def whens(self) -> tuple[Sentence, ...]:
        """Return the sentences that do something which can be found afterwards: a visit leaves nothing behind."""
        return tuple(s for s in self.sentences if s.kind == "when" and s.text not in self.visits)

    @property
    def thens(self) -> tuple[Sentence, ...]:
        """Return the sentences that are criteria."""
        return tuple(s for s in self.sentences if s.kind == "then")


@dataclass(frozen=True)
class Syllabus:
    """Every scenario of the course and the rubric that its sentences are graded by."""

    rubric: Rubric
    scenarios: tuple[ScenarioPlan, ...]
    features: tuple[FeatureFile, ...] = field(default=(), repr=False)
    folder: Path = Path("features")

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
        found = [p for checked in (self._files(), self._names(), self._sentences()) for p in checked]
        # Whether a need is judged in time can be told only of what is judged at all, and once.
        return found or list(self._needs())

    def place(self, scenario: ScenarioPlan) -> str:
        """Return where a scenario stands, for a message."""
        return f"{self.folder / scenario.feature}: scenario {scenario.name!r}"

    def _files(self) -> Iterator[str]:
        for feature in self.features:
            section = next((e.id for e in self.rubric.exercises if e.feature == feature.path.name), "")
            if not section and feature.path.name not in self.rubric.left_out:
                yield f"{feature.path}: no exercise.toml names this feature; add `feature = {feature.path.name!r}`"
            for tag in feature.tags:
                if section and tag != section:
                    yield f"{feature.path}: tag @{tag}: expected @{section}, the section's id, or none; correct it"
        for exercise in self.rubric.exercises:
            if not any(s.feature == exercise.feature for s in self.scenarios):
                path = self.folder / exercise.feature
                yield f"{self.rubric.file(exercise.id)}: feature: {path} is not there; write it, or correct the name"

    def _names(self) -> Iterator[str]:
        owners: defaultdict[str, list[ScenarioPlan]] = defaultdict(list)
        for scenario in self.scenarios:
            owners[scenario.name].append(scenario)
        for first, *others in owners.values():
            for other in others:
                yield f"{self.place(other)}: {first.feature} has a scenario of this name too; give each its own"

    def _sentences(self) -> Iterator[str]:
        seen: set[str] = set()
        for scenario in (s for s in self.scenarios if s.section):
            place = self.place(scenario)
            if not scenario.thens:
                yield f"{place}: no Then; a scenario that checks nothing proves nothing"
            for sentence in scenario.thens:
                entry = self.rubric.by_text(scenario.section, sentence.text)
                if entry is None:
                    yield f"{place}: {sentence.text!r} has no entry in {self.rubric.file(scenario.section)}; add one"
                elif entry.id in seen:
                    yield f"{place}: {sentence.text!r} stands twice; a point is given once"
                else:
                    seen.add(entry.id)
        for exercise in self.rubric.exercises:
            known = {s.text for scenario in self.of(exercise.id) for s in scenario.sentences if s.kind == "when"}
            for text in exercise.visits:
                if text not in known:
                    path = self.rubric.file(exercise.id)
                    yield f"{path}: visits: no When of {exercise.feature} says {text!r}; add it or remove it"
        for entry in self.rubric.entries.values():
            if entry.id not in seen:
                path = self.rubric.file(entry.section)
                yield f"{path}: criterion {entry.id}: no feature says {entry.text!r}; add it or remove it"

    def _needs(self) -> Iterator[str]:
        """Yield every need that is not judged before what needs it: nothing would be blocked by it."""
        order = [entry.id for scenario in self.scenarios for entry in self.entries(scenario)]
        place = {id_: number for number, id_ in enumerate(order)}
        for entry in self.rubric.entries.values():
            where = f"{self.rubric.file(entry.section)}: criterion {entry.id}"
            for need in entry.needs:
                if place[need] >= place[entry.id]:
                    yield f"{where}: needs {need}, which the features judge later; move it, or remove the need"
                owner = self.rubric.entries[need].section
                if owner not in (entry.section, *self.rubric.needed_by(entry.section)):
                    yield f"{where}: needs {need} of another section; add {owner!r} to the section's own `needs`"


def load(rubric: Rubric, folder: Path | None = None) -> Syllabus:
    """Read every feature. Raises ConfigError with everything that is wrong in any of them."""
    root = folder or course_dir() / "features"
    return arranged(rubric, read_all(root), root)


def arranged(rubric: Rubric, features: tuple[FeatureFile, ...], folder: Path) -> Syllabus:
    """Return the scenarios of these features in the order of their sections."""
    sections = {e.feature: e.id for e in rubric.exercises}
    order = {e.feature: e.order for e in rubric.exercises}
    visits = {e.feature: frozenset(e.visits) for e in rubric.exercises}
    scenarios = [
        ScenarioPlan(
            sections.get(feature.path.name, ""),
            feature.path.name,
            scenario.name,
            scenario.sentences,
            visits.get(feature.path.name, frozenset()),
            scenario.is_later,
            scenario.is_last,
        )
        for feature in features
        for scenario in feature.scenarios
        if feature.path.name not in rubric.left_out
    ]
    return Syllabus(rubric, tuple(sorted(scenarios, key=lambda s: order.get(s.feature, 0))), features, folder)
