"""`labproof watch` and `labproof class watch`, as a person runs them."""

import os
import subprocess
import sys
from pathlib import Path

from tests.recorded_lab import roster
from tests.recorded_lab.answers import finished
from tests.recorded_lab.lab import RecordedLab


def labproof(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    own = {"LAB_PROFILE": "rehearsal", "LABPROOF_CACHE": str(folder / "cache"), "LABPROOF_RUNS": str(folder / "runs")}
    return subprocess.run(
        [sys.executable, "-m", "labproof", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, **own, "TMPDIR": str(folder)},
    )


def test_student_sees_what_turns_green(tmp_path: Path) -> None:
    """What was put right between two looks is told with its points, and no run is left behind."""
    asked: list[str] = []

    def renamed(machine: str, line: str, said: str) -> str:
        """Have the wrong name in the first look."""
        if machine == "node" and "/etc/hostname" in line:
            asked.append(line)
            return said if len(asked) > 1 else "localhost\n"
        return said

    with RecordedLab(finished(), "one", renamed) as lab:
        roster.write(tmp_path, {})
        inventory = tmp_path / "inventory.toml"
        tables = (f'[{n}]\nhost = "127.0.0.1"\nport = {p}\nkey = "{tmp_path}/key"\n' for n, p in lab.ports.items())
        inventory.write_text("".join(tables))
        done = labproof(tmp_path, "watch", "--inventory", str(inventory), "--every", "1", "--rounds", "2")
    first, _, second = done.stdout.partition("+ ")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "] next: " in first
    assert second.startswith("base.hostname")
    assert "everything is earned" in second
    assert list(tmp_path.glob("labproof-watch-*")) == []
    assert not (tmp_path / "runs").exists()


def test_what_is_wrong_with_an_option_ends_it(tmp_path: Path) -> None:
    """An inventory that cannot be read is told at once, with its status."""
    done = labproof(tmp_path, "watch", "--inventory", str(tmp_path / "none.toml"))
    assert (done.returncode, "none.toml: no such file" in done.stderr) == (2, True)


def test_class_is_watched_on_a_page(tmp_path: Path) -> None:
    """The address of the page is told, each lab has a line, and nothing stays on disk."""
    path = roster.write(tmp_path, {"007": ("Student 7", {"master": 1, "node": 2})})
    done = labproof(tmp_path, "class", "watch", str(path), "--rounds", "2", "--every", "1")
    assert done.returncode == 0, done.stderr
    assert "page: http://127.0.0.1:" in done.stdout
    assert done.stdout.count("007 Student 7: unreachable") == 1
    assert list(tmp_path.glob("labproof-watch-*")) == []
