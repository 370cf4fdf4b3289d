"""The pages of handout and coverage: whole, without network, safe, with every point once."""

import re
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path

import pytest

from labproof.grading import rubric, syllabus
from labproof.ground.errors import HostError
from labproof.teaching import orphans, pages
from labproof.teaching.page_words import words
from tests.teaching.courses import course, instruction

RUBRIC = rubric.load(extras=frozenset({"reboot", "concepts"}))
HANDOUT = orphans.load(RUBRIC)


class _Page(HTMLParser):
    """Collects ids, links and the addresses that a page would load."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.tags: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for key, value in attrs:
            if key == "id":
                self.ids.append(value or "")
            if key == "href":
                self.links.append(value or "")
            if key in ("src", "data", "action"):
                self.loaded.append(value or "")


def rendered(language: str) -> dict[str, str]:
    return {
        "handout": pages.handout(HANDOUT, language),
        "coverage": pages.coverage(HANDOUT, syllabus.load(RUBRIC), language),
    }


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("which", ["handout", "coverage"])
def test_page_is_complete_in_itself(which: str, language: str) -> None:
    """A page loads nothing, runs nothing, has each id once, and every link leads to a place in it."""
    text = rendered(language)[which]
    page = _Page(text)
    assert page.loaded == []
    assert "script" not in page.tags
    assert "default-src 'none'" in text
    assert len(set(page.ids)) == len(page.ids)
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)
    assert f'<html lang="{"zh-CN" if language == "zh" else "en"}">' in text
    assert not re.search(r"\{(machines|cluster|handout)\.", text)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_handout_shows_every_instruction_and_every_point_once(language: str) -> None:
    """The points that stand beside the criteria add up to those of the course."""
    text = rendered(language)["handout"]
    for instruction_ in HANDOUT.instructions:
        assert f'id="{instruction_.id}"' in text
    said = words(language)
    shown = re.findall(
        rf'<span class="points">(?:(\d+) \u00d7 )?([\d.]+) (?:{said["point"]}|{said["points"]})</span>', text
    )
    assert sum(Fraction(times or 1) * Fraction(points) for times, points in shown) == 100


def test_coverage_names_every_criterion_with_its_scenario() -> None:
    """Each criterion stands on the page with the scenario of the feature that judges it."""
    text = rendered("en")["coverage"]
    for exercise in RUBRIC.exercises:
        for criterion in exercise.criterion:
            assert f'id="criterion-{criterion.id}"' in text
    assert text.count("Scenario: ") == len(HANDOUT.criteria)


def test_texts_of_a_course_are_shown_as_text(tmp_path: Path) -> None:
    """What would be a tag stays text, in sentences and in commands."""
    hostile = {"en": "<script>alert(1)</script> `<b>`", "zh": "<img src=x>"}
    first = instruction("one.begin", "one.first", "one.second", do=hostile, run="cat << 'EOF' > <i>x</i>")
    text = pages.handout(orphans.load(course(tmp_path, first)), "en")
    assert "<script>alert" not in text
    assert "<code>&lt;b&gt;</code>" in text
    assert "&lt;i&gt;x&lt;/i&gt;" in text


def test_words_stand_in_both_languages() -> None:
    """Every word of the pages is there in both languages; only a particle may be empty in one."""
    assert words("en").keys() == words("zh").keys()
    assert [name for name in words("zh") if not words("zh")[name]] == []
    assert [name for name in words("en") if not words("en")[name]] == ["on_end"]


def test_page_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """A place that is no file is told with what to do."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(HostError, match="cannot be written"):
        pages.write("x", tmp_path / "file" / "page.html")
