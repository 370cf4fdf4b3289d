"""Which runs can be judged again, and what is said of the others."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from labproof.ground.errors import ConfigError
from labproof.records.evidence import GENESIS, chain
from labproof.records.model import RUNNING, Mode, RunRecord, Source
from labproof.records.store import RunFolder
from labproof.session.recorded_run import begun_of, extras_of, open_recorded, uses_of
from tests.anything import not_a_file

RECORDINGS = Path(__file__).parents[1] / "recordings"


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    """A run of untouched machines."""
    return RunFolder(Path(shutil.copytree(RECORDINGS / "untouched", tmp_path / "run")))


def change(folder: RunFolder, **changes: object) -> RunRecord:
    """Save the run with some of its fields changed."""
    run = replace(folder.load(), **changes)  # type: ignore[arg-type]
    folder.save(run)
    return run


def lines(folder: RunFolder) -> list[bytes]:
    return folder.evidence.read_bytes().splitlines(keepends=True)


def test_evidence_is_read_once(folder: RunFolder) -> None:
    """Whoever asks what was answered, replay or questions to a hand-in, has the same at hand."""
    recorded = open_recorded(str(folder.path))
    assert [e.number for e in recorded.exchanges] == list(range(1, len(lines(folder)) + 1))
    assert recorded.exchanges is recorded.exchanges


def test_whole_run_is_opened(folder: RunFolder) -> None:
    """A run whose evidence is whole can be judged again, and the new run names it, its head and its times."""
    run = folder.load()
    recorded = open_recorded(str(folder.path))
    assert recorded.source == Source(run.run, run.mode, run.evidence_head, run.rubric, run.started, run.finished)


def edited(folder: RunFolder) -> None:
    folder.evidence.write_bytes(folder.evidence.read_bytes().replace(b'"status": 0', b'"status": 1', 1))


def cut(folder: RunFolder) -> None:
    folder.evidence.write_bytes(b"".join(lines(folder)[:-1]))


def half(folder: RunFolder) -> None:
    folder.evidence.write_bytes(folder.evidence.read_bytes() + b'{"number"')


def emptied(folder: RunFolder) -> None:
    folder.evidence.write_bytes(b"")


def emptied_in_both(folder: RunFolder) -> None:
    emptied(folder)
    change(folder, evidence_head=GENESIS)


def swapped(folder: RunFolder) -> None:
    shutil.copyfile(RECORDINGS / "full" / "evidence.jsonl", folder.evidence)


def rechained(folder: RunFolder) -> None:
    """Edit an answer and make the chain whole again, as a regrade of edited evidence once did."""
    edited(folder)
    head, rows = GENESIS, []
    for line in lines(folder):
        entry = json.loads(line)
        del entry["hash"]
        head = chain(head, entry)
        rows.append(json.dumps({**entry, "hash": head}, ensure_ascii=False) + "\n")
    folder.evidence.write_text("".join(rows), encoding="utf-8")


def nameless(folder: RunFolder) -> None:
    change(folder, evidence_head="")


def inherited(folder: RunFolder) -> None:
    source = Source("before", Mode.VERIFY, "", "", "", "", "entry 3 was changed")
    change(folder, mode=Mode.REGRADE, source=source)


BROKEN = {
    edited: "was changed",
    cut: "the result was made from evidence that ends in",
    half: "half a line stands after entry",
    emptied: "the file ends in 000000000000",
    emptied_in_both: "it holds no entry",
    swapped: "the result was made from evidence that ends in",
    rechained: "the result was made from evidence that ends in",
    nameless: "the result names no hash",
    inherited: "entry 3 was changed",
}


@pytest.mark.parametrize(("breaks", "said"), BROKEN.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_broken_evidence_is_refused(folder: RunFolder, breaks: Callable[[RunFolder], None], said: str) -> None:
    """Evidence that is not what the result was made from is not judged, unless that is asked for; then it is told."""
    breaks(folder)
    with pytest.raises(ConfigError) as raised:
        open_recorded(str(folder.path))
    (line,) = raised.value.problems
    assert line.startswith(str(folder.evidence))
    assert said in line
    assert "--accept-broken" in line
    assert said in open_recorded(str(folder.path), accept_broken=True).source.evidence_problem


@pytest.mark.parametrize("kind", ["absent", "folder", "pipe", "device", "not JSON", "not UTF-8"])
def test_unreadable_evidence_is_always_refused(folder: RunFolder, kind: str) -> None:
    """What is no evidence at all cannot be accepted either."""
    folder.evidence.unlink()
    if kind.startswith("not"):
        folder.evidence.write_bytes(b"{nonsense\n" if kind == "not JSON" else b'{"number": "\xff\xfe"}\n')
    elif kind != "absent":
        not_a_file(folder.evidence, kind)
    with pytest.raises(ConfigError, match=r"evidence\.jsonl: "):
        open_recorded(str(folder.path), accept_broken=True)


def test_killed_run_is_opened(folder: RunFolder) -> None:
    """A run that was killed has evidence that goes on after its last result, perhaps with half a line."""
    middle = json.loads(lines(folder)[3])["hash"]
    change(folder, ended=RUNNING, evidence_head=middle)
    half(folder)
    assert open_recorded(str(folder.path)).problem == ""


def test_regrade_names_the_run_that_it_came_from(folder: RunFolder) -> None:
    """A regrade of a regrade names the regrade, with the mode and the times of the grading on machines."""
    source = Source("first", Mode.PERFORM, "abc", "def", "2026-01-01", "2026-01-02")
    run = change(folder, run="second", mode=Mode.REGRADE, source=source)
    again = open_recorded(str(folder.path)).source
    assert again == Source("second", Mode.PERFORM, run.evidence_head, run.rubric, "2026-01-01", "2026-01-02")


def test_reset_is_refused(folder: RunFolder) -> None:
    """A reset has looked at nothing: the message names the run to regrade instead."""
    change(folder, mode=Mode.RESET, based_on="20260301-100000-verify", evidence_head="")
    with pytest.raises(ConfigError, match="no evidence to grade; name the run that it came from: 20260301"):
        open_recorded(str(folder.path))


@pytest.mark.parametrize(
    ("lab", "said"),
    [
        ({"machines": {}}, "lab.machines.master: expected a machine with an address, found none"),
        ({"machines": {"master": {}, "node": {"address": ""}}}, "lab.machines.node: .* found one without"),
        ({"profile": "prod"}, "lab.profile: expected handout or rehearsal or official, found 'prod'"),
    ],
    ids=str,
)
def test_run_without_its_lab_is_refused(folder: RunFolder, lab: dict[str, object], said: str) -> None:
    """A result that does not say what the lab was is refused with the key."""
    change(folder, lab=replace(folder.load().lab, **lab))  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match=rf"result\.json: {said}") as raised:
        open_recorded(str(folder.path))
    assert all(line.endswith("grade that lab again") for line in raised.value.problems)


def test_asked_for_sections_are_judged_again(folder: RunFolder) -> None:
    """A run that was asked to restart the machines is regraded with what had to last."""
    run = folder.load()
    assert extras_of(run) == ()
    last = replace(run.sections[0], id="reboot")
    assert extras_of(replace(run, sections=(*run.sections, last))) == ("reboot",)


def test_same_scenarios_are_gone_through(folder: RunFolder) -> None:
    """What the run left out, or knows from another run, is not judged from its evidence; a killed run tells nothing."""
    run = folder.load()
    first, second, *rest = run.sections
    left_out = replace(first, scenarios=tuple(replace(s, use="none") for s in first.scenarios))
    known = replace(second, scenarios=tuple(s.known_from("earlier") for s in second.scenarios))
    uses = uses_of(replace(run, sections=(left_out, known, *rest)))
    names = [[s.name for s in section.scenarios] for section in run.sections]
    assert {uses[name] for name in names[0]} == {""}
    assert {uses[name] for section in names[2:] for name in section} == {run.mode}
    assert any(uses[name] == "" for name in names[1])
    assert uses_of(replace(run, ended=RUNNING)) == {}


def test_a_run_has_an_order_of_its_own() -> None:
    """A run says when it came to its own scenarios, whether it performed or only looked."""
    full, untouched = (RunFolder(RECORDINGS / name).load() for name in ("full", "untouched"))
    begun = begun_of(full)
    scenarios = [s for section in full.sections for s in section.scenarios]
    assert {name: times.began for name, times in begun.items()} == {s.name: s.started for s in scenarios}
    assert {name: times.looked for name, times in begun.items()} == {s.name: s.criteria[0].started for s in scenarios}
    looked = [s for section in untouched.sections for s in section.scenarios]
    assert {name: times.began for name, times in begun_of(untouched).items()} == {s.name: s.started for s in looked}
