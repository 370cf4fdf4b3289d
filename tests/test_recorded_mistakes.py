"""Every mistake of the catalogue, as it was graded on a real lab, judged again: it costs what it should."""

import json
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from labproof.grading import rubric
from labproof.host import warm
from labproof.proving import catalogue
from labproof.proving.catalogue import Trial
from labproof.proving.compare import compare
from labproof.records import result
from labproof.records.evidence import GENESIS, chain
from labproof.records.model import RunRecord
from labproof.records.store import RunFolder
from tests.newest import newest
from tests.recordings.make import HERE, recorded_mistakes

MISTAKES = catalogue.everything(rubric.load())
RECORDED = recorded_mistakes()
# A graded lab like theirs: a recorded mistake has no result of its own.
TEMPLATE = HERE / "broken-base-swap-tab" / "result.json"
PROCESSES = 2
SECONDS = 120.0


def regrade(evidence: list[dict[str, Any]], folder: Path) -> RunRecord:
    """Lay out a recorded mistake as a run, and judge it again in a process of its own."""
    recording, head = folder / "recording", GENESIS
    recording.mkdir(parents=True)
    with (recording / "evidence.jsonl").open("w", encoding="utf-8") as file:
        for entry in evidence:
            head = chain(head, entry)
            file.write(json.dumps({**entry, "hash": head}, ensure_ascii=False) + "\n")
    RunFolder(recording).save(replace(result.load(TEMPLATE), evidence_head=head))
    warm.run(["regrade", str(recording)], folder / "terminal.txt", {"LABPROOF_RUNS": str(folder)}, SECONDS)
    return newest(folder).load()


@pytest.fixture(scope="module")
def regraded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Future[RunRecord]]:
    """Begin to judge all of them."""
    folder = tmp_path_factory.mktemp("mistakes")
    pool = ThreadPoolExecutor(PROCESSES)
    return {id_: pool.submit(regrade, evidence, folder / id_) for id_, evidence in RECORDED.items()}


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.id)
def test_mistake_costs_what_it_should(mistake: Trial, regraded: dict[str, Future[RunRecord]]) -> None:
    """Its own criteria turn red with the hint that the catalogue names, and nothing else is lost."""
    verdict = compare(mistake, regraded[mistake.id].result())
    assert verdict.problems(mistake.hint) == []
    assert verdict.is_exact


def test_every_recording_is_of_a_mistake() -> None:
    """Each mistake has its recording, and each recording its mistake."""
    assert set(RECORDED) == {mistake.id for mistake in MISTAKES}
