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


def order(*options: str) -> list[str]:
    """Return the scenarios that are collected, in the order in which they would be run."""
    return [line.partition("::test_")[2] for line in collect(*options).stdout.splitlines() if "::" in line]


def test_no_work_waits_for_a_look_that_nothing_needs() -> None:
    """Performing, what takes its time is looked at right before what needs it, or at the end."""
    names = order()
    pods, traffic = "pods_have_addresses_and_find_services_by_name", "traffic_crosses_the_nodes"
    assert pods in names[: names.index(traffic)]
    assert names[-2:] == ["the_control_plane_runs_in_pods", "calicos_controllers_run"]


def test_work_goes_on_while_what_was_made_comes_up() -> None:
    """Calico and the Dashboard come up while the node joins; what came of them is looked at before it is needed."""
    names, work = (
        order(),
        ["calico_connects_the_pods", "the_dashboard_runs_on_port_30000", "the_node_joins_the_cluster"],
    )
    first = names.index(work[0])
    assert names[first : first + 3] == work
    calico, dashboard, node = (names.index(f"{name}[look]") for name in work)
    assert first + 3 == calico < node < names.index("the_node_is_managed_like_master") < dashboard
    assert dashboard < names.index("dashboardadmin_administers_the_cluster")


SLOW = ["pods_have_addresses_and_find_services_by_name", "traffic_crosses_the_nodes"]


def test_what_takes_time_to_be_seen_is_looked_at_last() -> None:
    """Who only looks sees what probe Pods see, and what needs that, behind all else."""
    names = order("--mode", "verify")
    assert names[-3:] == [*SLOW, "nginx_is_deployed_through_the_dashboard"]
    course = order("--mode", "verify", "-x")
    assert set(names) == set(course)
    assert names[:-3] == [name for name in course if name not in names[-3:]]


@pytest.mark.parametrize("options", [["--milestones"], ["-x"], ["--mode", "verify", "-x"]], ids=" ".join)
def test_section_is_judged_before_the_next(options: list[str]) -> None:
    """Who saves machines, or stops at a failure, has every section judged before the next begins."""
    names = order(*options)
    assert set(names) == {name.partition("[")[0] for name in order()}
    assert names.index("the_control_plane_runs_in_pods") + 1 == names.index("calico_connects_the_pods")
    assert names.index("calicos_controllers_run") < names.index("the_dashboard_runs_on_port_30000")
    assert names.index(SLOW[0]) < names.index("the_dashboard_runs_on_port_30000")


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
