"""Who brought about what holds: it was found before any work, the runner made it, or an earlier run knows."""

from collections.abc import Iterable

from labproof.grading.rubric import Entry
from labproof.records.model import Authorship, Mode, Outcome, RunRecord


class Authors:
    """What held in a scenario before its work, and which sections the runner has worked on."""

    def __init__(self, run: RunRecord) -> None:
        self._known = {c.id: c.authorship for c in run.criteria if c.as_of and c.outcome is Outcome.PASSED}
        self._before: dict[str, bool] = {}
        self._all: dict[str, dict[str, bool]] = {}
        self._worked_on: set[str] = set()

    def begin_scenario(self, name: str) -> None:
        """Forget what held before the last scenario's work; nothing is known yet of this one."""
        self._before = self._all[name] = {}

    def resume_scenario(self, name: str) -> None:
        """Know again what held before the work of a scenario, which was done earlier."""
        self._before = self._all.get(name, {})

    def note(self, id_: str, held: bool) -> None:
        """Keep whether a criterion held before the work."""
        self._before[id_] = held

    def lacked(self, id_: str) -> bool:
        """Tell whether a criterion was looked at before the work and did not hold."""
        return self._before.get(id_) is False

    def found_all(self, entries: Iterable[Entry]) -> bool:
        """Tell whether all of these, and at least one, held before any work."""
        ids = [entry.id for entry in entries]
        return bool(ids) and all(self._before.get(id_, False) for id_ in ids)

    def work_on(self, section: str) -> None:
        """Keep that the runner does work in a section."""
        self._worked_on.add(section)

    def author(self, entry: Entry, use: str, has_work: bool) -> Authorship:
        """Return who brought about a criterion that holds; `has_work` tells whether its scenario has a When."""
        # A scenario without a When judges what the section's earlier work has brought about.
        is_found = self._before.get(entry.id, False) if has_work else entry.section not in self._worked_on
        if use == Mode.VERIFY or is_found:
            return self._known.get(entry.id, Authorship.FOUND)
        return Authorship.RUNNER
