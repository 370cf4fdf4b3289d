"""A real browser, the system's own Chromium, driven through Playwright: the door to it.

A student's page is hostile. It gets a Chromium that was started for it alone, with an empty profile, run by
somebody without rights on this computer and in Chromium's own sandbox wherever that works; whose one way out
leads to that page, by its proxy and, where root may, by the kernel; and which is ended when its time is up, whatever
the page does.
"""

import contextlib
import functools
import os
import shlex
import shutil
import tempfile
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from labproof.connection import page_words
from labproof.connection.doorway import Doorway, OpenSocket
from labproof.connection.visit import MOST_REFUSED, TEXT_KEPT, Act, Sight, Step, Visit
from labproof.ground.errors import NoBrowser
from labproof.ground.places import is_root
from labproof.ground.wait import Deadline

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, Response, Route

    from labproof.connection.own_network import OwnNetwork

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NOBODY = "nobody"
"""Who runs Chromium when Labproof is run by root: Chromium has no sandbox for root."""
START_SECONDS = 30.0
OPEN_SECONDS = 20.0
STEP_SECONDS = 15.0
SETTLE_SECONDS = 3.0
WIDTH, HEIGHT = 1280, 800
PICTURE_BYTES = 160 * 1024
"""What a picture may take: with five of them a report stays under 1.5 MB."""
_QUALITIES = (80, 50, 20)
_FILE_BYTES = 64 * 1024 * 1024
_PORTS = {"http": 80, "https": 443}
_ARGUMENTS = (
    # Only a proxy keeps names from being looked up; this keeps whatever goes around it from finding any.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    # WebRTC would send UDP past a proxy.
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-pings",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disk-cache-size=1048576",
    "--js-flags=--max-old-space-size=256",
)


@functools.cache
def find() -> "Chromium":
    """Return the system's Chromium, started once to see that it runs. Raises NoBrowser with what is missing."""
    try:
        import playwright  # noqa: F401
    except ImportError:
        raise NoBrowser("Playwright is not installed; pip install 'labproof[browser]'") from None
    program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        raise NoBrowser(f"none of {', '.join(PROGRAMS)} is in PATH; on Debian: apt-get install chromium")
    if shutil.which("prlimit") is None:
        raise NoBrowser("prlimit is missing, which keeps a page's demands in bounds; a browser is used on Linux alone")
    if is_root() and shutil.which("setpriv") is None:
        raise NoBrowser("setpriv is missing, and root starts no browser; on Debian: apt-get install util-linux")
    problem: NoBrowser | None = None
    for is_sandboxed in (True, False):
        try:
            return _tried(program, is_sandboxed)
        except NoBrowser as refused:
            problem = problem or refused
    assert problem is not None
    raise problem


def _tried(program: str, is_sandboxed: bool) -> "Chromium":
    """Start it, and return what it turned out to be. Raises NoBrowser where it does not start so."""
    with _way_out("", 0, _nowhere) as way, _context(program, is_sandboxed, way, START_SECONDS) as context:
        version = context.browser.version if context.browser else ""
        return Chromium(program, is_sandboxed, version, bool(way.command))


def _nowhere(host: str, port: int, timeout: float) -> Any:
    raise NoBrowser("there is no page to visit")


@dataclass(frozen=True)
class Chromium:
    """The program, and how it runs on this computer."""

    program: str
    is_sandboxed: bool
    version: str = ""
    has_own_network: bool = False

    def __str__(self) -> str:
        who = f" as {NOBODY}" if is_root() else ""
        sandbox = "in its sandbox" if self.is_sandboxed else "WITHOUT its sandbox, which this computer does not allow"
        network = " and a network of its own" if self.has_own_network else ""
        return f"Chromium {self.version}{who}, {sandbox}{network}".replace("  ", " ")

    def visit(self, visit: Visit, open_socket: OpenSocket) -> Sight:
        """Visit a page and return what was seen; what could not be done there is its `problem`.

        Raises what `open_socket` raised where the page could not be reached, and NoBrowser where Chromium failed
        or its time was up.
        """
        _, host, port = _origin(visit.url)
        with (
            _way_out(host, port, open_socket) as way,
            _context(self.program, self.is_sandboxed, way, visit.timeout) as context,
        ):
            sight = _Look(context, visit).sight(str(self))
        if sight.status is None and way.door.problem is not None:
            raise way.door.problem
        return sight


class _Look:
    """One visit: the page, what it asked of others, and what could not be done on it."""

    def __init__(self, context: "BrowserContext", visit: Visit) -> None:
        self._visit = visit
        self._deadline = Deadline(visit.timeout)
        self._origin = _origin(visit.url)
        self._refused: dict[str, None] = {}
        self._page = context.pages[0] if context.pages else context.new_page()
        context.on("page", self._close)
        context.route("**/*", self._gate)

    def sight(self, program: str) -> Sight:
        """Do what is to be done, and return what is there in the end."""
        status, problem = self._arrive()
        if not problem:
            problem = next(filter(None, map(self._do, self._visit.steps)), "")
        self._settle()
        self._take_out_secrets()
        picture = self._picture() if status is not None else b""
        if status is not None and not picture:
            problem = problem or f"a picture of at most {PICTURE_BYTES >> 10} KiB could not be taken"
        return Sight(
            status=status,
            title=self._page.title()[:200] if status is not None else "",
            address=self._page.url[:500],
            text=self._text() if status is not None else "",
            problem=problem,
            program=program,
            refused=tuple(self._refused),
            picture=picture,
        )

    def _arrive(self) -> tuple[int | None, str]:
        from playwright.sync_api import Error

        response: Response | None
        try:
            timeout = self._milliseconds(OPEN_SECONDS)
            response = self._page.goto(self._visit.url, timeout=timeout)
        except Error as problem:
            if page_words.tells_of_an_end(str(problem)):
                raise
            return None, page_words.unopened(_first_line(problem), timeout / 1000)
        return (response.status, "") if response else (None, "the page did not open: there was no answer")

    def _do(self, step: Step) -> str:
        """Do one step; return what was in the way, or nothing."""
        from playwright.sync_api import Error

        element = self._page.locator(step.target).first
        if step.may_be_left_out and not element.count():
            return ""
        timeout = self._milliseconds(STEP_SECONDS)
        try:
            if step.act is Act.FILL:
                element.fill(step.text, timeout=timeout)
            elif step.act is Act.CLICK:
                element.click(timeout=timeout)
            else:
                return self._await(step, timeout)
        except Error as problem:
            if page_words.tells_of_an_end(str(problem)):
                raise
            shown = f"; the page shows: {' '.join(self._text().split())[:300]}"
            return f"expected to {step.act} {step.target} within {timeout / 1000:.0f} s: {_first_line(problem)}{shown}"
        return ""

    def _await(self, step: Step, timeout: float) -> str:
        """Wait for what is to appear, or for the page's refusal; return that, or nothing. Raises Playwright's Error."""
        if not step.refusal:
            self._page.locator(step.target).first.wait_for(timeout=timeout)
            return ""
        # A selector of Playwright's finds what is hidden, too, and the first of a page would be waited for.
        either = self._page.locator(f"{step.target}, {step.refusal}").locator("visible=true").first
        either.wait_for(timeout=timeout)
        refusal = self._page.locator(step.refusal).locator("visible=true").first
        if not refusal.is_visible():
            return ""
        return f"the page refused it: {' '.join(refusal.inner_text(timeout=timeout).split())[:300]}"

    def _settle(self) -> None:
        from playwright.sync_api import Error

        # A page that asks its server all the time never comes to rest.
        with contextlib.suppress(Error):
            self._page.wait_for_load_state("networkidle", timeout=self._milliseconds(SETTLE_SECONDS))

    def _take_out_secrets(self) -> None:
        """Empty the fields that a secret was typed into and that are still there: it is not for a picture."""
        from playwright.sync_api import Error

        for step in self._visit.steps:
            element = self._page.locator(step.target).first
            with contextlib.suppress(Error):
                if step.is_secret and element.is_visible():
                    element.fill("", timeout=self._milliseconds(SETTLE_SECONDS))

    def _picture(self) -> bytes:
        """Return the page as WebP of bounded size, empty where it cannot be had."""
        session = self._page.context.new_cdp_session(self._page)
        for quality in _QUALITIES:
            shot = session.send("Page.captureScreenshot", {"format": "webp", "quality": quality})
            picture = b64decode(shot["data"])
            if len(picture) <= PICTURE_BYTES:
                return picture
        return b""

    def _text(self) -> str:
        from playwright.sync_api import Error

        try:
            return self._page.locator("body").inner_text(timeout=self._milliseconds(SETTLE_SECONDS))[:TEXT_KEPT]
        except Error:
            return ""

    def _gate(self, route: "Route") -> None:
        """Let pass what is asked of the page's own server; name the rest, which the doorway would stop, too."""
        url = route.request.url
        if _origin(url) == self._origin:
            return route.continue_()
        if len(self._refused) < MOST_REFUSED:
            self._refused[f"{route.request.method} {url[:200]}"] = None
        route.abort()

    def _close(self, other: "Page") -> None:
        if other != self._page:
            other.close()

    def _milliseconds(self, most: float) -> float:
        # Playwright takes 0 for no limit at all.
        return max(100.0, min(most, self._deadline.remaining) * 1000)


@dataclass(frozen=True)
class _WayOut:
    """The doorway of a visit, and the command that keeps a program from every other one, empty where nothing does."""

    door: Doorway
    command: tuple[str, ...]


@contextmanager
def _way_out(host: str, port: int, open_socket: OpenSocket) -> Iterator[_WayOut]:
    with contextlib.ExitStack() as stack:
        network: OwnNetwork | None = None
        # Without rights for it, the proxy alone keeps the browser in.
        with contextlib.suppress(OSError):
            network = stack.enter_context(_own_network()) if _may_make_networks() else None
        door = stack.enter_context(Doorway(host, port, open_socket, network.listener if network else None))
        yield _WayOut(door, tuple(network.command) if network else ())


def _may_make_networks() -> bool:
    return is_root() and shutil.which("nsenter") is not None


def _own_network() -> "OwnNetwork":
    # Linux alone has what it imports.
    from labproof.connection import own_network

    return own_network.make()


@contextmanager
def _context(program: str, is_sandboxed: bool, way: _WayOut, seconds: float) -> Iterator["BrowserContext"]:
    """Start Chromium for one visit, and end it. Raises NoBrowser where it does not start, or ends too early."""
    from playwright.sync_api import Error, sync_playwright

    with tempfile.TemporaryDirectory(prefix="labproof-browser-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        launcher, profile = _prepared(folder, program, seconds, way.command)
        deadline = Deadline(seconds)
        try:
            with sync_playwright() as driver:
                context = driver.chromium.launch_persistent_context(
                    str(profile),
                    executable_path=str(launcher),
                    chromium_sandbox=is_sandboxed,
                    args=list(_ARGUMENTS),
                    env={"HOME": str(profile), "PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8"},
                    proxy={"server": f"socks5://127.0.0.1:{way.door.port}", "bypass": "<-loopback>"},
                    timeout=START_SECONDS * 1000,
                    accept_downloads=False,
                    ignore_https_errors=True,
                    service_workers="block",
                    viewport={"width": WIDTH, "height": HEIGHT},
                    locale="en-US",
                    timezone_id="UTC",
                    reduced_motion="reduce",
                )
                try:
                    yield context
                finally:
                    with contextlib.suppress(Error):
                        context.close()
        except Error as problem:
            said = page_words.failed(program, _first_line(problem), seconds, is_early=not deadline.is_expired)
            raise NoBrowser(said) from problem


def _prepared(folder: Path, program: str, seconds: float, confined: tuple[str, ...]) -> tuple[Path, Path]:
    """Return what starts Chromium, as somebody without rights and for a bounded time, and its empty profile."""
    profile = folder / "profile"
    profile.mkdir(mode=0o700)
    ends = ["timeout", "--signal=KILL", f"{seconds + START_SECONDS:.0f}"]
    bounds = ["prlimit", f"--fsize={_FILE_BYTES}", "--core=0"]
    argv = [*bounds, *ends, program]
    if is_root():
        folder.chmod(0o711)
        shutil.chown(profile, NOBODY)
        import pwd

        owner = pwd.getpwnam(NOBODY)
        argv = [*confined, "setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups", *argv]
    launcher = folder / "chromium"
    launcher.write_text(f'#!/bin/sh\nexec {shlex.join(argv)} "$@"\n', encoding="utf-8")
    launcher.chmod(0o755)
    return launcher, profile


def _origin(url: str) -> tuple[str, str, int]:
    """Return scheme, host and port of a URL, as a browser compares them; port 0 for what has none."""
    parts = urlsplit(url)
    try:
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        port = 0
    return parts.scheme, parts.hostname or "", port


def _first_line(problem: Exception) -> str:
    return (str(problem).splitlines() or [type(problem).__name__])[0][:300]
