"""Misfortune on a real, finished lab: no fault of ours or of the weather costs a point."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from labproof.ground.places import course_dir
from labproof.providers.grader_key import private_key
from labproof.records.evidence import find_break

MASTER, NODE = "192.168.200.10", "192.168.200.20"


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the runs of a test away from the checkout's own."""
    monkeypatch.setenv("LABPROOF_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"


def start(*options: str) -> subprocess.Popen[str]:
    """Start grading in a process of its own."""
    argv = [sys.executable, "-m", "labproof.cli", "grade", "--", "--patience=3", *options]
    return subprocess.Popen(
        argv,
        cwd=course_dir(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # A shell's background job ignores Ctrl-C, and so would what it starts.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def wait_for(process: subprocess.Popen[str], text: str) -> None:
    """Read the progress until a text shows in it."""
    assert process.stdout is not None
    for line in process.stdout:
        if text in line:
            return
    pytest.fail(f"the grading ended before it said {text!r}")


def outcomes(runs: Path) -> dict[str, float]:
    """Return the score of the newest run."""
    score: dict[str, float] = json.loads((runs / "latest" / "result.json").read_text())["score"]
    return score


def root(address: str, command: str, check: bool = True) -> str:
    """Run a command as root on a machine."""
    argv = ["ssh", "-q", "-i", str(private_key()), "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no"]
    argv += ["-o", "UserKnownHostsFile=/dev/null", f"root@{address}", command]
    return subprocess.run(argv, check=check, capture_output=True, text=True, timeout=60).stdout


@contextmanager
def frozen(container: str) -> Iterator[None]:
    """Keep a machine from doing anything."""
    subprocess.run(["lxc-freeze", "-n", container], check=True, timeout=30)
    try:
        yield
    finally:
        subprocess.run(["lxc-unfreeze", "-n", container], check=True, timeout=30)


def healthy(runs: Path) -> None:
    """Grade again until the lab is whole: what a misfortune leaves must heal or be undone by its test."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        process = start()
        process.communicate(timeout=200)
        if process.returncode == 0:
            return
    pytest.fail(f"the lab did not become whole again: {outcomes(runs)}")


def test_a_frozen_machine_costs_no_point(runs: Path) -> None:
    """What a machine that hangs would have shown is undetermined, and the grading ends by itself."""
    process = start()
    wait_for(process, "The firewall is off")
    with frozen("labproof-node"):
        process.communicate(timeout=300)
    score = outcomes(runs)
    assert score["lost"] == 0
    assert score["undetermined"] > 0
    assert process.returncode == 3
    healthy(runs)


def test_a_killed_sshd_costs_no_point(runs: Path) -> None:
    """A connection that is cut in the middle is made again or leaves things undetermined, never lost."""
    process = start()
    wait_for(process, "The firewall is off")
    root(MASTER, "pkill -KILL sshd", check=False)
    process.communicate(timeout=300)
    assert outcomes(runs)["lost"] == 0
    healthy(runs)


def test_an_api_that_goes_away_costs_no_point(runs: Path) -> None:
    """An API that was well and is gone is out of sight; it was not the student who took it."""
    process = start()
    wait_for(process, "root on master has a kubeconfig")
    root(MASTER, "docker kill $(docker ps -q --filter label=io.kubernetes.container.name=kube-apiserver)")
    process.communicate(timeout=300)
    assert outcomes(runs)["lost"] == 0
    healthy(runs)


def test_a_command_that_never_ends_stops_nothing(runs: Path) -> None:
    """A command that hangs is given up in time, and every other criterion is judged."""
    root(NODE, "mv /usr/bin/rpm /usr/bin/rpm.before")
    root(NODE, "printf '#!/bin/sh\\nexec sleep 600\\n' > /usr/bin/rpm; chmod +x /usr/bin/rpm")
    try:
        process = start("--section=docker")
        process.communicate(timeout=300)
        assert outcomes(runs)["lost"] == 0
        sections = json.loads((runs / "latest" / "result.json").read_text())["sections"]
        (docker,) = (section["score"] for section in sections if section["id"] == "docker")
        # Only what rests on that command is out of sight.
        assert 0 < docker["undetermined"] < docker["earned"]
    finally:
        root(NODE, "mv /usr/bin/rpm.before /usr/bin/rpm")
    healthy(runs)


def test_a_full_disk_leaves_a_valid_result(runs: Path, tmp_path: Path) -> None:
    """With no space left the run ends with status 3, says so, and leaves nothing half written."""
    small = tmp_path / "runs"
    small.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "none", str(small)], check=True)
    try:
        process = start()
        said, _ = process.communicate(timeout=300)
        assert process.returncode == 3
        assert "free some space" in said
        newest = small / "latest"
        assert find_break(newest / "evidence.jsonl") == ""
        if (newest / "result.json").exists():
            json.loads((newest / "result.json").read_text())
    finally:
        subprocess.run(["umount", str(small)], check=True)


def test_a_killed_grader_leaves_a_valid_result_and_no_pods(runs: Path) -> None:
    """kill -9 in the middle leaves whole files, no probe Pod, and a second run grades everything."""
    process = start()
    wait_for(process, "Calico connects the Pods")
    process.kill()
    process.communicate(timeout=30)
    json.loads((runs / "latest" / "result.json").read_text())
    assert find_break(runs / "latest" / "evidence.jsonl") == ""
    deadline = time.monotonic() + 60
    left = "some"
    while left and time.monotonic() < deadline:
        left = root(MASTER, "kubectl get namespace -o name | grep labproof-probe || true").strip()
    assert left == ""
    healthy(runs)


def test_an_interrupt_writes_what_is_known(runs: Path) -> None:
    """Ctrl-C ends with status 130 and a report; what was not reached is undetermined."""
    process = start()
    wait_for(process, "The firewall is off")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=120)
    assert process.returncode == 130
    result = json.loads((runs / "latest" / "result.json").read_text())
    assert result["ended"] == "interrupted"
    assert result["score"]["lost"] == 0
    assert result["score"]["earned"] > 0
    assert (runs / "latest" / "report.html").exists()


def test_two_graders_at_once_do_not_disturb_each_other(runs: Path) -> None:
    """Two people may grade the same lab at the same time."""
    processes = [start(), start()]
    threads = [threading.Thread(target=p.communicate, kwargs={"timeout": 300}) for p in processes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    results = [json.loads(p.read_text()) for p in runs.glob("2*/result.json")]
    assert len(results) == 2
    assert all(r["score"]["lost"] == 0 for r in results)
    assert os.path.islink(runs / "latest")
