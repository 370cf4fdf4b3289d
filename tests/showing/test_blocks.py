"""What a machine wrote, as blocks of a page: folded where long, cut where too long, and never markup."""

import re

import pytest

from labproof.showing import blocks, both

HOSTILE = "<script>alert('x')</script> & \x1b[31m"


def plain(page: object) -> str:
    """Return what stands in a piece of a page without its tags."""
    return re.sub(r"<[^>]*>", "", str(page))


def test_a_short_text_stands_open() -> None:
    """A few lines are shown as they are, with the class of their kind."""
    assert blocks.block("one\ntwo", 100) == "<pre><code>one\ntwo</code></pre>"
    assert blocks.block("one", 100, "request") == '<pre class="request"><code>one</code></pre>'


@pytest.mark.parametrize("text", ["x" * 701, "\n" * 16])
def test_a_long_text_is_folded(text: str) -> None:
    """Many characters or many lines open when they are asked for; their size and their beginning are told."""
    page = blocks.block(text, 10_000)
    lines = text.count("\n") + 1
    assert page.startswith('<details class="long"><summary><span class="begins">')
    assert f"{lines} line{'s' if lines > 1 else ''}, {len(text)} characters" in page
    assert page.endswith(f"<pre><code>{text}</code></pre></details>")
    assert "<details" not in blocks.block(text[1:], 10_000)


def test_a_text_too_long_is_cut_in_its_middle() -> None:
    """Three quarters of what is shown are its beginning, one is its end; the page says how much is missing."""
    page = plain(blocks.output("a" * 300 + "b" * 500 + "c" * 200, 400))
    assert page.startswith("a" * 300 + "\n[")
    assert page.endswith("]\n" + "c" * 100)
    assert "600 characters are left out here; result.json has them" in page
    assert plain(blocks.output("a" * 400, 400)) == "a" * 400


@pytest.mark.parametrize("text", [HOSTILE, HOSTILE * 100, HOSTILE + "\n" * 20])
def test_nothing_of_a_machine_becomes_markup(text: str) -> None:
    """Neither open, folded nor cut does a text bring a tag or an invisible character into the page."""
    for page in (blocks.block(text, 10_000), blocks.block(text, 80), both.Both.__html__(both.words("{a}", a=text))):
        assert "<script" not in page
        assert "&lt;script&gt;" in page
        assert "\x1b" not in page
    folded = blocks.folded(text)
    assert "<script" not in folded.__html__()


def test_a_short_text_of_a_record_is_said_in_every_language() -> None:
    """What is no block speaks the reader's language; a long text is a machine's own."""
    assert '<span class="zh" lang="zh">' in blocks.folded("no answer").__html__()
    assert 'class="long"' in blocks.folded("no answer " * 100).__html__()


def test_a_time_is_marked_for_the_script() -> None:
    """A time has its machine-readable form with it; what is none is text."""
    time = blocks.time("2026-11-20T08:00:01.250+00:00")
    assert time == '<time datetime="2026-11-20T08:00:01.250+00:00">2026-11-20 08:00:01 UTC</time>'
    assert blocks.time("<i>later") == "&lt;i&gt;later"


def test_numbers_in_words_are_told_apart() -> None:
    """What is remembered for one number is not said for another."""
    assert both.words("exit {status}", status=1).spoken("en") == "exit 1"
    assert both.words("exit {status}", status=127).spoken("en") == "exit 127"
    assert both.words("exit {status}", status="1").spoken("en") == "exit 1"
