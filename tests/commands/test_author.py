"""The author's commands: what they leave behind where a signal ends them."""

import os
import signal

import pytest
from click.testing import CliRunner

from labproof.cli import main
from labproof.ground.exit_status import ExitStatus
from labproof.proving import vm_check


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_machines_are_taken_down_whatever_ends_their_proof(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """A signal, such as that of a closed terminal, ends the proof as Ctrl-C does: in order, and told as that."""
    ended: list[str] = []
    # Whoever has started the tests may ignore it, as `nohup` does, and what is ignored stays so.
    before = signal.signal(number, signal.SIG_DFL)

    def come_up(self: vm_check.VmCheck) -> None:
        os.kill(os.getpid(), number)

    monkeypatch.setattr(vm_check.VmCheck, "_go_through", come_up)
    monkeypatch.setattr(vm_check.VmCheck, "_take_down", lambda self: ended.append("taken down"))
    done = CliRunner().invoke(main, ["author", "vm-check"])
    signal.signal(number, before)
    assert (done.exit_code, ended) == (ExitStatus.INTERRUPTED, ["taken down"])
    assert "stay as they are" not in done.output
