"""The session in which a class is judged, on computers that cannot have it."""

import multiprocessing
from pathlib import Path

import pytest

from labproof.commands import judging
from labproof.ground.errors import ConfigError
from labproof.ground.exit_status import ExitStatus


def test_a_computer_without_forks_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Windows has no forks: what was recorded cannot be judged there, and the words say where it can."""
    monkeypatch.setattr(multiprocessing, "get_all_start_methods", lambda: ["spawn"])
    with pytest.raises(ConfigError, match="on Windows use WSL"):
        judging.judge(None, tmp_path, lambda _: ExitStatus.FULL)
