"""The commands that only read: what is up, the runs and reports, what a criterion is about, what it is worth."""

import json
import os
import re
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from labproof.cli import main
from labproof.commands.groups import GROUPS
from labproof.grading import rubric, weights_file
from labproof.ground import language
from labproof.ground.places import course_dir
from labproof.host.ownership import LabRecord
from labproof.records.model import Mode, Outcome, RunRecord
from labproof.records.store import RunFolder, create
from tests.golden import samples

SECTION = samples.FULL.sections[0]
ID = "docker.file@master"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep runs and the record of this computer's lab away from the real ones."""
    monkeypatch.setenv("LABPROOF_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("LABPROOF_STATE", str(tmp_path / "state"))
    return tmp_path


def labproof(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def saved(run: RunRecord, mode: Mode = Mode.VERIFY) -> RunFolder:
    """Save a run as a session does, without its report."""
    folder = create(mode)
    folder.save(replace(run, run=folder.path.name, mode=mode))
    return folder


def failed(**changes: object) -> RunRecord:
    """Return a run in which one criterion of the real course has failed."""
    criterion = samples.criterion(ID, "daemon.json is right", 1, Outcome.FAILED, **changes)
    scenario = samples.scenario("It is written", criterion)
    return replace(samples.FULL, sections=(replace(SECTION, scenarios=(scenario,)),), based_on="")


def test_version_is_that_of_the_package() -> None:
    """--version says which Labproof this is."""
    assert re.fullmatch(r"labproof \d+\.\d+\.\d+\n", labproof("--version").output)


def test_help_is_grouped_as_in_the_readme() -> None:
    """Every command stands in one group of --help, and in that of the same name in the README."""
    listed = [name for names in GROUPS.values() for name in names]
    assert sorted(listed) == sorted(main.commands)
    parts = re.split(r"^## ", (course_dir() / "README.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    told = {part.partition("\n")[0].strip(): part for part in parts}
    assert [
        (heading, name)
        for heading, names in GROUPS.items()
        for name in names
        if f"labproof {name}" not in told[heading]
    ] == []


def test_help_cuts_no_line() -> None:
    """In --help every command is described by a whole sentence."""
    said = labproof("--help").output
    assert "..." not in said.replace("[ARGS]...", "")
    for heading in GROUPS:
        assert f"{heading}:\n" in said


def test_status_of_a_computer_without_anything() -> None:
    """Where nothing is up and nothing graded, status says so and what to begin with."""
    said = labproof("status").output
    assert said == ("Lab:    no machines of Labproof are up here\nGraded: nothing yet\nNext:   `labproof up`\n")


def test_status_names_the_next_thing_to_do() -> None:
    """After a grading that lost points, status names what to fix first and the command that explains it."""
    folder = saved(failed())
    said = labproof("status").output
    assert f"Graded: 0 earned, 1 lost of 1 points in {folder.path.name}" in said
    assert f"Next:   daemon.json is right; `labproof explain {ID}`, `labproof report --open`" in said


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (samples.FULL, "nothing is left to do"),
        (replace(samples.FULL, ended="interrupted", sections=()), "`labproof grade`"),
        (
            replace(
                samples.FULL,
                sections=(
                    replace(
                        SECTION,
                        scenarios=(samples.scenario("x", samples.criterion("x", "x", 1, Outcome.UNDETERMINED)),),
                    ),
                ),
            ),
            "`labproof grade --undetermined ",
        ),
    ],
)
def test_status_knows_what_is_left(run: RunRecord, words: str) -> None:
    """A full score leaves nothing, a run that was cut short a grading, what was not seen another look."""
    saved(run)
    assert f"Next:   {words}" in labproof("status").output


def test_status_tells_a_lab_of_another_checkout(here: Path) -> None:
    """A lab that another checkout has made is named with its place, and not taken for ours."""
    (here / "state").mkdir()
    record = LabRecord("/elsewhere", "lxc", "2026-03-01T10:00:00+00:00", "1")
    (here / "state" / "lab.json").write_text(json.dumps(asdict(record)), encoding="utf-8")
    said = labproof("status").output
    assert "lxc, made 2026-03-01 10:00:00 UTC, of another checkout: /elsewhere" in said
    assert "Next:   `labproof up`" in said


def test_status_knows_the_attempts_before() -> None:
    """A run on machines that were graded before says which attempt it is, which was best, and what has turned."""
    saved(samples.EVERY_OUTCOME)
    said = labproof("status").output
    assert "; attempts: 3, best: 6.5 of 12; 1 turned green and 1 red since the one before" in said


def test_runs_show_what_they_turned() -> None:
    """In the list of runs each attempt has its number, and how many criteria it turned green and red."""
    saved(samples.EVERY_OUTCOME)
    saved(replace(samples.EVERY_OUTCOME, ended="interrupted"))
    stopped, whole = (line.split() for line in labproof("runs").output.splitlines()[1:])
    assert whole[4:8] == ["finished", "3", "+1", "-1"]
    assert stopped[4:7] == ["interrupted", "+1", "-1"]


def test_runs_are_listed_newest_first(here: Path) -> None:
    """Every run is a line with its score, the newest first; one that cannot be read is a line too."""
    for name, score in (("20240301-100000-verify", "1"), ("20240302-100000-regrade", "{")):
        (here / "runs" / name).mkdir(parents=True)
        (here / "runs" / name / "result.json").write_text(score, encoding="utf-8")
    saved(failed())
    lines = labproof("runs").output.splitlines()
    assert [line.split()[0] for line in lines[2:]] == ["20240302-100000-regrade", "20240301-100000-verify"]
    assert " ".join(lines[1].split()).endswith("finished 1 0 earned, 1 lost of 1")
    assert all("cannot be read" in line for line in lines[2:])


def test_runs_are_listed_twenty_at_a_time(here: Path) -> None:
    """A long list is cut, says how many are left, and --all shows them."""
    for number in range(23):
        (here / "runs" / f"202603{number + 1:02}-100000-verify").mkdir(parents=True)
    assert labproof("runs").output.splitlines()[-1] == "3 older; --all lists them"
    assert len(labproof("runs", "--all").output.splitlines()) == 24


def test_no_run_is_said(here: Path) -> None:
    """Without a run the list says where they would be."""
    assert labproof("runs").output == f"no run in {here / 'runs'}; `labproof grade` makes one\n"


def test_report_is_named() -> None:
    """report prints the path of the newest run's page; where it is not there, how to get one."""
    folder = saved(failed())
    missing = labproof("report")
    assert (missing.exit_code, "labproof regrade latest" in missing.output) == (2, True)
    (folder.path / "report.html").write_text("page", encoding="utf-8")
    assert labproof("report").output == f"{folder.path / 'report.html'}\n"


@pytest.mark.parametrize(("script", "status"), [('echo "$1" > "$OPENED"', 0), ("exit 1", 3)])
def test_report_is_opened(here: Path, monkeypatch: pytest.MonkeyPatch, script: str, status: int) -> None:
    """--open hands the page to the desktop; where no browser starts, that is said and the path stands there."""
    page = saved(failed()).path / "report.html"
    page.write_text("page", encoding="utf-8")
    opener = here / "bin" / "xdg-open"
    opener.parent.mkdir()
    opener.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    opener.chmod(0o755)
    monkeypatch.setenv("PATH", str(opener.parent))
    monkeypatch.setenv("OPENED", str(here / "opened"))
    done = labproof("report", "--open")
    assert done.exit_code == status
    assert done.output.startswith(f"{page}\n")
    assert (here / "opened").exists() == (status == 0)


def test_explain_tells_what_the_course_says() -> None:
    """explain shows the sentence on each machine, why, hints, advice, needs and the handout's own steps."""
    said = labproof("explain", "docker.packages").output
    for words in (
        "docker.packages@master:", "docker.packages@node:", "(1.5 points)", "Why it matters: ", "Hint 1: ", "Hint 2: ",
        "Try this: ", "docker.repository", "handout 2.4, 2.6", "  Handout 2.4, on master, node: Install Docker's",
        "      yum install -y docker-ce docker-ce-cli containerd.io", "Last found: nothing yet",
    ):  # fmt: skip
        assert words in said


def test_explain_tells_what_was_found_last() -> None:
    """What the newest run saw is told with the known slip, without control characters of a machine."""
    slips = samples.EVERY_OUTCOME.sections[0].scenarios[0].criteria[1].slips
    saved(failed(found="a\x1b[2Jb", slips=slips))
    said = labproof("explain", "docker.file").output
    assert f"  {ID}: failed\n    expected: yes\n    found:    a\\x1b[2Jb\n" in said
    assert "known slip: daemon.json is right, docker still runs with the old one" in said


def test_unknown_criterion_is_corrected() -> None:
    """A misspelt id ends with status 2 and the ids that may be meant."""
    done = labproof("explain", "docker.fil@node")
    assert (done.exit_code, "is docker.file" in done.output) == (2, True)
    assert "`labproof rubric show` lists them all" in labproof("explain", "?").output


def test_sections_are_listed() -> None:
    """Every section is a line with its points, in the order of the course; an optional one names its option."""
    lines = labproof("sections").output.splitlines()
    assert [line.split()[0] for line in lines[1:4]] == ["base", "docker", "init"]
    assert lines[2].split()[1] == "14"
    assert any("only with --reboot" in line for line in lines)


def test_rubric_is_a_weights_file(tmp_path: Path) -> None:
    """What `rubric show` writes, given back with --rubric, gives every criterion the points that it has."""
    path = tmp_path / "weights.toml"
    path.write_text(labproof("rubric", "show").output, encoding="utf-8")
    own, course = rubric.load(overrides=path), rubric.load()
    assert {i: e.points for i, e in own.entries.items()} == {i: e.points for i, e in course.entries.items()}
    changed = path.read_text(encoding="utf-8").replace("total = 100", "total = 99")
    path.write_text(changed, encoding="utf-8")
    assert labproof("rubric", "show", "--rubric", str(path)).exit_code == 2


def test_weights_file_tells_how_often_points_count() -> None:
    """A criterion of both machines says so beside its points."""
    assert '"docker.file" = 1  # for each of master, node' in weights_file.lines(rubric.load())


def test_weights_file_speaks_the_readers_language(tmp_path: Path) -> None:
    """Its comments are in the language that is asked for, and it is the same weights file."""
    path = tmp_path / "weights.toml"
    with language.spoken("zh"):
        path.write_text("\n".join(weights_file.lines(rubric.load())), encoding="utf-8")
    assert "# 安装 Docker" in path.read_text(encoding="utf-8")
    assert '"docker.file" = 1  # master, node 各计一次' in path.read_text(encoding="utf-8")
    assert rubric.load(overrides=path).entries.keys() == rubric.load().entries.keys()


def test_a_reader_that_has_enough_is_no_fault() -> None:
    """`labproof rubric show | head -1` ends without a word of an error."""
    argv = [sys.executable, "-m", "labproof.cli", "rubric", "show"]
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        argv, stdout=write, stderr=subprocess.PIPE, text=True, cwd=course_dir(), timeout=60, check=False
    )
    os.close(write)
    assert "error" not in done.stderr
