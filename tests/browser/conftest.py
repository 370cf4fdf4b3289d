"""Chromium, as the system has it. Where it or Playwright is missing, these tests are skipped and say why."""

import os
import resource
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from labproof.connection import chromium, visit
from labproof.connection.chromium import Chromium
from labproof.ground.errors import NoBrowser

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


PATIENCE = 120_000
"""How long Chromium may take for anything, in milliseconds: others may be at work on this computer."""


@pytest.fixture(scope="session")
def room() -> Iterator[None]:
    """Chromium sets aside more addresses than the tests may use otherwise; it uses little of them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


@pytest.fixture(scope="session")
def browser_program(room: None) -> Iterator[Chromium]:
    """The system's Chromium, which was started once."""
    with pytest.MonkeyPatch.context() as patch:
        # What a person waits for, tests wait for as long as a busy computer takes.
        for name in ("START_SECONDS", "OPEN_SECONDS", "STEP_SECONDS"):
            patch.setattr(chromium, name, PATIENCE / 1000)
        patch.setattr(chromium, "SETTLE_SECONDS", 15.0)
        patch.setattr(visit, "SECONDS", PATIENCE / 1000)
        try:
            found = chromium.find()
        except NoBrowser as problem:
            pytest.skip(f"no browser: {problem}")
        yield found


@dataclass
class Opened:
    """A page of ours in Chromium, and everything that went wrong in it or left it."""

    page: "Page"
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def overflows(self) -> bool:
        """Tell whether the page is wider than its window."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


Open = Callable[..., Opened]


@pytest.fixture(scope="module")
def window(browser_program: Chromium) -> "Iterator[Browser]":
    """Chromium for our own pages, which nobody else has written: all tests of a module share it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        # Chromium has no sandbox for root, and what it opens here comes from our own templates.
        browser = driver.chromium.launch(
            executable_path=browser_program.program,
            chromium_sandbox=os.geteuid() != 0 and browser_program.is_sandboxed,
            timeout=PATIENCE,
        )
        yield browser
        browser.close()


@pytest.fixture
def open_page(window: "Browser") -> Iterator[Open]:
    """Open a file, in a window of some width, with or without scripts."""
    contexts = []

    def opened(path: Path, width: int = 1280, with_script: bool = True, **more: Any) -> Opened:
        context = window.new_context(
            viewport={"width": width, "height": 800}, java_script_enabled=with_script, locale="en-US", **more
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        found = Opened(context.new_page())
        found.page.on("pageerror", lambda error: found.errors.append(str(error)))
        found.page.on("console", lambda said: found.errors.append(said.text) if said.type == "error" else None)
        found.page.on("request", lambda request: found.requests.append(request.url))
        found.page.goto(path.as_uri())
        return found

    yield opened
    for context in contexts:
        context.close()
