"""A run that an instructor signs, and what is told of one that was changed since."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from labproof.cli import main
from labproof.records import signing_key
from labproof.records.store import RunFolder
from labproof.showing import report
from tests.session.test_auditing import edit, lost, pass_lost, regraded

LOST = "criterion base.swap-boot@node"


def labproof(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("key") / "instructor"
    signing_key.make(path)
    return path


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory, key: Path) -> RunFolder:
    """A run with one mistake, as its instructor signed it."""
    folder = regraded("broken-base-swap-tab", tmp_path_factory.mktemp("signed"))
    assert labproof("sign", folder.path, "--key", key).exit_code == 0
    return folder


@pytest.fixture
def folder(signed: RunFolder, tmp_path: Path) -> RunFolder:
    """That run, to be edited."""
    return RunFolder(Path(shutil.copytree(signed.path, tmp_path / "run")))


def verify(folder: RunFolder, key: Path) -> Result:
    return labproof("verify", folder.path, "--key", f"{key}.pub")


def rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_signed_run_is_as_it_was(folder: RunFolder, key: Path) -> None:
    """A run that nobody touched is as it was signed: that is said with its name, its points, the key and the day."""
    done = verify(folder, key)
    assert done.exit_code == 0
    assert f"run {folder.load().run}, 99.5 earned, 0.5 lost of 100" in done.output
    assert "as signed by SHA256:" in done.output


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: lost(d).update(outcome="passed"), f"{LOST}: result.json says outcome 'passed', signed was 'failed'"),
        (lambda d: lost(d).update(points=0), f"{LOST}: result.json says points 0, signed was 0.5"),
        (lambda d: lost(d).update(earned=0.5), f"{LOST}: result.json says earned 0.5, signed was 0.0"),
        (lambda d: lost(d).update(found="none"), f"{LOST}: result.json says found 'none', signed was '/dev/sdb1"),
        (lambda d: lost(d).update(why="so"), f"{LOST}: result.json says the same, with other words"),
        (lambda d: d["score"].update(earned=100.0), "result.json: score: says"),
        (lambda d: d.update(started="2026"), "result.json: started: says '2026', signed was '20"),
        (lambda d: d["sections"][0].update(handout="9"), "result.json: section base: its sentences"),
        (lambda d: d["sections"][0]["scenarios"][0].update(seconds=1), "result.json: section base, scenario 1: its"),
        (lambda d: d["sections"].pop(), "criterion kuboard.available: result.json lacks it, signed was passed"),
        (lambda d: d.update(schema=9), "result.json: changed so that it cannot be read any more"),
        (lambda d: None, "result.json: other bytes than were signed, which say the same"),
    ],
    ids=["outcome", "points", "earned", "found", "words", "score", "run", "section", "scenario", "left out", "schema",
         "bytes"],
)  # fmt: skip
def test_changed_result_is_named(
    folder: RunFolder, key: Path, change: Callable[[dict[str, Any]], None], said: str
) -> None:
    """What was changed in a result is named: which criterion, what it says, and what it said."""
    edit(folder, change)
    done = verify(folder, key)
    assert done.exit_code == 1
    assert f"differs: {said}" in done.output


def test_forgery_that_agrees_with_itself_is_found(folder: RunFolder, key: Path) -> None:
    """Whoever edits every sum and draws the report anew is given away: that takes the instructor's key."""
    run = pass_lost(folder.load())
    folder.save(run)
    report.write(run, folder.path)
    done = verify(folder, key)
    assert done.exit_code == 1
    assert f"differs: {LOST}: result.json says outcome 'passed', signed was 'failed'" in done.output
    assert "differs: report.html: not the page that was signed" in done.output


def test_changed_evidence_is_named(folder: RunFolder, key: Path) -> None:
    """Of evidence that was changed, the first entry that is another one is named, and how many there are."""
    lines = folder.evidence.read_bytes().splitlines(keepends=True)
    folder.evidence.write_bytes(b"".join([*lines[:16], lines[16].replace(b"{", b"{ ", 1), *lines[17:]]))
    assert "differs: evidence.jsonl: entry 17 is not the one that was signed" in verify(folder, key).output
    folder.evidence.write_bytes(b"".join(lines[:-1]))
    assert f"evidence.jsonl: {len(lines) - 1} entries, signed were {len(lines)}" in verify(folder, key).output
    folder.evidence.write_bytes(b"".join(lines) + b"{")
    assert "evidence.jsonl: something stands behind the last entry" in verify(folder, key).output


def test_changed_report_is_named(folder: RunFolder, key: Path) -> None:
    """Of a report that was changed, each line is named with its criterion, what it says and what it said."""
    page = folder.path / "report.html"
    rewrite(page, "<strong>99.5</strong>", "<strong>100</strong>")
    rewrite(page, "0/0.5<span", "0.5/0.5<span")
    said = verify(folder, key)
    assert said.exit_code == 1
    assert "says '100 of 100 points earned" in said.output
    assert "signed was '99.5 of 100 points earned" in said.output
    assert f", {LOST}: says" in said.output
    assert not re.search("[\u4e00-\u9fff]", said.output)
    page.write_text(page.read_text(encoding="utf-8") + "\n<p>more</p>", encoding="utf-8")
    assert "lines, signed were" in verify(folder, key).output


@pytest.mark.parametrize("name", ["result.json", "evidence.jsonl", "report.html"])
def test_missing_file_is_named(folder: RunFolder, key: Path, name: str) -> None:
    """A file that was signed and is gone is a change."""
    (folder.path / name).unlink()
    done = verify(folder, key)
    assert (done.exit_code, f"differs: {name}: missing, and it was signed" in done.output) == (1, True)


def test_signature_of_another_run_is_refused(folder: RunFolder, key: Path) -> None:
    """A signature that was laid beside another run says so, and says nothing of that one."""
    edit(folder, lambda d: d.update(run="another"))
    done = verify(folder, key)
    assert done.exit_code == 1
    assert "signed.json: made for run 20" in done.output
    assert "result.json is of run 'another': it says nothing of that" in done.output


def test_signature_by_another_key_is_refused(folder: RunFolder, tmp_path: Path) -> None:
    """A run that somebody else has signed is not the instructor's word."""
    signing_key.make(tmp_path / "other")
    done = verify(folder, tmp_path / "other")
    assert done.exit_code == 1
    assert "signed by SHA256:" in done.output
    assert "nothing here counts" in done.output


def test_changed_manifest_is_refused(folder: RunFolder, key: Path) -> None:
    """A manifest that was edited has no signature any more, and is not believed in anything."""
    edit(folder, lambda d: lost(d).update(outcome="passed"))
    rewrite(folder.path / "signed.json", '"outcome": "failed"', '"outcome": "passed"')
    done = verify(folder, key)
    assert (done.exit_code, "not the signature of these bytes" in done.output) == (1, True)
    assert "base.swap-boot" not in done.output


def test_unsigned_run_is_said(folder: RunFolder, key: Path) -> None:
    """A run that nobody has signed is an error in what was asked for, not a change."""
    (folder.path / "signed.json").unlink()
    done = verify(folder, key)
    assert (done.exit_code, "this run was not signed; `labproof sign RUN --key FILE` does that" in done.output) == (
        2,
        True,
    )


def test_run_that_does_not_agree_is_not_signed(folder: RunFolder, key: Path) -> None:
    """An instructor signs nothing whose files say different things: each difference is told instead."""
    (folder.path / "signed.json").unlink()
    edit(folder, lambda d: lost(d).update(outcome="passed"))
    done = labproof("sign", folder.path, "--key", key)
    assert done.exit_code == 1
    assert f"differs: {LOST}: said passed, found failed" in done.output
    assert "not signed: " in done.output
    assert not (folder.path / "signed.json").exists()


def test_running_run_is_not_signed(folder: RunFolder, key: Path) -> None:
    """A run that has not ended is not signed: it is still being written."""
    edit(folder, lambda d: d.update(ended="running"))
    done = labproof("sign", folder.path, "--key", key)
    assert (done.exit_code, "has not come to an end" in done.output) == (2, True)


def test_new_key_signs_at_once(folder: RunFolder, tmp_path: Path) -> None:
    """With --new-key the key is made first, its public half is named, and that verifies."""
    done = labproof("sign", folder.path, "--key", tmp_path / "mine", "--new-key")
    assert (done.exit_code, f"{tmp_path / 'mine.pub'}: the public half" in done.output) == (0, True)
    assert verify(folder, tmp_path / "mine").exit_code == 0


def test_manifest_is_small_and_names_the_run(folder: RunFolder) -> None:
    """A manifest says which run it is of, by which key and when, and stays far smaller than what it is of."""
    path = folder.path / "signed.json"
    said = json.loads(path.read_text(encoding="utf-8"))
    assert (said["run"], said["points"]) == (folder.load().run, "99.5 earned, 0.5 lost of 100")
    assert path.stat().st_size < 60_000
