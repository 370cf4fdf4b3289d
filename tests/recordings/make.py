"""Make a recording out of a run: `python tests/recordings/make.py RUN NAME`.

Keeps the evidence and a result without the copies of it; the kernel's name on the recording computer is left out.
`python tests/recordings/make.py --mistakes` records every run of the last `labproof author check` that a mistake was
made for, packed and without a result: what it must show stands in the catalogue. With LABPROOF_COURSE, that course's.
"""

import json
import lzma
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from labproof.grading import rubric
from labproof.ground.places import course_dir, engine_dir
from labproof.proving import catalogue
from labproof.records import result
from labproof.records.evidence import GENESIS, chain, read
from labproof.records.model import RunRecord, ScenarioRecord
from labproof.records.store import find

HERE = Path(__file__).parent if course_dir() == engine_dir() else course_dir() / "recordings"
MISTAKES = HERE / "mistakes.jsonl.xz"
PROOF = course_dir() / "build" / "proof" / "runs"


def lean(run: RunRecord, head: str) -> RunRecord:
    """Return the run without the exchanges that its evidence file holds anyway."""

    def bare(scenario: ScenarioRecord) -> ScenarioRecord:
        steps = tuple(replace(s, evidence=()) for s in scenario.steps)
        return replace(scenario, steps=steps, criteria=tuple(replace(c, evidence=()) for c in scenario.criteria))

    sections = tuple(replace(s, scenarios=tuple(map(bare, s.scenarios))) for s in run.sections)
    return replace(run, sections=sections, evidence_head=head)


def entries(evidence: Path) -> Iterator[dict[str, Any]]:
    """Yield every entry of a run's evidence, without its hash and the recording computer's kernel."""
    for exchange in read(evidence):
        yield json.loads(json.dumps(asdict(exchange)).replace(platform.release(), "kernel"))


def record(run_name: str, name: str) -> None:
    """Write a recording that is a run."""
    source, target = find(run_name), HERE / name
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    head = GENESIS
    with (target / "evidence.jsonl").open("w", encoding="utf-8") as file:
        for entry in entries(source.evidence):
            head = chain(head, entry)
            file.write(json.dumps({**entry, "hash": head}, ensure_ascii=False) + "\n")
    text = json.dumps(result.to_json(lean(source.load(), head)), ensure_ascii=False, indent=1)
    (target / "result.json").write_text(text.replace(platform.release(), "kernel"), encoding="utf-8")


def recorded_mistakes() -> dict[str, list[dict[str, Any]]]:
    """Return the evidence of every recorded mistake."""
    if not MISTAKES.is_file():
        return {}
    with lzma.open(MISTAKES, "rt", encoding="utf-8") as file:
        return {row["mistake"]: row["evidence"] for row in map(json.loads, file)}


def record_mistakes() -> None:
    """Record every mistake that was tried last, keep the others, and forget those that are in no catalogue."""
    recorded = recorded_mistakes()
    with lzma.open(MISTAKES, "wt", preset=9, encoding="utf-8") as file:
        for id_ in sorted(mistake.id for mistake in catalogue.everything(rubric.load())):
            evidence = PROOF / id_ / "evidence.jsonl"
            tried = list(entries(evidence)) if evidence.is_file() else recorded.get(id_)
            if tried:
                file.write(json.dumps({"mistake": id_, "evidence": tried}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    record_mistakes() if sys.argv[1:] == ["--mistakes"] else record(*sys.argv[1:])
