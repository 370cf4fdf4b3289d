"""Fitting a container's request to a machine without CAP_SYS_RESOURCE, and the wrapper around it."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from labproof.rehearsal.bundle import fit_container
from labproof.rehearsal.bundle.rpms import FILES


def request(score: int, *capabilities: str) -> dict[str, Any]:
    """Return a process as an OCI request has it."""
    return {"oomScoreAdj": score, "capabilities": {"bounding": list(capabilities), "ambient": None}}


def test_low_score_and_capability_go() -> None:
    """A negative OOM score is raised, the capability dropped, all else kept."""
    container = {"hostname": "pod", "process": request(-998, "CAP_CHOWN", "CAP_SYS_RESOURCE")}
    assert fit_container.fit(container, 0)
    assert container == {"hostname": "pod", "process": request(0, "CAP_CHOWN")}


def test_harmless_request_stays() -> None:
    """A request that the machine can fulfil is left as it is."""
    process = request(100, "CAP_CHOWN")
    assert not fit_container.fit(process, 0)
    assert process == request(100, "CAP_CHOWN")
    assert not fit_container.fit({"process": {"args": ["sh"]}}, 0)


@pytest.mark.parametrize(
    ("arguments", "file"),
    [
        ("--root /run/x create --bundle /run/b --pid-file p c1", "/run/b/config.json"),
        ("create --bundle=/run/b c1", "/run/b/config.json"),
        ("run -b /run/b c1", "/run/b/config.json"),
        ("create c1", "config.json"),
        ("exec --process /tmp/p.json c1", "/tmp/p.json"),
        ("exec c1 ls", None),
        ("--log-format json state c1", None),
    ],
)
def test_requested_file(arguments: str, file: str | None) -> None:
    """The file that runc is about to read is found from its arguments."""
    found = fit_container.requested_file(arguments.split())
    assert found == file


def test_file_is_fitted_in_place(tmp_path: Path) -> None:
    """The bundle's config.json holds the fitted request afterwards."""
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"process": request(-999, "CAP_SYS_RESOURCE")}))
    fit_container.main(["create", "--bundle", str(tmp_path), "c1"])
    process = json.loads(config.read_text())["process"]
    assert process["oomScoreAdj"] >= 0
    assert process["capabilities"]["bounding"] == []


def test_unreadable_request_is_left_to_runc(tmp_path: Path) -> None:
    """A request that is missing or broken is left for runc to complain about."""
    fit_container.main(["create", "--bundle", str(tmp_path / "none"), "c1"])
    (tmp_path / "config.json").write_text("{")
    fit_container.main(["create", "--bundle", str(tmp_path), "c1"])
    assert (tmp_path / "config.json").read_text() == "{"


def test_wrapper_is_plain_shell() -> None:
    """The wrapper in front of runc is a program, and valid for the machine's /bin/sh."""
    assert os.access(FILES / "runc", os.X_OK)
    subprocess.run(["sh", "-n", str(FILES / "runc")], check=True, timeout=10)
