"""The exchanges that a criterion rests on: what was asked, what came back, each shown in full once."""

import re
from dataclasses import replace

import pytest

from labproof.records.model import Exchange
from labproof.showing import exchanges
from labproof.showing.both import words
from labproof.showing.looks import SHOWN_CHARACTERS, Evidence, Shown
from tests.golden import samples

LABEL = words("Evidence")
HOSTILE = "<script>alert('x')</script> & \x1b[31m"


def asked(number: int = 1, **fields: object) -> Exchange:
    """Return a command that was run on a machine, with what is otherwise about it."""
    known = {"machine": "master", "purpose": "observe", **fields}
    return replace(samples.exchange(number, "command", "cat /etc/hosts", 0, output="127.0.0.1 localhost"), **known)  # type: ignore[arg-type]


def listed(*items: Exchange, evidence: Evidence | None = None, is_open: bool = False) -> str:
    """Return the list as it stands in a page."""
    return str(exchanges.listed(evidence or Evidence(), items, LABEL, is_open))


def english(page: str) -> str:
    """Return what a reader of English finds in a piece of a page."""
    return " ".join(re.sub(r"<[^>]*>", "", re.sub(r'<span class="zh" lang="zh">.*?</span>', "", page)).split())


class Full(Evidence):
    """The evidence of a page that has no room for any more."""

    def place(self, exchange: Exchange) -> Shown:
        return replace(super().place(exchange), characters=0)


def test_question_and_answer_are_told() -> None:
    """Number, machine, what it was, how it ended, how long it took and when; then what was asked and came back."""
    page = listed(asked(7, seconds=0.25, error="warning: slow", digest="ab" * 32, dropped=12))
    assert page.startswith('<details class="evidence">\n<summary>')
    assert '<li id="exchange-7">' in page
    assert '<pre class="request"><code>cat /etc/hosts</code></pre>' in page
    assert '<pre class="error"><code>warning: slow</code></pre>' in page
    said = english(page)
    assert said.startswith("Evidence (1) #7 · master · command · exit 0 · 0.25 s · 2026-")
    assert "127.0.0.1 localhost" in said
    assert "12 more bytes were not kept; the digest covers them." in said
    assert f"SHA-256 {'ab' * 32}" in said
    assert "No output." not in said
    assert '<details class="evidence" open>' in listed(asked(), is_open=True)


def test_answer_without_a_word_says_so() -> None:
    """That nothing came back is an answer, too, and no gap in the page."""
    assert "No output." in english(listed(asked(output="", error="")))


def test_what_api_and_pages_answer_is_told_by_its_status() -> None:
    """HTTP has a status and headers where a command has an exit status and error output."""
    page = listed(asked(kind="api", status=404, error="content-type: text/html\n"))
    assert "· HTTP 404 ·" in english(page)
    assert (
        '<p class="facts"><span class="en" lang="en">Response headers</span><span class="zh" lang="zh">响应头</span>'
        in page
    )
    assert '<pre class="error">' not in page


@pytest.mark.parametrize(
    ("status", "said"),
    [(None, "no answer: none came in time ·"), (0, "exit 0 · none came in time ·")],
    ids=["no answer", "half an answer"],
)
def test_why_no_answer_came_is_told_in_words(status: int | None, said: str) -> None:
    """The record has the name of an error; the page says what it means."""
    assert said in english(listed(asked(status=status, problem="DeadlineExceeded")))


@pytest.mark.parametrize(
    ("purpose", "said"),
    [("observe", "UTC cat"), ("act", "· changes the lab"), ("visit", "· an act that leaves nothing"), ("x", "· x ")],
)
def test_what_was_more_than_a_look_is_told(purpose: str, said: str) -> None:
    """Whoever reads the evidence sees what has changed the lab."""
    assert said in english(listed(asked(purpose=purpose)))


def test_answer_is_shown_once() -> None:
    """Where one reading proves a second criterion, a link leads to it; a short question is told there once more."""
    evidence = Evidence()
    listed(asked(1), asked(2, request="x" * 201, output="long"), evidence=evidence)
    again = listed(asked(1), asked(2, request="x" * 201, output="long"), evidence=evidence)
    assert re.findall(r'href="([^"]*)"', again) == ["#exchange-1", "#exchange-2"]
    assert "id=" not in again
    assert "cat /etc/hosts" in again
    assert "xxx" not in again
    assert "localhost" not in again


def test_full_page_says_where_the_answer_is() -> None:
    """What has no room any more is named all the same."""
    page = listed(asked(), evidence=Full())
    assert "This page is full; result.json has the answer." in english(page)
    assert "/etc/hosts" not in page
    assert '<li id="exchange-1">' in page


def test_wait_is_told_by_its_ends() -> None:
    """Of many looks the first and the last are shown, their question once, with what has changed between them."""
    page = listed(*(asked(n, output=f"same, round {n}") for n in range(1, 6)))
    said = english(page)
    assert "5 looks of one kind, #1 \N{EN DASH} #5," in said
    assert "5 different answers; the first and the last stand below, result.json has them all." in said
    assert "What changed from the first to the last:" in said
    assert "<del><code>round 1</code></del>" in page
    assert "<ins><code>round 5</code></ins>" in page
    assert page.count("cat /etc/hosts") == 1
    assert "round 3" not in page


def test_wait_in_which_nothing_changes_is_told_as_such() -> None:
    """The same answer again and again stands there once."""
    page = listed(*(asked(n) for n in range(1, 4)))
    assert "the same answer each time." in english(page)
    assert "What changed" not in page
    assert page.count("localhost") == 1


def test_changes_are_told_in_part_where_there_are_many() -> None:
    """A page names a few of them, and says that there are more."""
    old, new = ("\n".join(f"{word} {n}" for n in range(20)) for word in ("old", "new"))
    page = listed(asked(1, output=old), asked(2, output=old), asked(3, output=new))
    assert "What changed from the first to the last, in part:" in english(page)
    assert page.count("<del>") == page.count("<ins>") == 8


@pytest.mark.parametrize(
    "name", ["machine", "kind", "request", "output", "error", "problem", "purpose", "digest", "started"]
)
@pytest.mark.parametrize("count", [1, 3])
def test_nothing_of_a_student_becomes_markup(name: str, count: int) -> None:
    """Evidence that is handed in says what its student likes, in each of its texts."""
    items = [asked(n, **{name: f"{HOSTILE} {n}"}) for n in range(count)]
    page = listed(*items, *(asked(n, **{name: HOSTILE}) for n in range(count)))
    assert "<script" not in page
    assert "\x1b" not in page


def test_texts_are_cut_to_what_a_place_has_room_for() -> None:
    """A long answer is cut in its middle, and the page says so."""
    page = listed(asked(output="a" * (SHOWN_CHARACTERS + 5)))
    assert "5 characters are left out here; result.json has them" in english(page)
