"""A run's result, evidence and report checked against one another."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from labproof.cli import main
from labproof.ground.places import course_dir
from labproof.records import pictures
from labproof.records.evidence import EvidenceLog, read
from labproof.records.model import BrowserUse, CriterionRecord, Mode, Outcome, RunRecord, Screenshot
from labproof.records.store import RunFolder
from labproof.showing import report
from tests.newest import newest

RECORDINGS = Path(__file__).parents[1] / "recordings"


def regraded(recording: str, runs: Path, *options: str) -> RunFolder:
    """Return a whole run: a recording that was judged again, with its report."""
    argv = [sys.executable, "-m", "labproof.cli", "regrade", str(RECORDINGS / recording), *options]
    environment = {**os.environ, "LABPROOF_RUNS": str(runs)}
    subprocess.run(argv, env=environment, cwd=course_dir(), capture_output=True, timeout=120, check=False)
    return newest(runs)


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return regraded("broken-base-swap-tab", tmp_path_factory.mktemp("judged"))


@pytest.fixture
def folder(judged: RunFolder, tmp_path: Path) -> RunFolder:
    """A run of a lab with one mistake, to be edited."""
    return RunFolder(Path(shutil.copytree(judged.path, tmp_path / "run")))


def verify(folder: RunFolder, *options: str) -> Result:
    return CliRunner().invoke(main, ["verify-evidence", str(folder.path), *options])


def edit(folder: RunFolder, change: Callable[[dict[str, Any]], None]) -> None:
    """Edit the result as somebody does who knows its format."""
    data = json.loads(folder.result.read_text(encoding="utf-8"))
    change(data)
    folder.result.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")


def lost(data: dict[str, Any]) -> dict[str, Any]:
    """Return the criterion that was lost."""
    scenarios = [scenario for section in data["sections"] for scenario in section["scenarios"]]
    return next(c for s in scenarios for c in s["criteria"] if c["outcome"] == "failed")


def pass_lost(run: RunRecord) -> RunRecord:
    """Return the run with what was lost as if it had passed, in every sum of it."""

    def passed(c: CriterionRecord) -> CriterionRecord:
        return replace(c, outcome=Outcome.PASSED) if c.outcome is Outcome.FAILED else c

    return replace(
        run,
        sections=tuple(
            replace(s, scenarios=tuple(replace(x, criteria=tuple(map(passed, x.criteria))) for x in s.scenarios))
            for s in run.sections
        ),
    )


def test_untouched_run_is_whole(folder: RunFolder) -> None:
    """A run that nobody edited is whole: its result is what its evidence gives, its report what its result shows."""
    done = verify(folder)
    assert (done.exit_code, done.output) == (0, f"{folder.path}: whole\n")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d["score"].update(earned=100.0), "result.json: score.earned: said 100.0, expected 99"),
        (lambda d: lost(d).update(earned=1.0), ".earned: said 1.0, expected 0.0"),
        (lambda d: d["sections"][0]["score"].update(lost=0), "result.json: sections[base].score.lost: said 0"),
        (lambda d: lost(d).update(outcome="passed"), "criterion base.swap-boot@node: said passed, found failed"),
        (lambda d: lost(d).update(points=0), "said 0 points, found"),
        (lambda d: lost(d)["evidence"][0].update(output="edited"), "criterion base.swap-boot@node: quotes entry"),
        (lambda d: d["sections"].pop(), "it is missing in the result"),
        (lambda d: d["lab"]["machines"]["node"].update({"machine-id": "1" * 32}), "lab.machines.node.machine-id: said"),
        (lambda d: d.update(evidence_head="9" * 64), "evidence.jsonl: the result was made from evidence that ends in"),
        (lambda d: lost(d).update(found="all is well"), "report.html: not what the result looks like"),
    ],
    ids=["score", "earned", "section", "outcome", "points", "quote", "left out", "machine", "head", "found"],
)
def test_edited_result_is_found(folder: RunFolder, change: Callable[[dict[str, Any]], None], said: str) -> None:
    """Whatever is edited in the result alone, the difference is named."""
    edit(folder, change)
    done = verify(folder)
    assert done.exit_code == 1
    assert said in done.output


def test_consistent_forgery_is_found(folder: RunFolder) -> None:
    """A result that was edited in every sum, with a report made from it, still differs from its evidence."""
    run = pass_lost(folder.load())
    folder.save(run)
    report.write(run, folder.path)
    done = verify(folder)
    assert (done.exit_code, "said passed, found failed" in done.output) == (1, True)
    assert "1 difference" in done.output


def test_edited_evidence_is_found(folder: RunFolder) -> None:
    """Changed evidence is named, and it is said that nothing was judged from it."""
    folder.evidence.write_bytes(folder.evidence.read_bytes().replace(b'"status": 0', b'"status": 1', 1))
    done = verify(folder)
    assert done.exit_code == 1
    assert "differs: evidence.jsonl: entry" in done.output
    assert "not checked: outcomes and points" in done.output


def test_edited_report_is_found(folder: RunFolder) -> None:
    """A report that shows another score than its result is named."""
    page = folder.path / "report.html"
    page.write_text(page.read_text(encoding="utf-8").replace("<strong>", "<strong>1", 1), encoding="utf-8")
    done = verify(folder)
    assert (done.exit_code, "differs: report.html" in done.output) == (1, True)


def test_missing_report_is_not_checked(folder: RunFolder) -> None:
    """Without a report the rest is checked, and it is said what was not."""
    (folder.path / "report.html").unlink()
    done = verify(folder)
    assert (done.exit_code, "not checked: report.html" in done.output) == (0, True)


def test_broken_source_stays_told(folder: RunFolder) -> None:
    """A run that was made from broken evidence does not become whole by having written its own."""
    source = folder.load().source
    assert source is not None
    run = replace(folder.load(), source=replace(source, evidence_problem="entry 3 was changed"))
    folder.save(run)
    report.write(run, folder.path)
    done = verify(folder)
    assert (done.exit_code, "entry 3 was changed" in done.output) == (1, True)


def test_own_weights_are_asked_for(tmp_path: Path) -> None:
    """With weights of their own only outcomes are checked, unless their file is named; then points are, too."""
    weights = tmp_path / "weights.toml"
    weights.write_text('total = 101\n[points]\n"init.api" = 3\n')
    folder = regraded("full", tmp_path / "runs", "--rubric", str(weights))
    without, named = verify(folder), verify(folder, "--rubric", str(weights))
    assert (without.exit_code, "not checked: points" in without.output) == (0, True)
    assert (named.exit_code, named.output) == (0, f"{folder.path}: whole\n")


def merged(folder: RunFolder, name: str) -> None:
    """Let the last section be one that an earlier run looked at."""
    run = folder.load()
    *rest, last = run.sections
    last = replace(last, scenarios=tuple(s.known_from(name) for s in last.scenarios))
    run = replace(run, sections=(*rest, last), based_on=name)
    folder.save(run)
    report.write(run, folder.path)


def test_earlier_run_is_not_in_this_evidence(folder: RunFolder) -> None:
    """What comes from a run that is not there cannot be checked, and that is said."""
    merged(folder, "20260301-100000-verify")
    done = verify(folder)
    assert done.exit_code == 0
    assert "criteria of run 20260301-100000-verify, which does not lie beside this one" in done.output


def test_earlier_run_beside_is_compared(folder: RunFolder) -> None:
    """What comes from a run that lies beside this one has to stand in that one."""
    beside = RunFolder(Path(shutil.copytree(folder.path, folder.path.parent / "earlier")))
    merged(folder, "earlier")
    assert verify(folder).exit_code == 0
    run = beside.load()
    *rest, last = run.sections
    failed = tuple(
        replace(s, criteria=tuple(replace(c, outcome=Outcome.FAILED) for c in s.criteria)) for s in last.scenarios
    )
    beside.save(replace(run, sections=(*rest, replace(last, scenarios=failed))))
    done = verify(folder)
    assert (done.exit_code, "said passed, found failed" in done.output) == (1, True)


@pytest.mark.parametrize("kind", ["no run", "reset", "banana"])
def test_unusable_run_is_an_error(folder: RunFolder, kind: str) -> None:
    """What is no run, or has no evidence, ends with 2 and says what it is."""
    if kind == "no run":
        folder.result.unlink()
    elif kind == "reset":
        folder.save(replace(folder.load(), mode=Mode.RESET, source=None, evidence_head=""))
    else:
        edit(folder, lambda data: data.update(mode="banana"))
    done = verify(folder)
    assert done.exit_code == 2
    assert done.output.startswith("error: ")


def partly(recording: RunFolder) -> None:
    """Let a recorded run have performed Docker, verified the rest, and left the last section out."""
    run = recording.load()
    uses = {"docker": "perform", run.sections[-1].id: "none"}
    sections = tuple(
        replace(s, scenarios=tuple(replace(x, use=uses.get(s.id, "verify")) for x in s.scenarios)) for s in run.sections
    )
    recording.save(replace(run, sections=sections))


def test_part_of_a_course_is_whole(tmp_path: Path) -> None:
    """A run that left scenarios out, or only verified them, is judged again as it went."""
    recording = RunFolder(Path(shutil.copytree(RECORDINGS / "full", tmp_path / "partly")))
    partly(recording)
    folder = regraded(str(recording.path), tmp_path / "runs")
    uses = {s.use for section in folder.load().sections for s in section.scenarios}
    assert uses == {"perform", "verify", "none"}
    done = verify(folder)
    assert done.exit_code == 0, done.output
    assert "not checked: 6 criteria that the run did not come to" in done.output


PICTURE = b"RIFF\x04\x00\x00\x00WEBPVP8 "


def with_picture(folder: RunFolder) -> None:
    """Let a whole run have one screenshot, with its entry at the end of the evidence."""
    run, digest = folder.load(), sha256(PICTURE).hexdigest()
    entries = read(folder.evidence)
    folder.evidence.unlink()
    log = EvidenceLog(folder.evidence)
    for entry in entries:
        log.append(**{name: value for name, value in asdict(entry).items() if name != "number"})
    seen = {"started": run.finished, "seconds": 1.0, "status": 200, "output": "{}", "digest": digest}
    last = log.append(machine="grader", kind="browser", request="BROWSE http://x/", purpose="show", **seen)
    log.close()
    pictures.save(folder.path, "nginx-1.webp", PICTURE)
    shot = Screenshot("nginx", "nginx", "http://x/", run.finished, "nginx-1.webp", digest, last.number)
    run = replace(run, evidence_head=log.head, browser=BrowserUse(True, "Chromium"), screenshots=(shot,))
    folder.save(run)
    report.write(run, folder.path)


def test_run_with_a_screenshot_is_whole(folder: RunFolder) -> None:
    """A screenshot is no part of what is judged again; a run that has one is whole."""
    with_picture(folder)
    done = verify(folder)
    assert (done.exit_code, done.output) == (0, f"{folder.path}: whole\n")


def test_exchanged_picture_is_found(folder: RunFolder) -> None:
    """A picture that was exchanged on disk, or in the result as well, does not fit the evidence."""
    with_picture(folder)
    pictures.save(folder.path, "nginx-1.webp", PICTURE + b"another")
    done = verify(folder)
    assert done.exit_code == 1
    assert "differs: screenshots/nginx-1.webp: not the picture that the result names" in done.output
    digest = sha256(PICTURE + b"another").hexdigest()
    edit(folder, lambda data: data["screenshots"][0].update(sha256=digest))
    done = verify(folder)
    assert done.exit_code == 1
    assert "screenshots/nginx-1.webp: entry" in done.output
