"""The Dashboard's program as its container runs it."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from labproof.ground.places import course_dir
from standins.dashboard import server
from tests.standins.fake_cluster import ADMIN, FakeCluster

CSRF = "/api/v1/namespaces/kubernetes-dashboard/secrets/kubernetes-dashboard-csrf"


def surroundings(url: str, token: Path) -> dict[str, str]:
    token.write_text(ADMIN)
    return {**os.environ, "STANDIN_API": url, "STANDIN_TOKEN": str(token)}


def start(url: str, folder: Path) -> "subprocess.Popen[str]":
    argv = [sys.executable, "-m", "standins", "dashboard", "--port", "0"]
    return subprocess.Popen(
        argv,
        env=surroundings(url, folder / "token"),
        cwd=course_dir(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_without_the_api_it_ends_like_a_panic(tmp_path: Path) -> None:
    """A Dashboard that does not reach the API when it starts ends with status 2 and says why."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        gone = f"127.0.0.1:{closed.getsockname()[1]}"
    program = start(f"http://{gone}", tmp_path)
    _, said = program.communicate(timeout=20)
    assert program.returncode == 2
    assert said.startswith(
        f'panic: Get "http://{gone}{CSRF}": dial tcp {gone}: connect: connection refused\n\ngoroutine 1 [running]:'
    )


def test_it_does_not_end_when_it_is_asked_to(cluster: FakeCluster, tmp_path: Path) -> None:
    """SIGTERM does nothing, as to the original in its container: its Pod takes its 30 s."""
    cluster.put(CSRF, data={"csrf": ""})
    program = start(cluster.url, tmp_path)
    assert program.stdout is not None
    while "Serving securely on HTTPS port" not in (line := program.stdout.readline()):
        assert line, "it ended before it served"
    program.send_signal(signal.SIGTERM)
    with pytest.raises(subprocess.TimeoutExpired):
        program.wait(0.5)
    program.send_signal(signal.SIGINT)
    program.communicate(timeout=20)
    assert program.returncode == 0


def test_without_tmp_it_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a /tmp to write to it ends at once, in the original's words."""
    monkeypatch.setattr(server, "LOGS", str(tmp_path / "gone"))
    monkeypatch.setattr(server, "begin", lambda: None)
    assert server.main([]) == 2
    said = capsys.readouterr().err
    assert said.startswith("log: exiting because of error: log: cannot create log: open ")
    assert said.endswith(": no such file or directory\n")
