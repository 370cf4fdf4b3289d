"""The class's page: complete in itself, safe with any name, not too large, and whole without its script."""

import base64
import hashlib
import re
import unicodedata
from collections import Counter
from functools import cache
from itertools import pairwise

import pytest

from labproof.gradebook import page
from labproof.gradebook.book import Book
from labproof.ground.places import engine_dir
from labproof.showing import scripts
from tests.gradebook import classes
from tests.showing import pages

LARGEST = 4_000_000
"""Bytes of the page of 300 students: it is to be mailed, and opened on a phone."""
CLASSES = {"large": classes.large, "small": classes.small, "tiny": classes.tiny}


class Page(pages.Page):
    """What a browser would find, with the source of the page and its scripts."""

    def __init__(self, text: str) -> None:
        self.source = text
        self.scripts: list[str] = []
        super().__init__(text)

    def handle_data(self, data: str) -> None:
        if self.open[-1:] == ["script"]:
            self.scripts.append(data)
        super().handle_data(data)


@cache
def book(name: str) -> Book:
    return CLASSES[name]()


@cache
def rendered(name: str) -> Page:
    return Page(page.render(book(name)))


@pytest.fixture(params=list(CLASSES))
def any_page(request: pytest.FixtureRequest) -> Page:
    return rendered(request.param)


def test_tags_are_closed(any_page: Page) -> None:
    """Every element is closed where it should be."""
    assert any_page.open == []


def test_only_our_script_may_run(any_page: Page) -> None:
    """The page has one script, the policy names its digest and nothing else, and no attribute runs anything."""
    (script,) = any_page.scripts
    policy = any_page.values("content")[0]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}';" in policy
    assert policy.startswith("default-src 'none';")
    assert not [name for _, attrs in any_page.tags for name in attrs if name.startswith("on") or name == "src"]
    assert not {"img", "link", "iframe", "object", "form", "base"} & {tag for tag, _ in any_page.tags}


@pytest.mark.parametrize("part", ["class", "what-if"])
def test_script_writes_no_markup(part: str) -> None:
    """The script takes no text for markup and starts no other code: a name stays text in it too."""
    script = scripts.script("language", "sorting", part).text
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval|Function|setTimeout", script)
    assert "</script" not in script


def test_links_lead_into_the_page_or_to_a_report(any_page: Page) -> None:
    """Every link is an anchor of this page or a report below its folder: never a scheme, never a way out."""
    ids = Counter(any_page.values("id"))
    assert [name for name, count in ids.items() if count > 1] == []
    for link in any_page.values("href"):
        assert link[1:] in ids if link.startswith("#") else re.match(r"\./[^:]*/instructor\.html(#criterion-|$)", link)
        assert ".." not in link


def test_every_mark_leads_to_its_place_in_the_report() -> None:
    """Without any script, each cell with a mark is a link to its criterion in the student's own report."""
    links = set(rendered("large").values("href"))
    for graded in book("large").students:
        for id_ in graded.marks:
            assert f"./{graded.student.id}/instructor.html#criterion-{id_}" in links


def test_hostile_names_are_text(any_page: Page) -> None:
    """No character of a name is markup, invisible or a control, wherever the name stands."""
    assert "<script>alert(1)</script>" in rendered("small").text
    told = [any_page.text, *(v for _, attrs in any_page.tags for v in attrs.values() if v)]
    unseen = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert [c for text in told for c in text if unicodedata.category(c) in unseen and c not in "\n\t"] == []


def test_nothing_is_hidden_without_the_script(any_page: Page) -> None:
    """What is hidden until the script runs are its controls alone, and what it tells."""
    hidden = [attrs.get("id") or attrs.get("data-when") for _, attrs in any_page.tags if "hidden" in attrs]
    assert hidden == ["language", "controls", "status", "down", "up"]


def test_headings_skip_no_level(any_page: Page) -> None:
    """A screen reader finds one h1 and no heading that is two levels below the one before."""
    levels = [int(tag[1]) for tag, _ in any_page.tags if tag in {"h1", "h2", "h3", "h4"}]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_controls_are_labelled(any_page: Page) -> None:
    """Every header of a table has its scope, and every control stands in a label."""
    assert all(attrs.get("scope") for tag, attrs in any_page.tags if tag == "th")
    names = [tag for tag, _ in any_page.tags]
    assert names.count("label") == names.count("input") + names.count("select")


def test_large_class_is_within_bounds() -> None:
    """300 students and 87 criteria, with a link in each cell, stay within the bound."""
    assert len(rendered("large").source.encode()) < LARGEST
    assert len(book("large").students) == 300


def test_everybody_is_told_of() -> None:
    """Each student has a row; each score that is not final stands with its reason, each question with its student."""
    text = rendered("small").text
    for graded in book("small").students:
        assert graded.student.id in text
        assert " ".join(graded.withheld.split()) in text
    assert "=the same laptop as 00003?" in text
    assert "00048 Student 48, 00049 Student 49 share a machine's id" in rendered("large").text


def test_page_is_the_same_for_the_same_class() -> None:
    """Rendering twice gives the same bytes: a page can be compared with one of before."""
    assert page.render(book("tiny")) == rendered("tiny").source


@pytest.mark.parametrize("id_", ["javascript:alert(1)", "a b/ü", '"><x', "#x", "?y", "../..", ".x", "%2e"])
def test_folder_names_are_quoted(id_: str) -> None:
    """A student whose id looks like a scheme, a query, markup or a way out is still a folder in its links."""
    graded = classes.book([classes.student(1, id=id_)], [classes.recorded("full")])
    links = [link for link in Page(page.render(graded)).values("href") if not link.startswith("#")]
    assert links
    assert all(re.match(r"\./[\w%-]+/instructor\.html", link) for link in links)


def test_empty_class() -> None:
    """A class of nobody has a page that says so."""
    assert "No score is final yet." in Page(page.render(classes.book([], []))).text


def test_style_loads_nothing() -> None:
    """The style sheet names no address."""
    style = (engine_dir() / "reports" / "class.css").read_text(encoding="utf-8")
    assert "url(" not in style
    assert "@import" not in style
