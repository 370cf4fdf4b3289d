"""This computer, as the checks ask it."""

import os
import socket
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from labproof.host import kvm_guest
from labproof.host.computer import Answer, ThisComputer

needs_kvm = pytest.mark.skipif(not os.access("/dev/kvm", os.R_OK | os.W_OK), reason="no /dev/kvm that we may open")


def test_a_program_that_is_not_there_is_missing() -> None:
    """No such program is another answer than one that failed."""
    assert ThisComputer().run("no-such-program-here").is_missing
    assert ThisComputer().run("false") == Answer(1)


def test_a_program_that_hangs_is_ended() -> None:
    """The deadline holds, and what was said until then is kept."""
    began = time.monotonic()
    program = "import threading; print('so far', flush=True); threading.Event().wait()"
    answer = ThisComputer().run(sys.executable, "-c", program, seconds=1)
    assert answer.is_late
    assert (answer.status, answer.output) == (None, "so far\n")
    assert time.monotonic() - began < 10


def test_a_folder_that_is_not_there_yet_has_the_space_of_the_one_above(tmp_path: Path) -> None:
    """Space is asked for before anything is made."""
    assert (ThisComputer().free_mib(tmp_path / "a" / "b") or 0) > 0


def test_what_can_be_fetched_is_told_from_what_cannot(tmp_path: Path) -> None:
    """A page that is there, one that is not, a server that is not, and a file."""

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.send_response(200 if self.path == "/a.box" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    place = f"http://127.0.0.1:{server.server_port}"
    computer = ThisComputer()
    assert (computer.reaches(f"{place}/a.box"), computer.reaches(f"{place}/b.box")) == ("", "HTTP 404")
    server.shutdown()
    server.server_close()
    # Nobody listens at a port that is taken, and nobody else can.
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        assert "refused" in computer.reaches(f"http://127.0.0.1:{silent.getsockname()[1]}/a.box")
    assert computer.reaches(str(tmp_path)) == ""
    assert computer.reaches(str(tmp_path / "none.box")) == "no such file"


@needs_kvm
def test_a_guest_is_tried_in_every_mode() -> None:
    """The guest that is started here ends in time, one way or the other, and says how far it came."""
    answer = ThisComputer().try_guest()
    assert answer.output.splitlines()[0] == "real mode"
    assert answer.is_late or answer.status == 1 or answer.output.split("\n")[:3] == list(kvm_guest.STAGES)


@needs_kvm
def test_a_guest_that_does_something_else_is_no_guest_that_ran(monkeypatch: pytest.MonkeyPatch) -> None:
    """The word that the guest writes is looked at, not only that it stopped."""
    wrong = bytes((0xB0, 0x2B, 0xE6, kvm_guest.PORT, 0xF4))
    monkeypatch.setattr(kvm_guest, "STAGES", {"real mode": wrong})
    assert kvm_guest.main() == 1
