"""The commands about machines: how they end where a signal ends them."""

import os
import signal
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from labproof.cli import main
from labproof.commands import machines
from labproof.ground.exit_status import ExitStatus
from labproof.rehearsal import fetching


def end_it(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def test_up_that_a_signal_ends_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """A `kill` ends it as Ctrl-C does, so that whatever it holds at that moment is let go in order."""
    monkeypatch.setattr(machines, "chosen_provider", lambda *_: SimpleNamespace(up=end_it))
    done = CliRunner().invoke(main, ["up"])
    assert (done.exit_code, "interrupted" in done.output) == (ExitStatus.INTERRUPTED, True)


def test_fetching_that_a_signal_ends_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A `kill` ends it as Ctrl-C does; what was fetched stays, and is not fetched again."""
    monkeypatch.setattr(fetching, "fetch", end_it)
    done = CliRunner().invoke(main, ["bundle", "fetch", "--out", str(tmp_path)])
    assert (done.exit_code, "interrupted" in done.output) == (ExitStatus.INTERRUPTED, True)
