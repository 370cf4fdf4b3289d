"""Choosing, reordering and stopping as pytest's users do: what a criterion is worth never depends on it."""

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest

from labproof.ground.places import course_dir

RECORDINGS = course_dir() / "tests" / "recordings"
FULL, BROKEN = RECORDINGS / "full", RECORDINGS / "broken-nginx-target-port"


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the runs of a test away from the checkout's own."""
    monkeypatch.setenv("LABPROOF_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"


def run(*options: str, recording: Path = FULL, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the course on a recording, as a person would with pytest."""
    line = [sys.executable, "-m", "pytest", "-q", "--replay", str(recording), *options]
    if not any(option.startswith("features") for option in options):
        line.append("features")
    if not any(option.startswith("cache_dir") for option in options):
        line += ["-p", "no:cacheprovider"]
    return subprocess.run(
        line, cwd=course_dir(), capture_output=True, text=True, timeout=120, env={**os.environ, **environment}
    )


def result(runs: Path) -> dict[str, Any]:
    """Return the result of the newest run."""
    newest = max((p for p in runs.iterdir() if not p.is_symlink()), key=lambda p: p.stat().st_mtime_ns)
    loaded: dict[str, Any] = json.loads((newest / "result.json").read_text(encoding="utf-8"))
    return loaded


def worth(runs: Path) -> dict[str, str]:
    """Return the outcome of every criterion of the newest run."""
    sections = result(runs)["sections"]
    return {c["id"]: c["outcome"] for s in sections for sc in s["scenarios"] for c in sc["criteria"]}


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        (["features/03_init.feature"], 5),
        (["features/03_init.feature::the images are loaded"], 1),
        (["features/03_init.feature::test_the_images_are_loaded", "features/04_calico.feature"], 4),
        (["features", "-m", "docker"], 4),
        (["features", "-k", "kuboard"], 1),
    ],
)
def test_every_way_of_selecting_runs_just_that(asked: list[str], count: int, runs: Path) -> None:
    """Paths of features, scenarios, markers and expressions choose what they name and nothing else."""
    ended = run(*asked)
    scenarios = [sc for s in result(runs)["sections"] for sc in s["scenarios"] if sc["use"] != "none"]
    assert len(scenarios) == count, ended.stdout + ended.stderr
    assert "Exit" not in ended.stdout


def test_nothing_selected_is_a_usage_error(runs: Path) -> None:
    """A selection that leaves nothing says so, touches nothing and ends with 2."""
    ended = run("-k", "nonsense")
    assert ended.returncode == 2
    assert "nothing was selected" in ended.stderr
    assert not runs.exists()


def test_unknown_scenario_names_the_known(runs: Path) -> None:
    """A scenario that a feature does not have is answered, once, with those that it has."""
    ended = run("features/04_calico.feature::nonsense")
    assert ended.returncode == 2
    assert ended.stderr.count("no such scenario; there are: Calico connects the Pods;") == 1
    assert "Exit" not in ended.stdout
    assert not runs.exists()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--section", "nope"], "error: --section: no section 'nope'"),
        (["--from", "nope"], "error: --from: no section 'nope'"),
        (["--section", "concepts"], "add --concepts"),
    ],
)
def test_refused_input_is_said_once(options: list[str], says: str, runs: Path) -> None:
    """What is refused is said on one line, once, with exit status 2."""
    ended = run(*options)
    assert ended.returncode == 2
    assert (ended.stdout + ended.stderr).count(says) == 1
    assert len((ended.stdout + ended.stderr).strip().splitlines()) == 1


def test_failed_first_changes_no_outcome(runs: Path, tmp_path: Path) -> None:
    """With --ff, which reorders, every criterion has the outcome that it has without."""
    cache = f"cache_dir={tmp_path / 'cache'}"
    run("-o", cache, recording=BROKEN)
    plain = worth(runs)
    ended = run("-o", cache, "--ff", recording=BROKEN)
    assert worth(runs) == plain
    assert ended.returncode == 1


def test_last_failed_runs_what_failed(runs: Path, tmp_path: Path) -> None:
    """With --lf only the scenario that failed runs."""
    cache = f"cache_dir={tmp_path / 'cache'}"
    run("-o", cache, recording=BROKEN)
    ended = run("-o", cache, "--lf", recording=BROKEN)
    used = [sc["name"] for s in result(runs)["sections"] for sc in s["scenarios"] if sc["use"] != "none"]
    assert used == ["nginx is deployed through the Dashboard"], ended.stdout


@pytest.mark.parametrize("option", ["-x", "--maxfail=1"])
def test_stopping_is_no_interrupt(option: str, runs: Path) -> None:
    """A session that ends at the first failure, as was asked, has lost points: 1, not 130; its result says so."""
    ended = run(option, recording=BROKEN)
    assert ended.returncode == 1
    assert result(runs)["ended"] == "stopped early, as was asked"
    assert worth(runs)["nginx.page@master"] == "failed"


def test_stepwise_is_no_interrupt(runs: Path, tmp_path: Path) -> None:
    """The same with --stepwise, which needs pytest's cache."""
    ended = run("-o", f"cache_dir={tmp_path / 'cache'}", "--sw", recording=BROKEN)
    assert ended.returncode == 1


@pytest.mark.parametrize("options", ["--section docker", "-k docker", "-x"])
def test_options_from_the_environment_do_not_choose_what_is_graded(options: str, runs: Path) -> None:
    """labproof's own commands take no options that somebody keeps in the environment for other tests."""
    line = [sys.executable, "-m", "labproof.cli", "demo"]
    environment = {**os.environ, "PYTEST_ADDOPTS": options}
    ended = subprocess.run(
        line, cwd=course_dir(), capture_output=True, text=True, timeout=120, env=environment, check=False
    )
    assert (ended.returncode, result(runs)["score"]["earned"]) == (0, 100), ended.stdout + ended.stderr


DISTRIBUTION = """
def pytest_addoption(parser):
    parser.addoption("-N", "--numprocesses", dest="numprocesses", type=int)
"""


def test_several_processes_are_refused(tmp_path: Path, runs: Path) -> None:
    """Two processes would act on one lab at once: pytest-xdist's option is refused before anything begins."""
    (tmp_path / "distribution.py").write_text(DISTRIBUTION, encoding="utf-8")
    ended = run("-p", "distribution", "--numprocesses", "2", PYTHONPATH=str(tmp_path))
    assert ended.returncode == 2
    assert "one lab is worked on by one process at a time" in ended.stderr
    assert not runs.exists()


def test_junit_has_criteria_and_points(tmp_path: Path, runs: Path) -> None:
    """JUnit XML holds, scenario by scenario, each criterion with its outcome and points, and the score of the whole."""
    target = tmp_path / "junit.xml"
    run(f"--junitxml={target}", recording=BROKEN)
    suite = ElementTree.parse(target).getroot().find("testsuite")
    assert suite is not None
    found = {p.attrib["name"]: p.attrib["value"] for p in suite.iter("property")}
    recorded = worth(runs)
    assert recorded.keys() <= found.keys()
    assert found["nginx.page@master"] == "failed, 0 of 1.5 points"
    assert found["labproof.earned"] == f"{result(runs)['score']['earned']:g}"


def test_unknown_option_of_pytest_is_a_usage_error() -> None:
    """An option that pytest does not know ends a command of labproof with 2, as any other wrong option."""
    line = [sys.executable, "-m", "labproof.cli", "grade", "--", "--nonsense"]
    ended = subprocess.run(line, cwd=course_dir(), capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 2
