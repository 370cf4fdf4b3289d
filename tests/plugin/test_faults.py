"""An error of our own, or of the course: told with its file, never a student's score, and its own exit status."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from labproof.ground.places import course_dir
from labproof.records.model import RunRecord
from tests.newest import newest

RECORDING = course_dir() / "tests" / "recordings" / "full"
PARTS = ("labproof", "steps", "features", "exercises", "reports", "vagrant", "standins")
IMPORT = "import pytest\n"

IN_A_HOOK = """
def pytest_bdd_before_step(step):
    if "SELinux will not" in step.name:
        raise RuntimeError("boom")
"""
BEFORE_A_SCENARIO = """
@pytest.hookimpl(trylast=True)
def pytest_bdd_before_scenario(scenario):
    if scenario.name == "SELinux is off":
        raise RuntimeError("boom")
"""
IN_A_FIXTURE = """
@pytest.fixture(autouse=True)
def broken(request):
    if "selinux" in request.node.name:
        raise RuntimeError("boom")
"""
IN_A_FIXTURE_OF_A_STEP = """
from labproof.session.course_run import CourseRun

performer = CourseRun.performer

def boom(run, item):
    if "selinux" in item.name:
        raise RuntimeError("boom")
    return performer(run, item)

CourseRun.performer = boom
"""
SKIPPED_BY_A_STEP = """
def pytest_bdd_before_step_call(step):
    if "SELinux will not" in step.name:
        pytest.skip("boom")
"""
IN_A_STEP = """
import sys
from labproof.ground.places import course_dir

# The run itself does so only later.
sys.path.insert(0, str(course_dir()))
from steps.probes import selinux

def boom(machine):
    raise RuntimeError("boom")

selinux.mode = selinux.configured = boom
"""
IN_THE_ENGINE = """
def pytest_runtest_logreport(report):
    if "selinux" in report.nodeid:
        raise RuntimeError("boom")
"""
IN_TEARDOWN = """
def pytest_runtest_teardown(item, nextitem):
    if nextitem is None:
        raise RuntimeError("boom")
"""
IN_THE_REPORT = """
from labproof.showing import report

def boom(run, folder):
    raise RuntimeError("boom")

report.write = boom
"""
MAKING_LOGGERS = """
import logging

class Maker(logging.Logger):
    def addHandler(self, handler):
        super().addHandler(handler)
        logging.getLogger(f"made.{len(logging.Logger.manager.loggerDict)}")

# pytest looks through all loggers around each scenario, and comes to this one: it makes another just then.
maker = logging.Logger.manager.loggerDict["maker"] = Maker("maker")
maker.propagate = False
"""

WITH_A_PLUGIN = """
import sys
import breaking
import pytest

plain = pytest.main
pytest.main = lambda arguments, plugins: plain([*arguments, "-p", "no:cacheprovider"], plugins=[*plugins, breaking])
from labproof.cli import main

main(sys.argv[1:])
"""


def run(folder: Path, plugin: str, *options: str) -> tuple[subprocess.CompletedProcess[str], RunRecord]:
    """Grade the recording of a full lab with a plugin that breaks something."""
    (folder / "breaking.py").write_text(IMPORT + plugin, encoding="utf-8")
    (folder / "start.py").write_text(WITH_A_PLUGIN, encoding="utf-8")
    line = [sys.executable, str(folder / "start.py"), *options, "regrade", str(RECORDING)]
    environment = {**os.environ, "LABPROOF_RUNS": str(folder / "runs")}
    done = subprocess.run(line, cwd=course_dir(), env=environment, capture_output=True, text=True, timeout=120)
    return done, newest(folder / "runs").load()


@pytest.mark.parametrize(
    ("plugin", "undetermined"),
    [
        pytest.param(IN_A_HOOK, {"base.selinux-boot@master", "base.selinux-boot@node"}, id="a hook"),
        pytest.param(BEFORE_A_SCENARIO, None, id="before a scenario"),
        pytest.param(IN_A_FIXTURE, None, id="a fixture"),
        pytest.param(IN_A_FIXTURE_OF_A_STEP, None, id="a fixture of a step"),
        pytest.param(IN_A_STEP, None, id="a step"),
        pytest.param(SKIPPED_BY_A_STEP, {"base.selinux-boot@master", "base.selinux-boot@node"}, id="a step that skips"),
    ],
)
def test_error_of_ours_costs_nobody_points(tmp_path: Path, plugin: str, undetermined: set[str] | None) -> None:
    """What an error of ours kept from being judged is undetermined by name; the run is broken and ends with 3."""
    done, result = run(tmp_path, plugin)
    unseen = {c.id: c.reason for c in result.criteria if c.outcome == "undetermined"}
    expected = undetermined or {
        f"base.selinux-{when}@{name}" for when in ("now", "boot") for name in ("master", "node")
    }
    assert set(unseen) == expected, done.stdout + done.stderr
    for reason in unseen.values():
        assert reason.startswith("an error of Labproof itself: ")
        assert f": boom ({tmp_path}/breaking.py:" in reason
    assert result.score.lost == 0
    assert (result.ended, done.returncode) == ("broken", 3)
    assert done.stderr.count("error: an error of Labproof itself: ") == 1
    assert "Traceback" not in done.stderr


def test_error_of_the_engine_is_the_reason_of_all_that_follows(tmp_path: Path) -> None:
    """When the engine itself breaks, what was judged stays, and the rest says why it was not judged."""
    done, result = run(tmp_path, IN_THE_ENGINE)
    assert (result.ended, done.returncode) == ("broken", 3)
    assert result.score.earned > 0
    reasons = {c.reason for c in result.criteria if c.outcome == "undetermined"}
    assert reasons == {f"an error of Labproof itself: RuntimeError: boom ({tmp_path}/breaking.py:5)"}
    assert "INTERNALERROR" not in done.stdout + done.stderr


@pytest.mark.parametrize("plugin", [IN_TEARDOWN, IN_THE_REPORT], ids=["a teardown", "the report"])
def test_error_after_the_last_criterion_is_told(tmp_path: Path, plugin: str) -> None:
    """An error of ours after everything was judged takes no point, but the run is not called finished."""
    done, result = run(tmp_path, plugin)
    assert result.score.earned == 100
    assert (result.ended, done.returncode) == ("broken", 3)
    assert f"RuntimeError: boom ({tmp_path}/breaking.py:" in done.stderr


def test_debug_shows_the_traceback(tmp_path: Path) -> None:
    """With --debug the traceback of an error of ours is shown, once."""
    done, _ = run(tmp_path, IN_A_HOOK, "--debug")
    assert done.stderr.count("Traceback (most recent call last)") == 1
    assert 'raise RuntimeError("boom")' in done.stderr


def test_run_without_an_error_is_finished(tmp_path: Path) -> None:
    """The same run with nothing broken is finished, full, and ends with 0: what fails above is what was broken."""
    done, result = run(tmp_path, "")
    assert (result.ended, done.returncode, done.stderr) == ("finished", 0, "")


def test_loggers_may_be_made_at_any_moment(tmp_path: Path) -> None:
    """Threads that connect to machines make loggers while pytest looks through them: that costs no scenario."""
    done, result = run(tmp_path, MAKING_LOGGERS)
    assert (result.ended, done.returncode, done.stderr) == ("finished", 0, "")
    assert result.score.earned == 100


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the course and its engine, to be broken."""
    for part in PARTS:
        ignored = shutil.ignore_patterns("runs", "__pycache__", "mistakes")
        shutil.copytree(course_dir() / part, tmp_path / part, ignore=ignored)
    for name in ("conftest.py", "pyproject.toml"):
        shutil.copy(course_dir() / name, tmp_path)
    return tmp_path


def collect(checkout: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the copy's own command line on a recording; no session of it comes to a lab here."""
    line = [sys.executable, "-m", "labproof.cli", *options, "regrade", str(RECORDING)]
    environment = {**os.environ, "PYTHONPATH": str(checkout), "LABPROOF_RUNS": str(checkout / "runs")}
    return subprocess.run(line, cwd=checkout, env=environment, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        (
            "steps/base.py",
            "import no_such_module\n",
            "ModuleNotFoundError: No module named 'no_such_module' (steps/base.py:1)",
        ),
        ("steps/docker.py", "x = 1\ndef broken(\n", "SyntaxError: '(' was never closed (steps/docker.py:2)"),
        ("steps/init.py", "\n1 / 0\n", "ZeroDivisionError: division by zero (steps/init.py:2)"),
        (
            "features/test_features.py",
            "def broken(\n",
            "SyntaxError: '(' was never closed (features/test_features.py:1)",
        ),
        ("features/test_features.py", "import no_such_module\n", "(features/test_features.py:1)"),
        ("features/test_features.py", "1 / 0\n", "ZeroDivisionError: division by zero (features/test_features.py:1)"),
    ],
)
def test_code_that_cannot_be_imported_is_ours(checkout: Path, name: str, text: str, place: str) -> None:
    """Code of the course that cannot be imported is told in one line with its place, and ends with 3."""
    (checkout / name).write_text(text, encoding="utf-8")
    done = collect(checkout)
    assert done.returncode == 3, done.stdout + done.stderr
    assert place in done.stderr
    assert "Traceback" not in done.stderr
    assert not (checkout / "runs").exists()


def test_debug_shows_what_cannot_be_imported(checkout: Path) -> None:
    """With --debug the traceback of the import is shown."""
    (checkout / "steps" / "base.py").write_text("import no_such_module\n", encoding="utf-8")
    assert "Traceback (most recent call last)" in collect(checkout, "--debug").stderr


def test_broken_course_is_told_before_anything_runs(checkout: Path) -> None:
    """Several broken files are told together, each with its line, instead of an error while collecting; exit 2."""
    (checkout / "features" / "02_docker.feature").write_text("Featur: x\n", encoding="utf-8")
    feature = checkout / "features" / "03_init.feature"
    feature.write_bytes(b"\xef\xbb\xbf" + feature.read_bytes())
    (checkout / "exercises" / "04-calico" / "exercise.toml").unlink()
    facts = checkout / "exercises" / "course.toml"
    facts.write_text(facts.read_text("utf-8").replace("10.122.0.0/16", "10.122.0.0/33"), "utf-8")
    done = collect(checkout)
    assert done.returncode == 2, done.stdout + done.stderr
    for place in (
        f"{checkout}/exercises/course.toml: cluster.pod_cidr: '10.122.0.0/33' is no range",
        f"{checkout}/exercises/04-calico/exercise.toml: missing",
        f"{checkout}/features/02_docker.feature:1: ",
        f"{checkout}/features/03_init.feature:1: a byte order mark",
    ):
        assert place in done.stderr
    assert "error during collection" not in done.stdout + done.stderr
    assert not (checkout / "runs").exists()


def test_same_name_in_two_features_is_refused(checkout: Path) -> None:
    """Two scenarios of one name in two features are refused; before, the wrong one was chosen."""
    feature = checkout / "features" / "02_docker.feature"
    name = next(line for line in feature.read_text("utf-8").splitlines() if "Scenario:" in line)
    feature.write_text(feature.read_text("utf-8").replace(name, "  Scenario: Swap is off"), "utf-8")
    done = collect(checkout)
    assert done.returncode == 2
    assert "02_docker.feature: scenario 'Swap is off': 01_base.feature has a scenario of this name too" in done.stderr
