"""The proof of the grader in a real browser: at any width, by day and by night, in both languages, and on paper."""

from pathlib import Path

import pytest

from labproof.proving import matrix
from tests.browser.axe import violations_in_every_language
from tests.browser.conftest import Open
from tests.proving import proofs

NAMES = ("whole", "broken")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("proof")
    for name in NAMES:
        (folder / f"{name}.html").write_text(matrix.page(getattr(proofs, name)()), encoding="utf-8")
    return {name: folder / f"{name}.html" for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", [1280, 390])
def test_page_fits_and_loads_nothing(open_page: Open, files: dict[str, Path], name: str, width: int) -> None:
    """At any width nothing is cut off, in either language; no script fails, and nothing but the file is asked for."""
    opened = open_page(files[name], width)
    assert (opened.overflows(), opened.errors, opened.requests) == (False, [], [files[name].as_uri()])
    opened.page.click("#language")
    assert (opened.overflows(), opened.errors) == (False, [])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(open_page: Open, files: dict[str, Path], name: str, scheme: str) -> None:
    """axe-core finds no violation, by day or by night, in one language or the other."""
    opened = open_page(files[name], color_scheme=scheme, bypass_csp=True)
    assert violations_in_every_language(opened.page) == []


def test_language_is_changed(open_page: Open, files: dict[str, Path]) -> None:
    """One button changes the whole page, what is told to whoever points at a cell among it."""
    opened = open_page(files["whole"])
    cell, heading = opened.page.locator(".matrix td.red").first, opened.page.locator("h1")
    told = (heading.inner_text(), cell.get_attribute("title"))
    assert told == ("Proof of the grader", "base.key@master: turned red, as the mistake says")
    opened.page.click("#language")
    assert heading.inner_text() == "评分程序的证明"
    assert "变红" in (cell.get_attribute("title") or "")
