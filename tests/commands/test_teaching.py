"""The commands about what is taught, and what the shell completes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner, Result

from labproof.cli import main
from labproof.ground.places import engine_dir

SECOND = engine_dir() / "tests" / "second_course"


def labproof(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def completed(line: list[str], incomplete: str) -> list[str]:
    """Return what the shell is offered behind these words."""
    shell = ShellComplete(main, {}, "labproof", "_LABPROOF_COMPLETE")
    return [item.value for item in shell.get_completions(line, incomplete)]


@pytest.mark.parametrize(("language", "title"), [("en", "Base environment"), ("zh", "基础环境配置")])
def test_handout_is_written_as_a_page(tmp_path: Path, language: str, title: str) -> None:
    """The page is written where it is asked for, in the language that is asked for, and its place is told."""
    page = tmp_path / "new" / "handout.html"
    done = labproof("handout", "--lang", language, "--out", str(page))
    assert (done.exit_code, done.output) == (0, f"{page}\n")
    text = page.read_text(encoding="utf-8")
    assert f"1. {title}" in text
    assert "--pod-network-cidr=10.122.0.0/16" in text


def test_handout_shows_an_instructors_weights(tmp_path: Path) -> None:
    """With --rubric the page has the points of that file."""
    weights = labproof("rubric", "show").output.replace('"docker.file" = 1 ', '"docker.file" = 2 ')
    file = tmp_path / "weights.toml"
    file.write_text(weights.replace("total = 100", "total = 102"), encoding="utf-8")
    page = tmp_path / "handout.html"
    assert labproof("handout", "--out", str(page), "--rubric", str(file)).exit_code == 0
    assert "<td>102</td>" in page.read_text(encoding="utf-8")


def test_coverage_shows_every_instruction(tmp_path: Path) -> None:
    """The coverage lists instructions with their criteria, counts both, and is whole."""
    done = labproof("author", "coverage", "--out", str(tmp_path / "coverage.html"))
    assert done.exit_code == 0
    assert "    base.firewalld\n" in done.output
    assert "    not graded: " in done.output
    assert f"page: {tmp_path / 'coverage.html'}" in done.output


def test_a_course_without_a_handout_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """For a course that has no handout the coverage says so, and there is no page to write."""
    monkeypatch.setenv("LABPROOF_COURSE", str(SECOND))
    covered = labproof("author", "coverage")
    assert (covered.exit_code, covered.output) == (
        0,
        "this course has no handout: no section has a handout.toml\n",
    )
    explained = labproof("explain", "web.page").output
    assert "Section web, Web server: handout 1, " in explained
    line = [sys.executable, "-m", "labproof", "handout", "--out", str(tmp_path / "x.html")]
    done = subprocess.run(line, capture_output=True, text=True, timeout=60, check=False, env=dict(os.environ))
    assert done.returncode == 2
    assert "no section of this course has a handout.toml; write one beside its exercise.toml" in done.stderr


def test_explain_shows_the_handouts_instruction() -> None:
    """A criterion is explained with what the handout asks for, and the command that it has a student type."""
    said = labproof("explain", "base.firewalld@node").output
    assert "Handout 2.3, on master, node: Stop firewalld, for now and for the next boot.\n" in said
    assert "      systemctl stop firewalld && systemctl disable firewalld\n" in said


@pytest.mark.parametrize(
    ("line", "incomplete", "offered"),
    [
        (["grade", "--section"], "d", ["docker", "dashboard"]),
        (["lab", "--from"], "cal", ["calico"]),
        (["explain"], "docker.f", ["docker.file"]),
        (["author", "check", "--mistake"], "docker.file-c", ["docker.file-comma"]),
        (["grade", "--provider"], "l", ["libvirt", "lxc"]),
        (["report"], "latest", ["latest"]),
        (["handout", "--lang"], "", ["en", "zh"]),
    ],
)
def test_shell_completes(line: list[str], incomplete: str, offered: list[str]) -> None:
    """Sections, criteria, mistakes, providers, runs and languages are completed."""
    assert completed(line, incomplete) == offered


def test_shell_completes_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The runs of this checkout are completed, the newest first."""
    monkeypatch.setenv("LABPROOF_RUNS", str(tmp_path))
    for name in ("20260101-100000-verify", "20260102-100000-verify"):
        (tmp_path / name).mkdir()
    assert completed(["regrade"], "2026") == ["20260102-100000-verify", "20260101-100000-verify"]


def test_completion_passes_over_what_cannot_be_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A section's file that is broken keeps nothing else from being completed."""
    for name, text in (("01-good", '[[criterion]]\nid = "good.one"\n'), ("02-bad", "criterion = [[")):
        (tmp_path / "exercises" / name).mkdir(parents=True)
        (tmp_path / "exercises" / name / "exercise.toml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("LABPROOF_COURSE", str(tmp_path))
    assert completed(["explain"], "") == ["good.one"]
    assert completed(["grade", "--section"], "") == ["good", "bad"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_written_for_each_shell(shell: str) -> None:
    """What is written asks labproof itself."""
    assert f"_LABPROOF_COMPLETE={shell}_complete" in labproof("completion", shell).output


@pytest.mark.parametrize("group", ["author", "bundle", "class", "rubric"])
def test_help_of_a_group_cuts_no_line(group: str) -> None:
    """Each command of a group is described by a whole sentence."""
    assert "..." not in labproof(group, "--help").output.replace("[ARGS]...", "")
