"""Make a recording out of a run: `python tests/recordings/make.py RUN NAME`.

Keeps the evidence and a result without the copies of it; the kernel's name on the recording computer is left out.
"""

import json
import platform
import shutil
import sys
from dataclasses import asdict, replace
from pathlib import Path

from labproof import result
from labproof.evidence import GENESIS, chain, read
from labproof.model import RunRecord, ScenarioRecord
from labproof.store import find

HERE = Path(__file__).parent


def lean(run: RunRecord, head: str) -> RunRecord:
    """Return the run without the exchanges that its evidence file holds anyway."""

    def bare(scenario: ScenarioRecord) -> ScenarioRecord:
        steps = tuple(replace(s, evidence=()) for s in scenario.steps)
        return replace(scenario, steps=steps, criteria=tuple(replace(c, evidence=()) for c in scenario.criteria))

    sections = tuple(replace(s, scenarios=tuple(map(bare, s.scenarios))) for s in run.sections)
    return replace(run, sections=sections, evidence_head=head)


def main(run_name: str, name: str) -> None:
    """Write the recording."""
    source, target = find(run_name), HERE / name
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    head = GENESIS
    with (target / "evidence.jsonl").open("w", encoding="utf-8") as file:
        for exchange in read(source.evidence):
            entry = json.loads(json.dumps(asdict(exchange)).replace(platform.release(), "kernel"))
            head = chain(head, entry)
            file.write(json.dumps({**entry, "hash": head}, ensure_ascii=False) + "\n")
    text = json.dumps(result.to_json(lean(source.load(), head)), ensure_ascii=False, indent=1)
    (target / "result.json").write_text(text.replace(platform.release(), "kernel"), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
