"""The command line on a computer that is no Unix, as far as one can be had here: see `other_system.py`."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from labproof.ground.places import engine_dir

PROGRAM = Path(__file__).with_name("other_system.py")
INVENTORY = '[master]\nhost = "127.0.0.1"\nport = 1\n[node]\nhost = "127.0.0.1"\nport = 2\n'
Labproof = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder with spaces and Chinese letters, in which a demo was graded."""
    folder = tmp_path_factory.mktemp("other") / "学生 one"
    folder.mkdir()
    (folder / "机器.toml").write_text(INVENTORY, encoding="utf-8")
    status, said = _run(folder, "demo")
    assert status == 0, said
    return folder


def _run(home: Path, *arguments: str) -> tuple[int, str]:
    """Run a command where nothing but ASCII is the language of the system, as old Windows programs meet it."""
    environment = {
        "HOME": str(home),
        "PATH": os.defpath,
        "LABPROOF_VM_BOX_URL": str(home / "a.box"),
        "LABPROOF_RUNS": str(home / "运行 runs"),
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        # Another kind of lock takes the place of the one that only Unix has; Windows has its own.
        "PYTHONWARNINGS": "ignore:only soft file lock",
    }
    argv = [sys.executable, str(PROGRAM), *arguments]
    done = subprocess.run(argv, capture_output=True, check=False, cwd=home, env=environment)
    return done.returncode, (done.stdout + done.stderr).decode("utf-8", errors="replace")


def _demo(home: Path) -> str:
    return str(next((home / "运行 runs").glob("*-demo")))


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("status",),
        ("runs",),
        ("sections",),
        ("explain", "docker.file"),
        ("rubric", "show"),
        ("class", "--help"),
        ("doctor", "--help"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_what_only_reads_works(home: Path, arguments: tuple[str, ...]) -> None:
    """Commands that touch no machine need nothing of Unix."""
    status, said = _run(home, *arguments)
    assert (status, "Labproof itself" in said.replace("or Labproof itself failed", "")) == (0, False), said


@pytest.mark.parametrize("command", ["regrade", "verify-evidence", "report"])
def test_a_recorded_run_can_be_worked_on(home: Path, command: str) -> None:
    """Regrading a run, checking it and finding its report work there."""
    status, said = _run(home, command, _demo(home))
    assert status == 0, said


def test_machines_of_an_inventory_are_asked(home: Path) -> None:
    """Machines that do not answer are told, and cost nobody a point; the run becomes the latest without a link."""
    status, said = _run(home, "grade", "--inventory", "机器.toml")
    assert status == 3, said
    assert "100 undetermined of 100 points" in said
    latest = home / "运行 runs" / "latest"
    assert not latest.is_symlink()
    status, said = _run(home, "report")
    assert status == 0, said
    assert latest.read_text(encoding="utf-8").strip() in said


def test_machines_are_refused_with_what_is_missing(home: Path) -> None:
    """Without VirtualBox `up` says so, and nothing of apt-get or of a module that is not there."""
    status, said = _run(home, "up", "--provider", "virtualbox")
    assert status == 3
    assert "VBoxManage is not installed" in said
    assert "apt-get" not in said


def test_the_doctor_says_what_is_missing(home: Path) -> None:
    """What a student runs first works everywhere."""
    (home / "a.box").write_text("a box")
    status, said = _run(home, "doctor", "--provider", "virtualbox", "--json")
    assert status == 3, said
    assert '"can_run": false' in said


def test_the_report_is_utf_8(home: Path) -> None:
    """Whatever the system's language is, files are written in one encoding."""
    report = Path(_demo(home), "report.html").read_bytes()
    assert "Labproof" in report.decode("utf-8")
    assert b"\r\n" not in report


def test_only_rooms_of_linux_import_what_only_unix_has() -> None:
    """The rehearsal and a browser's own network do; whatever else needs such a module asks for it when it is used."""
    words = ("\nimport fcntl", "\nimport resource", "\nimport pwd", "\nimport grp", "\nimport termios", "\nimport pty")
    files = [p for folder in ("labproof", "steps") for p in sorted((engine_dir() / folder).rglob("*.py"))]
    found = {p.relative_to(engine_dir()).as_posix() for p in files if any(w in p.read_text("utf-8") for w in words)}
    assert {name for name in found if not name.startswith("labproof/rehearsal/")} == {
        "labproof/connection/own_network.py"
    }
