"""axe-core on an open page, as the package axe-playwright-python carries it."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page


def violations(page: "Page") -> list[str]:
    """Return what axe-core finds wrong, a line for each rule: its name, what it says, and the first place."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    found = axe.Axe().run(page).response["violations"]
    return [f"{v['id']}: {v['help']} ({len(v['nodes'])}): {v['nodes'][0]['html'][:200]}" for v in found]


def violations_in_every_language(page: "Page") -> list[str]:
    """Return what axe-core finds wrong in the language that the page has, and in the other that its button brings."""
    found = violations(page)
    page.click("#language")
    return found + violations(page)
