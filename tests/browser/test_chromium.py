"""A real browser on a student's page: it does what it is told there, and the page reaches nothing else."""

import contextlib
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from labproof.connection import chromium, doorway
from labproof.connection.chromium import Chromium
from labproof.connection.visit import Act, Step, Visit
from labproof.ground.errors import NoBrowser, Refused, Unproven
from tests.connection.web_server import WebServer, response

PAGE = b"""<!doctype html><title>A page</title><h1>Before</h1><input id="name" type="password">
<button onclick="document.querySelector('h1').textContent = 'Hello, ' + document.querySelector('#name').value">
go</button>
"""


@contextmanager
def served(body: bytes) -> Iterator[WebServer]:
    server = WebServer(lambda sock: sock.sendall(response(body)))
    try:
        yield server
    finally:
        server.close()


class Trap:
    """Another server of this computer, over TCP and UDP: nobody may come."""

    def __init__(self) -> None:
        self.tcp = socket.create_server(("127.0.0.1", 0))
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.port = self.tcp.getsockname()[1]
        self.udp.bind(("127.0.0.1", self.port))
        self.visitors: list[str] = []
        threading.Thread(target=self._accept, daemon=True).start()
        threading.Thread(target=self._receive, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                self.tcp.accept()[0].close()
            except OSError:
                return
            self.visitors.append("tcp")

    def _receive(self) -> None:
        while True:
            try:
                data, _ = self.udp.recvfrom(1500)
            except OSError:
                return
            self.visitors.append(f"udp {data[:20]!r}")

    def close(self) -> None:
        for each in (self.tcp, self.udp):
            each.close()


@pytest.fixture
def trap() -> Iterator[Trap]:
    trap = Trap()
    yield trap
    trap.close()


def test_browser_does_the_steps(browser_program: Chromium) -> None:
    """Steps are done in order; title, text and a picture are what is there in the end."""
    with served(PAGE) as server:
        steps = (
            Step(Act.FILL, "#name", "you"),
            Step(Act.CLICK, "button"),
            Step(Act.AWAIT, 'h1:has-text("Hello, you")'),
        )
        seen = browser_program.visit(Visit(f"http://127.0.0.1:{server.port}/", steps), doorway.opened)
    assert (seen.status, seen.title, seen.problem, seen.refused) == (200, "A page", "", ())
    assert "Hello, you" in seen.text
    assert (seen.picture[:4], seen.picture[8:12]) == (b"RIFF", b"WEBP")
    assert len(seen.picture) <= chromium.PICTURE_BYTES


def test_step_that_cannot_be_done_is_told(browser_program: Chromium, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step without its element names itself and what the page shows; a picture is taken all the same."""
    monkeypatch.setattr(chromium, "STEP_SECONDS", 1.0)
    with served(PAGE) as server:
        steps = (Step(Act.CLICK, "#none", may_be_left_out=True), Step(Act.CLICK, "#missing"), Step(Act.CLICK, "button"))
        seen = browser_program.visit(Visit(f"http://127.0.0.1:{server.port}/", steps), doorway.opened)
    assert seen.problem.startswith("expected to click #missing within 1 s")
    assert "the page shows: Before" in seen.problem
    assert seen.picture


def test_secret_is_not_in_the_picture(browser_program: Chromium) -> None:
    """What was typed as a secret is taken out of its field before the picture is taken."""
    shows = "t.oninput = () => { document.querySelector('p').textContent = '[' + t.value + ']' }"
    page = f"<!doctype html><input id=t><p></p><script>{shows}</script>".encode()
    with served(page) as server:
        typed = (Step(Act.FILL, "#t", "sesame", is_secret=True), Step(Act.AWAIT, 'p:has-text("sesame")'))
        seen = browser_program.visit(Visit(f"http://127.0.0.1:{server.port}/", typed), doorway.opened)
    assert (seen.problem, seen.text.strip()) == ("", "[]")


def test_page_that_refuses_is_refused(browser_program: Chromium) -> None:
    """Where nothing listens, the same error is raised as without a browser."""
    with served(PAGE) as server:
        port = server.port
    with pytest.raises(Refused):
        browser_program.visit(Visit(f"http://127.0.0.1:{port}/"), doorway.opened)


def test_page_that_does_not_open_says_why(browser_program: Chromium) -> None:
    """A page that ends before it answers has words of its own, and there is no picture."""
    server = WebServer(lambda sock: sock.shutdown(socket.SHUT_RDWR))
    try:
        seen = browser_program.visit(Visit(f"http://127.0.0.1:{server.port}/"), doorway.opened)
    finally:
        server.close()
    assert seen.problem.endswith("the connection was ended before there was an answer (ERR_EMPTY_RESPONSE)")
    assert (seen.status, seen.picture) == (None, b"")


def test_browser_that_dies_says_so(browser_program: Chromium) -> None:
    """A Chromium that is ended in the middle of a visit is told as that: it is not the page's fault."""

    def ending(host: str, port: int, timeout: float) -> socket.socket:
        for process in _processes():
            os.kill(process, signal.SIGKILL)
        return doorway.opened(host, port, timeout)

    with served(PAGE) as server, pytest.raises(NoBrowser, match="ended by itself before it had seen the page"):
        browser_program.visit(Visit(f"http://127.0.0.1:{server.port}/"), ending)


def test_page_without_proof_is_not_visited(browser_program: Chromium) -> None:
    """Where nothing shows that the machine is the one, its page is not opened, and that error is raised."""

    def unproven(host: str, port: int, timeout: float) -> socket.socket:
        raise Unproven(f"{host} is another machine")

    with pytest.raises(Unproven, match="another machine"):
        browser_program.visit(Visit("https://192.0.2.1:30000/"), unproven)


STAYING = (
    "fetch('{there}', {mode: 'no-cors'}).catch(() => 0)",
    "new Image().src = '{there}x.png'",
    "document.body.append(Object.assign(document.createElement('iframe'), {src: '{there}'}))",
    "new WebSocket('{there}'.replace('http', 'ws'))",
    "navigator.sendBeacon('{there}', 'x')",
    'new Worker(URL.createObjectURL(new Blob([\'fetch("{there}", {mode: "no-cors"})\'])))',
    "window.open('{there}')",
    "document.head.append(Object.assign(document.createElement('link'), {rel: 'preconnect', href: '{there}'}))",
    "Object.assign(document.createElement('a'), {href: 'data:application/octet-stream,x', download: 'x'}).click()",
    """const stun = '{there}'.replace('http://', 'stun:').replace('/', '');
    const call = new RTCPeerConnection({iceServers: [{urls: stun}]});
    call.createDataChannel('x'); call.createOffer().then((offer) => call.setLocalDescription(offer))""",
    "setTimeout(() => { alert(1); confirm(2); prompt(3) }, 100)",
)
"""What a page can try without leaving: requests of every kind, WebRTC, popups, downloads and dialogs."""

LEAVING = (
    "setTimeout(() => { location.href = '{there}' }, 200)",
    "setTimeout(() => { location.href = 'file:///etc/passwd' }, 200)",
)


@pytest.mark.parametrize("scripts", [STAYING, LEAVING[:1], LEAVING[1:]], ids=["staying", "leaving", "file"])
def test_page_reaches_nothing_else(browser_program: Chromium, trap: Trap, scripts: tuple[str, ...]) -> None:
    """Whatever a hostile page tries, no packet of the browser's comes to another port of this computer."""
    there = f"http://127.0.0.1:{trap.port}/"
    tried = "".join(f"<script>{{{script.replace('{there}', there)}}}</script>" for script in scripts)
    page = f"<!doctype html><title>hostile</title><body><h1>still here</h1>{tried}</body>".encode()
    with served(page) as server:
        seen = browser_program.visit(Visit(f"http://127.0.0.1:{server.port}/"), doorway.opened)
    assert (seen.status, trap.visitors) == (200, [])
    assert "root:" not in seen.text


def test_redirect_leads_nowhere(browser_program: Chromium, trap: Trap) -> None:
    """A page that redirects elsewhere is not followed there."""
    there = f"Location: http://127.0.0.1:{trap.port}/"
    answer = f"HTTP/1.1 302 Found\r\n{there}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
    server = WebServer(lambda sock: sock.sendall(answer))
    try:
        seen = browser_program.visit(Visit(f"http://127.0.0.1:{server.port}/"), doorway.opened)
    finally:
        server.close()
    assert (seen.status, trap.visitors) == (None, [])
    assert "did not open" in seen.problem


def test_page_that_never_comes_up_did_not_open(browser_program: Chromium) -> None:
    """A page whose script runs for ever before it is there is told as one that did not open in its time."""
    page = b"<!doctype html><title>busy</title><script>addEventListener('load', () => { for (;;); })</script>"
    with served(page) as server:
        seen = browser_program.visit(Visit(f"http://127.0.0.1:{server.port}/", timeout=2.0), doorway.opened)
    assert seen.problem == "the page did not open within 2 s"


def test_page_that_never_ends_is_ended(browser_program: Chromium, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page whose script runs for ever once it is there costs its time and no more, and leaves no browser behind."""
    monkeypatch.setattr(chromium, "START_SECONDS", 12.0)
    page = b"<!doctype html><title>busy</title><script>setTimeout(() => { for (;;); }, 0)</script>"
    begun = time.monotonic()
    # A fast computer may have seen the page before its script begins.
    with served(page) as server, contextlib.suppress(NoBrowser):
        browser_program.visit(Visit(f"http://127.0.0.1:{server.port}/", timeout=2.0), doorway.opened)
    assert time.monotonic() - begun < 60
    assert _processes() == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands Chromium over to somebody else")
def test_root_runs_no_browser(browser_program: Chromium) -> None:
    """Started by root, Chromium and all of its processes belong to somebody without rights."""
    owners: set[int] = set()

    def looking(host: str, port: int, timeout: float) -> socket.socket:
        owners.update(_owners("--user-data-dir=/"))
        return doorway.opened(host, port, timeout)

    with served(PAGE) as server:
        browser_program.visit(Visit(f"http://127.0.0.1:{server.port}/"), looking)
    assert owners
    assert 0 not in owners


def _processes() -> list[int]:
    """Return the processes of the browsers that this process has started."""
    found = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            line = place.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if "labproof-browser-" in line and "--user-data-dir=/" in line and "chromium" in line.split()[0]:
                found.append(int(place.parent.name))
    return found


def _owners(part: str) -> set[int]:
    """Return who runs the processes of the browsers that this process has started."""
    found = set()
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            line = status.with_name("cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if "labproof-browser-" in line and part in line and "chromium" in line.split()[0]:
                found.add(int(next(t for t in status.read_text().splitlines() if t.startswith("Uid:")).split()[1]))
        except OSError:
            continue
    return found


@pytest.mark.parametrize(
    ("missing", "said"),
    [("chromium", "apt-get install chromium"), ("setpriv", "apt-get install util-linux")],
)
def test_what_is_missing_is_told(
    browser_program: Chromium, monkeypatch: pytest.MonkeyPatch, missing: str, said: str
) -> None:
    """A browser that cannot be had says what to install; nothing is started."""

    def found(name: str) -> str | None:
        return None if missing in name or missing == "chromium" else f"/bin/{name}"

    monkeypatch.setattr(chromium.shutil, "which", found)
    monkeypatch.setattr(chromium.os, "geteuid", lambda: 0)
    with pytest.raises(NoBrowser, match=said):
        chromium.find.__wrapped__()
