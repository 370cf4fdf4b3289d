"""The report in a real browser: found through in seconds, by keyboard too, at any width, with its script or without."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from labproof.ground.places import engine_dir
from labproof.records import pictures, result
from labproof.records.model import BrowserUse, RunRecord, Screenshot
from labproof.showing import report
from tests.browser.axe import violations_in_every_language
from tests.browser.conftest import Open, Opened
from tests.golden import samples

RECORDINGS = engine_dir() / "tests" / "recordings"
# A square of one point, as Chromium writes it.
PICTURE = bytes.fromhex("524946461a000000574542505650384c0d0000002f00000010071011118888fe0700")


def recorded(name: str) -> RunRecord:
    return result.load(RECORDINGS / name / "result.json")


def with_screenshots(run: RunRecord, folder: Path) -> RunRecord:
    """Return a run with two screenshots: one that is there, and one of a page that did not open."""
    pictures.save(folder, "nginx-1.webp", PICTURE)
    section = run.sections[-1].id
    shot = Screenshot(section, "nginx", "http://192.168.200.10:30717/", run.started, "nginx-1.webp")
    shot = replace(shot, sha256=sha256(PICTURE).hexdigest(), entry=3, title="Welcome to nginx!", state=("1 of 1",))
    gone = replace(shot, file="", sha256="", problem="there is no picture: connection refused")
    return replace(run, screenshots=(shot, gone), browser=BrowserUse(True, "Chromium 1 as nobody, in its sandbox"))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The reports that people see, from nothing wrong to nothing seen, and those that nobody should see."""
    runs = {
        "full": recorded("full"),
        "one mistake": recorded("broken-nginx-target-port"),
        "untouched": recorded("untouched"),
        "every outcome": samples.EVERY_OUTCOME,
        "hostile": samples.HOSTILE,
        "undetermined": samples.UNDETERMINED,
        "unpaid": samples.UNPAID,
    }
    folders = {name: tmp_path_factory.mktemp("report") for name in (*runs, "screenshots")}
    runs["screenshots"] = with_screenshots(recorded("full"), folders["screenshots"])
    return {name: report.write(run, folders[name]) for name, run in runs.items()}


NAMES = ("full", "one mistake", "untouched", "every outcome", "hostile", "undetermined", "unpaid", "screenshots")


@pytest.fixture
def untouched(open_page: Open, files: dict[str, Path]) -> Opened:
    return open_page(files["untouched"])


def shown(opened: Opened) -> int:
    """Return how many criteria are shown."""
    return opened.page.locator(".lines > li:not([hidden]) > .criterion").count()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", [1280, 390])
def test_page_fits_and_loads_nothing(open_page: Open, files: dict[str, Path], name: str, width: int) -> None:
    """At any width nothing is cut off, unfolded too; no script fails, and nothing but the file itself is asked for."""
    opened = open_page(files[name], width)
    for _ in ("en", "zh"):
        assert not opened.overflows()
        opened.page.click("#language")
    opened.page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
    asked = [url for url in opened.requests if not url.startswith("data:")]
    assert (opened.overflows(), opened.errors, asked) == (False, [], [files[name].as_uri()])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(open_page: Open, files: dict[str, Path], name: str, scheme: str) -> None:
    """axe-core finds no violation, by day or by night, in one language or the other."""
    opened = open_page(files[name], color_scheme=scheme, bypass_csp=True)
    assert violations_in_every_language(opened.page) == []


def test_search_leaves_what_was_asked_for(untouched: Opened) -> None:
    """A word leaves the criteria that have it and says how many; Escape brings all of them back."""
    everything = shown(untouched)
    untouched.page.fill("#find-words", "swap")
    found = shown(untouched)
    assert 0 < found < everything
    assert untouched.page.inner_text("#find-told") == f"{found} of {everything} criteria"
    untouched.page.press("#find-words", "Escape")
    assert (shown(untouched), untouched.page.is_hidden("#find-told")) == (everything, True)


def test_enter_goes_to_the_first_that_is_found(untouched: Opened) -> None:
    """Enter opens the first criterion that was found, and the keyboard goes on from there."""
    untouched.page.fill("#find-words", "base.swap")
    untouched.page.press("#find-words", "Enter")
    at = "document.activeElement.closest('.criterion')"
    assert untouched.page.evaluate(f"{at}.open")
    assert untouched.page.evaluate(f"{at}.querySelector('.body').id").startswith("criterion-base.swap")


def test_only_what_is_not_earned(open_page: Open, files: dict[str, Path]) -> None:
    """The tick leaves what is not earned, by keyboard; sections without any of it are gone until it is taken out."""
    opened = open_page(files["one mistake"])
    everything = shown(opened)
    opened.page.focus("#find-only")
    opened.page.keyboard.press("Space")
    left = opened.page.locator(".lines > li:not([hidden]) > .criterion")
    assert 0 < left.count() < everything
    assert not left.locator("xpath=self::*[contains(@class, 'passed')]").count()
    assert opened.page.locator("#section-base").is_hidden()
    opened.page.keyboard.press("Space")
    assert shown(opened) == everything


def test_link_shows_what_is_hidden(untouched: Opened) -> None:
    """A link to what is filtered away and folded shows it all the same."""
    untouched.page.fill("#find-words", "nothing has this word")
    assert shown(untouched) == 0
    untouched.page.evaluate("location.hash = '#criterion-docker.file@master'")
    untouched.page.wait_for_function("document.getElementById('find-words').value === ''")
    assert untouched.page.locator("[id='criterion-docker.file@master']").is_visible()


def test_keyboard_jumps_past_the_beginning(untouched: Opened) -> None:
    """The first stop of Tab skips to the score, and the index is next."""
    untouched.page.keyboard.press("Tab")
    assert untouched.page.evaluate("document.activeElement.className") == "skip"
    untouched.page.keyboard.press("Enter")
    assert untouched.page.evaluate("location.hash") == "#score"
    untouched.page.keyboard.press("Tab")
    assert untouched.page.evaluate("document.getElementById('score').contains(document.activeElement)")


def test_criterion_unfolds_by_keyboard(open_page: Open, files: dict[str, Path]) -> None:
    """A criterion that is folded unfolds with Enter."""
    opened = open_page(files["full"])
    body = opened.page.locator(".criterion .body").first
    assert body.is_hidden()
    opened.page.locator(".criterion > summary").first.focus()
    opened.page.keyboard.press("Enter")
    assert body.is_visible()


@pytest.mark.parametrize("name", ["one mistake", "screenshots"])
def test_page_is_whole_without_its_script(open_page: Open, files: dict[str, Path], name: str) -> None:
    """Without scripts everything is there but what only a script could do."""
    opened = open_page(files[name], with_script=False)
    assert opened.page.locator("#find").is_hidden()
    assert shown(opened) == opened.page.locator(".criterion").count() > 0
    folded = opened.page.locator(".criterion > summary").first
    folded.click()
    assert opened.page.locator(".criterion .body").first.is_visible()


def test_picture_is_shown(open_page: Open, files: dict[str, Path]) -> None:
    """The policy lets the embedded picture be shown, and it says what it is of, when, and what the API said."""
    opened = open_page(files["screenshots"])
    figure = opened.page.locator("figure").first
    assert figure.locator("img").evaluate("(image) => image.complete && image.naturalWidth > 0")
    assert "Welcome to nginx!" in (figure.locator("img").get_attribute("alt") or "")
    assert "1 of 1" in figure.inner_text()
    assert "connection refused" in opened.page.locator("figure").nth(1).inner_text()


def test_policy_lets_nothing_else_in(open_page: Open, files: dict[str, Path]) -> None:
    """A picture from anywhere else is refused by the policy, with screenshots and without."""
    for name in ("screenshots", "full"):
        opened = open_page(files[name])
        opened.page.evaluate(
            "new Promise((done) => { const i = new Image(); i.onerror = done; i.src = 'http://127.0.0.1:1/x' })"
        )
        assert any("Content Security Policy" in error for error in opened.errors)
