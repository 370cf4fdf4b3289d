"""Reads the whole course at once: every problem of every file is told together, before a machine is touched."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from labproof.grading import features, rubric, syllabus
from labproof.grading.exercise import Placed
from labproof.grading.syllabus import Syllabus
from labproof.ground.errors import ConfigError
from labproof.ground.places import course_dir
from labproof.host import table
from labproof.providers.table import INVENTORY, NAMES
from labproof.session import sentences as gherkin

PROVIDERS = (*NAMES, INVENTORY)

T = TypeVar("T")


class _Refusals:
    """Collects what is wrong while reading goes on with the next thing."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def of(self, read: Callable[[], T]) -> T | None:
        """Return what was read, or None when it was refused."""
        try:
            return read()
        except ConfigError as refused:
            self.problems += [p for p in refused.problems if p not in self.problems]
            return None


def load(
    overrides: Path | None = None,
    extras: frozenset[str] = frozenset(),
    root: Path | None = None,
    *,
    binds: bool = True,
    told: Iterable[str] = (),
) -> Syllabus:
    """Read every section and every feature. Raises ConfigError with everything that is wrong.

    Sections that this run leaves out are checked too. With `binds`, every sentence must have its step. `told` is
    what was found wrong elsewhere.
    """
    root = root or course_dir()
    exercises, folder, refusals = root / "exercises", root / "features", _Refusals()
    refusals.problems += told
    sections = refusals.of(lambda: rubric.read_all(exercises))
    scenarios = refusals.of(lambda: features.read_all(folder))
    if sections is not None:
        refusals.problems += _unknown_names(sections)
        every = frozenset(x.only_with for _, x in sections if x.only_with)
        whole = refusals.of(lambda: rubric.build(sections, exercises, extras=every))
        chosen = refusals.of(lambda: rubric.build(sections, exercises, overrides, extras))
        if scenarios is not None and whole is not None:
            refusals.problems += syllabus.arranged(whole, scenarios, folder).problems()
    if scenarios is not None and binds:
        refusals.problems += gherkin.unbound(scenarios)
    if refusals.problems or sections is None or scenarios is None or chosen is None:
        raise ConfigError(refusals.problems)
    return syllabus.arranged(chosen, scenarios, folder)


def _unknown_names(sections: tuple[Placed, ...]) -> Iterator[str]:
    """Yield each name of a machine or a provider that nobody has, or of an option that can be none."""
    machines = table.load().names
    for path, section in sections:
        if section.only_with and not section.only_with.isidentifier():
            yield f"{path}: only_with: {section.only_with!r} can be no option; use letters, such as reboot"
        for criterion in section.criterion:
            place = f"{path}: criterion {criterion.id}"
            for name in criterion.machines:
                if name not in machines:
                    yield f"{place}: machines: no machine {name!r}; there are: {', '.join(machines)}"
            for name, reason in criterion.absent_in.items():
                if name not in PROVIDERS:
                    yield f"{place}: absent_in: no provider {name!r}; there are: {', '.join(PROVIDERS)}"
                if not reason.strip():
                    yield f"{place}: absent_in.{name}: empty; write why it does not apply there"
