"""Which scenarios a session runs, and whether it performs or only verifies them."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from labproof.grading.recording import PERFORM, VERIFY
from labproof.grading.rubric import Rubric
from labproof.grading.syllabus import ScenarioPlan, Syllabus
from labproof.ground.errors import ConfigError

FEATURE_SUFFIX = ".feature"


@dataclass(frozen=True)
class Selection:
    """Section by section: perform or verify; a section that is not named is left out."""

    uses: dict[str, str]

    def use(self, section: str) -> str | None:
        """Return how a section is used, None when it is left out."""
        return self.uses.get(section)


def select(rubric: Rubric, mode: str, sections: tuple[str, ...], start: str) -> Selection:
    """Return what to run: the sections asked for, and verified what they need.

    A session that performs also verifies what builds on them: its work may have broken that. Raises ConfigError
    for a section that the course does not have, or that runs only when it is asked for.
    """
    known = [e.id for e in rubric.exercises]
    asked = [("--section", name) for name in sections] + ([("--from", start)] if start else [])
    if problems := [_unknown(option, name, rubric) for option, name in asked if name not in known]:
        raise ConfigError(problems)
    if start:
        sections = (*sections, *(s for s in known[known.index(start) :] if s not in sections))
    if not sections:
        return Selection(dict.fromkeys(known, mode))
    around = {n for s in sections for n in rubric.needed_by(s)}
    if mode == PERFORM:
        around |= {n for s in sections for n in rubric.dependents_of(s)}
    uses = {s: (mode if s in sections else VERIFY) for s in known if s in sections or s in around}
    return Selection(uses)


def _unknown(option: str, name: str, rubric: Rubric) -> str:
    if name in rubric.optional:
        return f"{option}: section {name!r} only runs when it is asked for; add --{rubric.optional[name]}"
    return f"{option}: no section {name!r}; there are: {', '.join(e.id for e in rubric.exercises)}"


@dataclass(frozen=True)
class Pick:
    """A feature that was named as a path, and perhaps one of its scenarios."""

    feature: str
    scenario: str = ""

    def includes(self, scenario: ScenarioPlan, function: str) -> bool:
        """Tell whether it names this scenario, by its title or by the name of the function that runs it."""
        named = self.scenario.casefold()
        return self.feature == scenario.feature and named in ("", scenario.name.casefold(), function.casefold())


def picks_in(arguments: Iterable[str], features: Path, module: Path, where: Path) -> tuple[list[str], list[Pick]]:
    """Return pytest's arguments with each feature replaced by the module that runs it, and the features named.

    `features/03_init.feature` and `features/03_init.feature::a scenario` are what a person would type; pytest itself
    knows modules only. `where` is the folder that relative paths start from.
    """
    left: list[str] = []
    picks: list[Pick] = []
    for argument in arguments:
        path, _, scenario = argument.partition("::")
        named = (where / path).resolve()
        if named.suffix != FEATURE_SUFFIX or named.parent != features:
            left.append(argument)
            continue
        if not named.is_file():
            known = ", ".join(sorted(p.name for p in features.glob(f"*{FEATURE_SUFFIX}")))
            raise ConfigError([f"{argument}: no such feature; there are: {known}"])
        picks.append(Pick(named.name, scenario))
        if str(module) not in left:
            left.append(str(module))
    return left, picks


def require_known(picks: Iterable[Pick], plan: Syllabus, functions: dict[tuple[str, str], str]) -> None:
    """Raise ConfigError for a scenario that was named and that its feature does not have.

    `functions` are the names of the functions that run each scenario, by feature and name.
    """
    problems = []
    for pick in picks:
        own = [s for s in plan.scenarios if s.feature == pick.feature]
        if not any(pick.includes(s, functions.get((s.feature, s.name), "")) for s in own):
            known = "; ".join(s.name for s in own) or f"none that runs without an option such as {_options(plan)}"
            problems.append(f"features/{pick.feature}::{pick.scenario}: no such scenario; there are: {known}")
    if problems:
        raise ConfigError(problems)


def _options(plan: Syllabus) -> str:
    return ", ".join(f"--{option}" for option in sorted(set(plan.rubric.optional.values()))) or "none"
