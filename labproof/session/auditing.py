"""Checking a run's result, evidence and report against one another: who edits one is given away by the others."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from labproof.grading import rubric as rubrics
from labproof.ground.errors import ConfigError
from labproof.ground.shape import shown
from labproof.records import pictures, result
from labproof.records.evidence import find_break, read, trimmed
from labproof.records.model import FINISHED, CriterionRecord, Exchange, Outcome, RunRecord, number
from labproof.records.store import RunFolder
from labproof.session.recorded_run import evidence_problem, open_recorded
from labproof.session.regrading import regraded
from labproof.showing import report

_MOST = 20
"""How many differences of one kind are told one by one."""


@dataclass
class Audit:
    """What differs between the files of a run, and what could not be compared."""

    differences: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)

    def differ(self, found: list[str]) -> None:
        """Add differences of one kind; of very many, the first ones and how many more there are."""
        self.differences += found[:_MOST]
        if len(found) > _MOST:
            self.differences.append(f"and {len(found) - _MOST} more like these")

    def lines(self) -> list[str]:
        """Return a line for each difference and for each thing that was not checked."""
        return [f"differs: {text}" for text in self.differences] + [f"not checked: {text}" for text in self.unchecked]

    def __str__(self) -> str:
        if self.differences:
            return f"{len(self.differences)} differences" if len(self.differences) > 1 else "1 difference"
        return "whole" if not self.unchecked else "whole, but for what was not checked"


def audit(folder: RunFolder, rubric: Path | None = None) -> Audit:
    """Compare the files of a run. Raises ConfigError when there is nothing to compare or it cannot be read.

    `rubric` is the file of the instructor's own weights that the run was graded with.
    """
    data = result.read(folder.result)
    run = result.from_json(data, folder.result)
    open_recorded(str(folder.path), accept_broken=True)
    rubrics.load(overrides=rubric)
    found = Audit()
    found.differ(list(_unlike(result.to_json(run), data)))
    _check_report(run, folder, found)
    _check_earlier(run, folder, found)
    if problem := evidence_problem(folder, run):
        found.differences.append(f"{folder.evidence.name}: {problem}")
    if find_break(folder.evidence):
        found.unchecked.append("outcomes and points, because they rest on the evidence")
        return found
    _check_quotes(run, folder, found)
    _check_screenshots(run, folder, found)
    again = regraded(folder, rubric)
    if run.ended == FINISHED:
        found.differ(list(_unlike(asdict(again.lab), asdict(run.lab), "lab")))
    else:
        found.unchecked.append("what the lab was: that is read at the end of a run, and this one did not come to it")
    _check_outcomes(run, again, found)
    return found


def _unlike(expected: Any, found: Any, where: str = "") -> Iterator[str]:
    """Yield where the data of a result is not what its own records add up to."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for key, value in expected.items():
            # Runs of before lack what is new and empty.
            if key in found or value:
                yield from _unlike(value, found.get(key), f"{where}.{key}" if where else key)
    elif isinstance(expected, list | tuple) and isinstance(found, list | tuple) and len(expected) == len(found):
        for place, (item, other) in enumerate(zip(expected, found, strict=True)):
            name = item.get("id", item.get("name", place)) if isinstance(item, dict) else place
            yield from _unlike(item, other, f"{where}[{name}]")
    elif expected != found:
        yield f"result.json: {where}: said {shown(found)}, expected {shown(expected)}"


def _check_report(run: RunRecord, folder: RunFolder, found: Audit) -> None:
    path = folder.path / "report.html"
    try:
        page = path.read_bytes()
    except FileNotFoundError:
        found.unchecked.append("report.html, which is not there")
        return
    except OSError as problem:
        raise ConfigError([f"{path}: cannot be read ({problem.strerror}); remove it, or correct its rights"]) from None
    spoken = report.language_of(page[:1000].decode(errors="replace"))
    if page != report.render(run, screenshots=pictures.load(folder.path, run), spoken=spoken).encode():
        found.differences.append("report.html: not what the result looks like; it was edited, or by another Labproof")


def _check_quotes(run: RunRecord, folder: RunFolder, found: Audit) -> None:
    """Check that what the result quotes stands so in the evidence."""
    known = {exchange.number: trimmed(exchange) for exchange in read(folder.evidence)}
    wrong = {
        f"{place}: quotes entry {quoted.number}, which is another one in the evidence"
        for place, quoted in _quotes(run)
        if known.get(quoted.number) != quoted
    }
    found.differ(sorted(wrong))


def _check_screenshots(run: RunRecord, folder: RunFolder, found: Audit) -> None:
    """Check that each picture is there, and is the one whose digest stands in the evidence."""
    found.differ(pictures.problems(folder.path, run))
    digests = {exchange.number: exchange.digest for exchange in read(folder.evidence) if exchange.kind == "browser"}
    found.differ(
        [
            f"screenshots/{shot.file}: entry {shot.entry} of the evidence is not that of this picture"
            for shot in run.screenshots
            if shot.file and digests.get(shot.entry) != shot.sha256
        ]
    )


def _quotes(run: RunRecord) -> Iterator[tuple[str, Exchange]]:
    """Yield every exchange that this run's own scenarios quote."""
    for section in run.sections:
        for scenario in section.scenarios:
            own = [c for c in scenario.criteria if not c.as_of]
            yield from ((f"criterion {c.id}", exchange) for c in own for exchange in c.evidence)
            if len(own) == len(scenario.criteria):
                yield from ((f"scenario {scenario.name}", e) for step in scenario.steps for e in step.evidence)


def _check_outcomes(run: RunRecord, again: RunRecord, found: Audit) -> None:
    """Check each criterion that this run looked at against the one that its evidence gives now."""
    judged = {c.id: c for c in again.criteria}
    is_same_rubric = again.rubric == run.rubric
    if not is_same_rubric:
        found.unchecked.append("points: the rubric is another one than today's; name your weights with --rubric FILE")
    wrong, unseen = [], 0
    for said in (c for c in run.criteria if not c.as_of):
        if _is_unseen(said):
            unseen += 1
        elif said.id not in judged:
            found.unchecked.append(f"criterion {said.id}: today's course does not have it")
        else:
            wrong += _compared(said, judged[said.id], is_same_rubric)
    found.differ(wrong)
    if unseen:
        found.unchecked.append(f"{unseen} criteria that the run did not come to")
    if is_same_rubric:
        known = {c.id for c in run.criteria}
        found.differ([f"criterion {c.id}: it is missing in the result" for c in again.criteria if c.id not in known])


def _is_unseen(criterion: CriterionRecord) -> bool:
    return criterion.outcome is Outcome.UNDETERMINED and criterion.looks == 0


def _compared(said: CriterionRecord, found: CriterionRecord, with_points: bool) -> list[str]:
    differences = []
    if said.outcome is not found.outcome:
        differences.append(f"criterion {said.id}: said {said.outcome}, found {found.outcome}")
    if with_points and said.points != found.points:
        points = f"said {number(said.points)} points, found {number(found.points)}"
        differences.append(f"criterion {said.id}: {points}")
    return differences


def _check_earlier(run: RunRecord, folder: RunFolder, found: Audit) -> None:
    """Check what stands in the result from earlier runs against those runs, where they lie beside it."""
    for name, count in Counter(c.as_of for c in run.criteria if c.as_of).items():
        earlier = RunFolder(folder.path.parent / Path(name).name)
        if not earlier.result.is_file():
            found.unchecked.append(f"{count} criteria of run {name}, which does not lie beside this one")
            continue
        before = earlier.load()
        if problem := evidence_problem(earlier, before):
            found.differences.append(f"run {name}: {problem}")
        own = {c.id: c for c in before.criteria if not c.as_of}
        taken = [c for c in run.criteria if c.as_of == name]
        found.differ([f"criterion {c.id}: run {name} did not look at it" for c in taken if c.id not in own])
        found.differ([d for c in taken if c.id in own for d in _compared(c, own[c.id], with_points=True)])
        found.unchecked.append(f"run {name} itself, which {count} criteria come from; verify it as well")
