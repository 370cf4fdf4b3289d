"""Which scenarios a session runs, and whether it performs or only verifies them."""

from dataclasses import dataclass

from labproof.errors import ConfigError
from labproof.recording import PERFORM, VERIFY
from labproof.rubric import Rubric


@dataclass(frozen=True)
class Selection:
    """Section by section: perform or verify; a section that is not named is left out."""

    uses: dict[str, str]

    def use(self, section: str) -> str | None:
        """Return how a section is used, None when it is left out."""
        return self.uses.get(section)


def select(rubric: Rubric, mode: str, sections: tuple[str, ...], start: str) -> Selection:
    """Return what to run: the sections asked for, what they need (verified), what builds on them (verified).

    Raises ConfigError for a section that the course does not have.
    """
    known = [e.id for e in rubric.exercises]
    unknown = [s for s in (*sections, *([start] if start else [])) if s not in known]
    if unknown:
        raise ConfigError([f"--section: no section {name!r}; there are: {', '.join(known)}" for name in unknown])
    if start:
        sections = (*sections, *(s for s in known[known.index(start) :] if s not in sections))
    if not sections:
        return Selection(dict.fromkeys(known, mode))
    around = {n for s in sections for n in (*rubric.needed_by(s), *rubric.dependents_of(s))}
    uses = {s: (mode if s in sections else VERIFY) for s in known if s in sections or s in around}
    return Selection(uses)


def is_partial(selection: Selection, rubric: Rubric) -> bool:
    """Tell whether anything is left out or only verified though the session performs."""
    uses = set(selection.uses.values())
    return len(selection.uses) < len(rubric.exercises) or uses == {PERFORM, VERIFY}
