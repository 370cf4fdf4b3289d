"""Grading by an inventory, from the command line."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from labproof.ground.places import course_dir
from tests.connection.shell_server import ShellServer


def labproof(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as a person does, but with every warning of Python an error that is shown."""
    line = [sys.executable, "-X", "dev", "-W", "error", "-m", "labproof.cli", *arguments]
    own = {"LABPROOF_RUNS": str(folder / "runs"), "LABPROOF_CACHE": str(folder / "cache")}
    return subprocess.run(
        line, cwd=course_dir(), capture_output=True, text=True, timeout=120, env={**os.environ, **own, **environment}
    )


@pytest.fixture
def dead(tmp_path: Path) -> Path:
    """An inventory of two ports that nobody listens on."""
    path = tmp_path / "dead.toml"
    path.write_text('[master]\nhost = "127.0.0.1"\nport = 1\n[node]\nhost = "127.0.0.1"\nport = 2\n', encoding="utf-8")
    return path


def test_dead_inventory_ends_at_once(tmp_path: Path, dead: Path) -> None:
    """Each dead machine is named once, nothing is asked, every criterion has the one reason, and nothing leaks."""
    started = time.monotonic()
    ended = labproof(tmp_path, "grade", "--inventory", str(dead))
    assert time.monotonic() - started < 30
    assert ended.returncode == 3
    assert ended.stdout.count("not reached: ") == 2
    assert ended.stdout.count("master: no SSH connection to 127.0.0.1:1") == 1
    assert "score: 0 earned, 100 undetermined of 100 points (no machine answered)" in ended.stdout
    assert "could not see" not in ended.stdout
    assert ended.stderr == ""
    result = json.loads((tmp_path / "runs" / "latest" / "result.json").read_text(encoding="utf-8"))
    criteria = [c for s in result["sections"] for scenario in s["scenarios"] for c in scenario["criteria"]]
    (reason,) = {c["reason"] for c in criteria if c["outcome"] == "undetermined"}
    assert len(criteria) > 20
    assert "127.0.0.1:1 " in reason
    assert "127.0.0.1:2 " in reason
    assert {c["outcome"] for c in criteria} == {"undetermined"}
    assert result["lab"]["machines"]["node"]["not reached"].startswith("node: no SSH connection")
    assert (tmp_path / "runs" / "latest" / "evidence.jsonl").read_text(encoding="utf-8") == ""


def test_result_names_its_student_and_what_was_before(tmp_path: Path, dead: Path) -> None:
    """A result says whose machines they are, and which earlier runs of them there were; one that failed is none."""
    results = []
    for number in range(3):
        labproof(tmp_path, "grade", "--inventory", str(dead), LABPROOF_STUDENT="s001")
        path = (tmp_path / "runs" / "latest").resolve() / "result.json"
        results.append(json.loads(path.read_text(encoding="utf-8")))
        if number:
            path.write_text(json.dumps({**results[-1], "ended": "finished"}), encoding="utf-8")
    assert [result["student"] for result in results] == ["s001"] * 3
    assert [result["history"] for result in results[:2]] == [None, None]
    assert (results[2]["history"]["count"], results[2]["history"]["best"]["run"]) == (1, results[1]["run"])


def test_one_section_of_a_dead_inventory(tmp_path: Path, dead: Path) -> None:
    """Also where one section is graded, dead machines end with 3."""
    ended = labproof(tmp_path, "grade", "--inventory", str(dead), "--section", "base")
    assert ended.returncode == 3
    assert ended.stdout.count("not reached: ") == 2


def test_one_dead_port_for_both_machines(tmp_path: Path) -> None:
    """Two machines at one host and port are refused before anything is asked."""
    path = tmp_path / "one.toml"
    path.write_text('[master]\nhost = "127.0.0.1"\nport = 1\n[node]\nhost = "127.0.0.1"\nport = 1\n', encoding="utf-8")
    ended = labproof(tmp_path, "grade", "--inventory", str(path))
    assert ended.returncode == 2
    assert "master and node are both at 127.0.0.1 port 1: name two machines" in ended.stderr


def test_machines_that_let_nobody_in(tmp_path: Path) -> None:
    """Machines that answer and let nobody in cannot be graded: that is told as quickly, and leaks as little."""
    servers = [ShellServer(password="another one") for _ in range(2)]
    tables = zip(("master", "node"), servers, strict=True)
    path = tmp_path / "shut.toml"
    path.write_text(
        "".join(f'[{n}]\nhost = "127.0.0.1"\nport = {s.port}\npassword = "ce8f-never-shown"\n' for n, s in tables),
        encoding="utf-8",
    )
    ended = labproof(tmp_path, "grade", "--inventory", str(path), HOME=str(tmp_path), SSH_AUTH_SOCK="")
    for server in servers:
        server.close()
    assert (ended.returncode, ended.stderr) == (3, "")
    assert ended.stdout.count("not reached: ") == 2
    assert "ce8f-never-shown" not in ended.stdout
    assert not [
        f for f in (tmp_path / "runs").rglob("*") if f.is_file() and "ce8f-never-shown" in f.read_text(encoding="utf-8")
    ]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("grade", "--", "--patience", "nan"), "--patience: expected seconds from 0 on, found nan"),
        (("grade", "--", "--patience", "inf"), "--patience: expected seconds from 0 on, found inf"),
        (("grade", "--", "--patience=-1"), "--patience: expected seconds from 0 on, found -1.0"),
        (
            ("grade", "--", "--profile", "prod"),
            "--profile (LAB_PROFILE): expected handout or rehearsal or official, found 'prod'",
        ),
        (("grade", "--reboot"), "--reboot: machines of an inventory are not restarted by Labproof; restart them"),
        (("lab", "--milestones"), "--milestones: machines of an inventory cannot be saved by Labproof; leave it out"),
        (("reset", "--to", "docker"), "reset: machines of an inventory cannot be brought back by Labproof"),
    ],
)
def test_what_an_inventory_cannot_follow(tmp_path: Path, dead: Path, arguments: tuple[str, ...], says: str) -> None:
    """What makes no sense, or not with an inventory, is refused with what to do instead."""
    command, *more = arguments
    ended = labproof(tmp_path, command, "--inventory", str(dead), *more)
    assert ended.returncode == 2
    assert says in ended.stderr


@pytest.mark.parametrize(
    ("variable", "says"),
    [
        ("LAB_PROFILE", "--profile (LAB_PROFILE): expected handout or rehearsal or official, found 'prod'"),
        ("LAB_PROVIDER", "--provider (LAB_PROVIDER): expected virtualbox, libvirt, lxc, found 'prod'"),
    ],
)
def test_environment_is_checked_with_a_replay_too(tmp_path: Path, variable: str, says: str) -> None:
    """What stands in the environment is an option like any other, also where no machine is used."""
    ended = labproof(tmp_path, "demo", **{variable: "prod"})
    assert ended.returncode == 2
    assert says in ended.stderr


def test_working_through_an_inventory_needs_no_milestones(tmp_path: Path, dead: Path) -> None:
    """`labproof lab` with an inventory asks for no milestones: it ends with the machines, not with the option."""
    ended = labproof(tmp_path, "lab", "--inventory", str(dead))
    assert ended.returncode == 3
    assert "a machine of the inventory does not answer" in ended.stderr
    assert "milestone" not in ended.stdout + ended.stderr
