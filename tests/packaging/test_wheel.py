"""The wheel: what somebody installs who has no checkout."""

import os
import site
import subprocess
import sys
from pathlib import Path

import pytest

from labproof.ground.places import engine_dir

FOLDER = "a class 课程 of one"


def _run(*argv: str | Path, cwd: Path, **environment: str) -> str:
    done = subprocess.run(argv, capture_output=True, encoding="utf-8", check=False, cwd=cwd, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder with spaces and Chinese letters, in which the wheel is installed."""
    folder = tmp_path_factory.mktemp("wheel") / FOLDER
    folder.mkdir()
    checkout = folder / "checkout"
    copied = ("labproof", "steps", "features", "exercises", "reports", "standins", "vagrant", "tests/recordings/full")
    for name in (*copied, "setup.py", "pyproject.toml", "conftest.py", "README.md"):
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout / name).symlink_to(engine_dir() / name)
    environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    pip = (sys.executable, "-m", "pip", "--quiet")
    _run(*pip, "wheel", "--no-deps", "-w", folder, checkout, cwd=folder, **environment)
    venv = folder / "环境 venv"
    _run(sys.executable, "-m", "venv", "--without-pip", venv, cwd=folder, **environment)
    packages = next(venv.glob("lib/python*/site-packages"))
    wheel = next(folder.glob("labproof-*.whl"))
    _run(*pip, "--python", venv / "bin" / "python", "install", "--no-deps", wheel, cwd=folder, **environment)
    # What it depends on is there already; an installation in place is not among it.
    (packages / "dependencies.pth").write_text("\n".join(site.getsitepackages()), encoding="utf-8")
    return folder


def _labproof(home: Path, *arguments: str) -> str:
    environment = {"HOME": str(home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    return _run(home / "环境 venv" / "bin" / "labproof", *arguments, cwd=home, **environment)


def test_an_installed_labproof_has_its_course(home: Path) -> None:
    """`labproof --help` and `labproof sections` work where there is no checkout."""
    assert "doctor" in _labproof(home, "--help")
    assert "kuboard" in _labproof(home, "sections")


def test_an_installed_labproof_shows_its_demo(home: Path) -> None:
    """`labproof demo` grades the recording that it carries, and its report lies in the home folder, not in its own."""
    said = _labproof(home, "demo")
    assert "score: 100 earned of 100 points (finished)" in said
    (report,) = home.glob("labproof/runs/*-demo/report.html")
    assert str(report) in said


def test_a_recorded_run_is_graded_again(home: Path) -> None:
    """Regrading, explaining and listing work from the installation too."""
    recording = engine_dir() / "tests" / "recordings" / "full"
    assert "100 earned of 100" in _labproof(home, "regrade", str(recording))
    assert "docker.file" in _labproof(home, "explain", "docker.file")
    assert "regrade" in _labproof(home, "runs")
