"""What must be true of the markup of every report: safe with any text, whole without its script, read by anybody."""

import re
from base64 import b64encode
from collections import Counter
from dataclasses import replace
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import pytest

from labproof.ground.places import course_dir
from labproof.records.model import RunRecord
from labproof.showing import report, scripts
from labproof.showing.looks import SHOWN_CHARACTERS
from tests.golden import samples
from tests.showing.pages import RUNS, Page, page


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG defines it."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_tags_are_closed(any_page: Page) -> None:
    """Every element is closed where it should be."""
    assert any_page.open == []


def test_nothing_loads(any_page: Page) -> None:
    """No page has an event handler, a form or anything that a browser would fetch; a script has no source."""
    assert not {"img", "link", "iframe", "object", "form", "base"} & {tag for tag, _ in any_page.tags}
    assert not [name for _, attrs in any_page.tags for name in attrs if name.startswith("on") or name == "src"]
    assert all(link.startswith("#") for link in any_page.values("href"))
    assert "default-src 'none'" in any_page.values("content")[0]


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
def test_only_our_own_script_may_run(run: RunRecord) -> None:
    """The policy allows one script by its hash: the page's own, which stands in it once and to the byte."""
    text = report.render(run)
    [script] = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    digest = b64encode(sha256(script.encode()).digest()).decode()
    assert text.count("<script") == 1
    assert re.findall(r"script-src ([^;]*);", text) == [f"'sha256-{digest}'"]


def test_script_asks_for_nothing() -> None:
    """The script reads and hides what stands in the page: it fetches, stores and writes no markup."""
    text = scripts.script("language", "report", "times").text
    forbidden = (
        "fetch",
        "XMLHttp",
        "innerHTML",
        "insertAdjacent",
        "document.write",
        "eval",
        "Storage",
        "cookie",
        "http",
    )
    assert [word for word in forbidden if word in text] == []


def test_page_is_whole_without_the_script(any_page: Page) -> None:
    """What the script works with is hidden until it runs, and nothing else is."""
    assert [attrs.get("id") for _, attrs in any_page.tags if "hidden" in attrs] == ["language", "find"]


def test_page_is_found_through_by_keyboard(any_page: Page) -> None:
    """The first link skips to the score; navigation, main part and search are landmarks; nothing else takes a tab."""
    links = [attrs["href"] for tag, attrs in any_page.tags if tag == "a"]
    assert links[0] == "#score"
    assert Counter(tag for tag, _ in any_page.tags if tag in {"header", "nav", "search", "main", "footer"}) == Counter(
        ["header", "nav", "search", "main", "footer"]
    )
    assert any_page.values("tabindex") == []


def test_style_loads_nothing(tmp_path: Path) -> None:
    """The style sheet names no address."""
    text = report.write(samples.FULL, tmp_path).read_text(encoding="utf-8")
    style = text.partition("<style>")[2].partition("</style>")[0]
    assert style.strip()
    assert "url(" not in style
    assert "@import" not in style


def test_ids_are_unique_and_links_lead_somewhere(any_page: Page) -> None:
    """No two elements share an id, and every link has a place to go to."""
    ids = Counter(any_page.values("id"))
    assert [name for name, count in ids.items() if count > 1] == []
    assert {link[1:] for link in any_page.values("href")} <= ids.keys()


def test_headings_skip_no_level(any_page: Page) -> None:
    """A screen reader finds one h1 and no heading that is two levels below the one before."""
    levels = [int(tag[1]) for tag, _ in any_page.tags if tag in {"h1", "h2", "h3", "h4"}]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_table_headers_have_a_scope(any_page: Page) -> None:
    """Every table header says whether it heads a row or a column."""
    headers = [attrs for tag, attrs in any_page.tags if tag == "th"]
    assert headers
    assert all(attrs.get("scope") in {"row", "col"} for attrs in headers)


def test_invisible_characters_are_shown(any_page: Page) -> None:
    """No control character, bidi override or lone surrogate reaches the page."""
    assert not [c for c in any_page.text if not c.isprintable()]


def test_hostile_text_is_shown(tmp_path: Path) -> None:
    """What a machine wrote is read as text: markup as it stands, control bytes as escapes."""
    text = page(samples.HOSTILE, tmp_path).text
    assert "<script>alert(1)</script>\\x1b[31mred\\x1b[0m\\x00 \\u202egnp.exe\\u202c" in text
    assert "\\udcff" in text


def test_hostile_foot_stays_in_its_string() -> None:
    """Whatever a student is called, it ends no string of the style sheet and begins no rule."""
    text = report.render(replace(samples.FULL, student='学生 1"; } * { display: none } </style> \\\n'))
    [foot] = re.findall(r'@bottom-left \{ content: "([^\n]*)"; \}', text)
    assert foot.startswith("Labproof · 学生 1 ")
    assert not set('"\\{};<>') & set(foot)


def test_times_are_marked_for_the_reader(every: Page) -> None:
    """Every time is told in UTC and marked, so that the script can add the reader's; what is no time is not."""
    times = every.values("datetime")
    assert {"2026-03-01T10:00:00+00:00", "2026-03-01T10:02:30+00:00", samples.SECOND.started} <= set(times)
    hostile = Page(report.render(samples.HOSTILE)).values("datetime")
    assert all(re.fullmatch(r"2026-[\d:T+-]+", stamp) for stamp in hostile)


def test_long_output_is_cut_and_says_so(tmp_path: Path) -> None:
    """Of a hundred kilobytes the beginning and the end are shown, and how much is left out."""
    path = report.write(samples.HOSTILE, tmp_path)
    left_out = len(samples.HUGE) - SHOWN_CHARACTERS
    text = Page(path.read_text(encoding="utf-8")).text
    assert f"[{left_out} characters are left out here; result.json has them]" in text
    assert "THE-END" in text
    assert path.stat().st_size < 200_000


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_can_be_read(scheme: str) -> None:
    """Every text colour has a contrast of at least 4.5 to 1 with what it stands on."""
    style = (course_dir() / "reports" / "report.css").read_text(encoding="utf-8")
    blocks = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    colour = dict(re.findall(r"--([\w-]+): (#\w{6})", blocks[("light", "dark").index(scheme)]))
    pairs = [(text, ground) for text in ("ink", "soft", "link") for ground in ("page", "card", "code")]
    outcomes = ("earned", "lost", "blocked", "undetermined", "skipped")
    pairs += [(text, f"{name}-tint") for name in outcomes for text in (name, "ink", "soft")]
    assert not {pair for pair in pairs if contrast(colour[pair[0]], colour[pair[1]]) < 4.5}
