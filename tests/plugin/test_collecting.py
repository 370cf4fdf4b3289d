"""What a session of the course chooses, before any machine is touched."""

import subprocess
import sys
from pathlib import Path

import pytest

from labproof.ground.places import course_dir


def collect(*options: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "pytest", "features", "--collect-only", "-q", "-p", "no:cacheprovider", *options]
    return subprocess.run(line, cwd=course_dir(), capture_output=True, text=True, timeout=60)


def test_course_is_whole() -> None:
    """Every sentence of the course is bound exactly once, or nothing would be collected."""
    collected = collect()
    assert collected.returncode == 0, collected.stdout + collected.stderr
    assert "test_master_reaches_both_machines_by_key" in collected.stdout


def test_section_brings_what_it_needs_and_no_more() -> None:
    """One section comes with what it needs; a section that neither needs the other is left out."""
    collected = collect("--section", "kuboard")
    assert collected.returncode == 0
    assert "test_master_reaches_both_machines_by_key" in collected.stdout
    assert "kuboard" in collected.stdout.lower()
    assert "nginx" not in collected.stdout.lower()


@pytest.mark.parametrize("option", ["--section", "--from"])
def test_unknown_section_is_a_usage_error(option: str) -> None:
    """A section that there is not ends the session with 2 and names those that there are."""
    ended = collect(option, "nonsense")
    assert ended.returncode == 2
    assert "no section 'nonsense'; there are: base, docker" in ended.stderr


def test_wrong_weights_are_a_usage_error(tmp_path: Path) -> None:
    """Weights that do not fit end the session with 2 before a machine is touched."""
    own = tmp_path / "own.toml"
    own.write_text('[points]\n"base.nothing" = 1\n', encoding="utf-8")
    ended = collect("--rubric", str(own))
    assert ended.returncode == 2
    assert "points.base.nothing: no such criterion" in ended.stderr
