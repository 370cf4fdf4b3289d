"""Text as the page shows it."""

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape

from labproof.showing import text as text_of


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain\ttext\n", "plain\ttext\n"),
        ("安装 é", "安装 é"),
        ("\x1b[0m\r\x00\x9b", "\\x1b[0m\\x0d\\x00\\x9b"),
        ("a\u202eb\u200bc\ufeff\u2028", "a\\u202eb\\u200bc\\ufeff\\u2028"),
        ("\udcff\U000e0041", "\\udcff\\U000e0041"),
    ],
)
def test_visible(text: str, shown: str) -> None:
    """Invisible characters become escapes, line ends and tabs stay, and all scripts stay."""
    assert text_of.visible(text) == shown
    assert "".join(piece.plain + piece.escape for piece in text_of.pieces(text)) == shown


def test_pieces_tell_an_escape_from_its_text() -> None:
    """An escape that we made is told apart from the same characters in the output."""
    assert list(text_of.pieces("\\x1b\x1b")) == [("\\x1b", "\\x1b"), ("", "")]


@given(st.text(st.characters() | st.sampled_from("\x00\t\n\x1b\x7f&<>'\"\u202e")))
def test_plain_text_has_nothing_invisible(text: str) -> None:
    """What is called plain stays as it is, and what stays as it is and is ASCII is called plain."""
    is_same = "".join(piece.plain + piece.escape for piece in text_of.pieces(text)) == text == text_of.visible(text)
    assert text_of.is_plain(text) == (is_same and text.isascii())


@given(st.text(st.characters() | st.sampled_from("&<>'\"\ud800")))
def test_text_between_tags_is_no_markup(text: str) -> None:
    """What it says is the same as with every sign escaped, quotes stay as they are, and its bytes are known."""
    shown = text_of.between_tags(text)
    assert html.unescape(shown) == html.unescape(escape(text))
    assert not {"<", ">"} & set(shown)
    assert shown.count('"') == text.count('"')
    assert text_of.length_between_tags(text) == len(shown.encode("utf-8", "backslashreplace"))


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "0.00 s"), (0.214, "0.21 s"), (12.34, "12.3 s"), (125.4, "2 min 5 s")]
)
def test_duration(seconds: float, shown: str) -> None:
    """Short times keep their fractions, long ones are minutes and seconds."""
    assert text_of.duration(seconds) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Run `id -u` and `who`.", "Run <code>id -u</code> and <code>who</code>."),
        ("`<b>` & <i>", "<code>&lt;b&gt;</code> &amp; &lt;i&gt;"),
        ("one ` alone", "one ` alone"),
        ("`a\nb`", "`a\nb`"),
        ("`\x1b`", "<code>\\x1b</code>"),
    ],
)
def test_prose(text: str, shown: str) -> None:
    """A pair of backticks on one line makes code; all else is escaped, a lone backtick stays."""
    assert text_of.prose(text) == Markup(shown)


def test_text_in_a_style_sheet_cannot_end_its_string() -> None:
    """Of a hostile name only letters, digits and a few signs come into the style sheet."""
    assert text_of.in_style('x"; } </style><script>\\') == "x  stylescript"
    assert text_of.in_style("20260301-100000-verify") == "20260301-100000-verify"
