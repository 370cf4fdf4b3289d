"""Laying out a hand-in as a recording that can be judged: what it says of itself is kept to what judging needs."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from labproof.ground.errors import ConfigError
from labproof.handins import archive, manifest
from labproof.handins.archive import Tree, Unfit
from labproof.handins.finding import Found
from labproof.handins.manifest import Manifest
from labproof.host import table
from labproof.records.model import FINISHED, HandIn, LabDescription, Mode, RunRecord, Source
from labproof.records.store import RunFolder

CAME_ALONG = "result-that-came-along.json"
"""The result of the student's own computer: it is compared, and never believed."""

_AGAIN = "hand in the file as `labproof hand-in` wrote it"
_FACTS = ("address", "role", "cpus", "memory")
"""Of a machine, what its provider tells; its identity is read from the evidence."""

_LONGEST, _MOST = 300, 50


@dataclass(frozen=True)
class Recording:
    """A hand-in on disk, ready to be judged, and what is odd about what came with it."""

    folder: RunFolder
    questions: tuple[str, ...]


def read_manifest(found: Found) -> Manifest:
    """Return what a hand-in says of itself. Raises Unfit for one that says nothing that can be read."""
    with found.chain.opened() as tree:
        return _manifest(found, tree)


def unpack(found: Found, said: Manifest, came: HandIn, folder: Path) -> Recording:
    """Write a hand-in into a folder that is empty. Raises Unfit for one that cannot be judged."""
    _require_fit(said)
    folder.mkdir(parents=True)
    recording = RunFolder(folder)
    with found.chain.opened() as tree:
        _require_same(said, _manifest(found, tree))
        recording.evidence.write_bytes(_file(found, tree, archive.EVIDENCE, archive.MOST_EVIDENCE))
        questions = tuple(filter(None, (_result(found, tree, said, folder), _report(found, tree, said))))
    recording.save(_run(said, came))
    return Recording(recording, questions)


def _manifest(found: Found, tree: Tree) -> Manifest:
    try:
        return manifest.read(_file(found, tree, manifest.NAME, manifest.LIMIT))
    except ValueError as problem:
        raise Unfit(f"{manifest.NAME}: not as `labproof hand-in` writes it ({problem}); {_AGAIN}") from None


def _file(found: Found, tree: Tree, name: str, limit: int) -> bytes:
    try:
        return tree.read(found.chain.name(name), limit)
    except KeyError:
        raise Unfit(f"{name} is missing; {_AGAIN}") from None


def _require_same(said: Manifest, now: Manifest) -> None:
    if said != now:
        raise Unfit(f"{manifest.NAME} has changed while it was read; grade the class again")


def _require_fit(said: Manifest) -> None:
    if said.mode != Mode.VERIFY:
        work = "in which Labproof itself did the work" if said.mode == Mode.PERFORM else "on no machine"
        raise Unfit(f"it is of a run {work}; grade the machines with `labproof grade`, and hand that in")
    known, theirs = table.load().names, ", ".join(said.lab.machines)
    if theirs and not said.lab.machines.keys() & set(known):
        raise Unfit(f"it is of another course: expected the machines {', '.join(known)}, found {theirs[:_LONGEST]!a}")
    if missing := [name for name in known if not said.lab.machines.get(name, {}).get("address")]:
        raise Unfit(f"{manifest.NAME}: lab.machines: no address of {', '.join(missing)}; {_AGAIN}")


def _result(found: Found, tree: Tree, said: Manifest, folder: Path) -> str:
    """Keep the result that came along; return what is odd about it."""
    try:
        data = _file(found, tree, archive.RESULT, archive.MOST_RESULT)
    except Unfit as problem:
        return f"its result.json cannot be compared: {problem}"
    (folder / CAME_ALONG).write_bytes(data)
    is_same = hashlib.sha256(data).hexdigest() == said.result_digest
    return "" if is_same else "its result.json was changed after it was packed: by whom?"


def _report(found: Found, tree: Tree, said: Manifest) -> str:
    try:
        data = _file(found, tree, archive.REPORT, archive.MOST_RESULT)
    except Unfit as problem:
        return f"its report.html cannot be compared: {problem}"
    is_same = hashlib.sha256(data).hexdigest() == said.report_digest
    return "" if is_same else "its report.html was changed after it was packed: by whom?"


def _run(said: Manifest, came: HandIn) -> RunRecord:
    """Return the run that is judged: all of what it says of outcomes, and of who did what, is left out."""
    texts = {key: _short(getattr(said, key)) for key in ("run", "started", "finished", "rubric", "evidence_head")}
    source = Source(mode=Mode.VERIFY, hand_in=came, **texts)
    head, rubric, started = texts["evidence_head"], texts["rubric"], texts["started"]
    return RunRecord(
        texts["run"] or "?", Mode.VERIFY, started, _lab(said.lab), rubric, (), texts["finished"], FINISHED,
        evidence_head=head or "?", source=source,
    )  # fmt: skip


def _lab(lab: LabDescription) -> LabDescription:
    machines = {
        name: {key: _short(facts[key]) for key in _FACTS if key in facts}
        for name, facts in lab.machines.items()
        if name in table.load().names
    }
    return LabDescription(
        _short(lab.profile),
        _short(lab.provider),
        _short(lab.box),
        versions={_short(key): _short(value) for key, value in list(lab.versions.items())[:_MOST]},
        machines=machines,
        stand_ins=tuple(map(_short, lab.stand_ins[:_MOST])),
        simulated=tuple(map(_short, lab.simulated[:_MOST])),
    )


def _short(text: str) -> str:
    return text[:_LONGEST]


def refusal(problem: ConfigError) -> str:
    """Return why evidence cannot be judged, without the place where we have put it."""
    return "; ".join(line.split(": ", 1)[-1] for line in problem.problems)
