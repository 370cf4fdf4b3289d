"""Every mistake of the catalogue, as it was graded on a real lab, judged again: it costs what it should."""

import json
import lzma
import shutil
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from labproof import result, rubric
from labproof.evidence import GENESIS, chain
from labproof.model import RunRecord
from labproof.proving import catalogue, warm
from labproof.proving.catalogue import Mistake
from labproof.proving.compare import compare

RECORDINGS = Path(__file__).parent / "recordings"
MISTAKES = catalogue.load(rubric.load())
# A graded lab like theirs: a recorded mistake has no result of its own.
TEMPLATE = RECORDINGS / "broken-base-swap-tab" / "result.json"
PROCESSES = 2
SECONDS = 120.0


def unpack(id_: str, folder: Path) -> Path:
    """Lay out a recorded mistake as a run."""
    folder.mkdir(parents=True)
    head = GENESIS
    with (folder / "evidence.jsonl").open("w", encoding="utf-8") as file:
        for line in lzma.decompress((RECORDINGS / "mistakes" / f"{id_}.jsonl.xz").read_bytes()).splitlines():
            entry = json.loads(line)
            head = chain(head, entry)
            file.write(json.dumps({**entry, "hash": head}, ensure_ascii=False) + "\n")
    shutil.copyfile(TEMPLATE, folder / "result.json")
    return folder


def regrade(id_: str, folder: Path) -> RunRecord:
    """Judge a recorded mistake again, in a process of its own."""
    recording = unpack(id_, folder / "recording")
    warm.run(["regrade", str(recording)], folder / "terminal.txt", {"LABPROOF_RUNS": str(folder)}, SECONDS)
    return result.load(folder / "latest" / "result.json")


@pytest.fixture(scope="module")
def regraded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Future[RunRecord]]:
    """Begin to judge all of them."""
    folder = tmp_path_factory.mktemp("mistakes")
    pool = ThreadPoolExecutor(PROCESSES)
    return {m.id: pool.submit(regrade, m.id, folder / m.id) for m in MISTAKES}


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.id)
def test_mistake_costs_what_it_should(mistake: Mistake, regraded: dict[str, Future[RunRecord]]) -> None:
    """Its own criteria turn red with the hint that the catalogue names, and nothing else is lost."""
    verdict = compare(mistake, regraded[mistake.id].result())
    assert verdict.problems(mistake.hint) == []
    assert verdict.is_exact


def test_every_recording_is_of_a_mistake() -> None:
    """Each mistake has its recording, and each recording its mistake."""
    recorded = {path.name.removesuffix(".jsonl.xz") for path in (RECORDINGS / "mistakes").iterdir()}
    assert recorded == {mistake.id for mistake in MISTAKES}
