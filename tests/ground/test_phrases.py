"""Phrases: a finished text is found by its words, and said with the same fillings."""

import time

import pytest

from labproof.ground.phrases import LONGEST, Phrasebook, blanks

BOOK = Phrasebook(
    {
        "no such file": "没有这个文件",
        "{path}: no such file; check the path": "{path}:没有这个文件;请检查路径",
        "{path}: not a result ({what}); grade again": "{path}:不是结果({what!t});请重新评分",
        "{what} could not be read": "读不了 {what}",
        "{what} could not be read by {who}": "{who} 读不了 {what}",
        "missing: {names}": "缺少:{names}",
        "no {what}": "没有{what!t}",
        "{name} is {value}": "{name} 是 {value!t}",
        "swap in use": "正在使用的 swap",
        "absent": "没有",
        "use {{machine}} in {place}": "在 {place} 里写 {{machine}}",
        "on {one} and {other}": "在 {other} 和 {one} 上",
        "{got} of {all}": "{all} 之 {got}",
        "{ready} of {wanted} available": "{wanted} 个中 {ready} 个可用",
        "{what} was lost on the way": "{what}在路上丢了",
        "a key was lost on {place}": "一把钥匙丢在{place}",
        "a {thing} was lost on {place}": "一个 {thing} 丢在{place}",
        "same": "same",
    }
)
MISSING = {"missing: {names}": "缺少:{names}", "  found: {what}": "  见:{what}"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no such file", "没有这个文件"),
        ("/a b: no such file; check the path", "/a b:没有这个文件;请检查路径"),
        ("x: not a result (absent); grade again", "x:不是结果(没有);请重新评分"),
        ("x: not a result (odd); grade again", "x:不是结果(odd);请重新评分"),
        ("it could not be read by us", "us 读不了 it"),
        ("no swap in use", "没有正在使用的 swap"),
        ("0 of 1 available; 1 of 2 available; odd", "1 个中 0 个可用; 2 个中 1 个可用; odd"),
        ("use {machine} in a.toml", "在 a.toml 里写 {machine}"),
        ("use {machine} in {{b}}", "在 {{b}} 里写 {machine}"),
        ("on master and node", "在 node 和 master 上"),
        ("hostname is absent, /etc/hostname is node", "hostname 是 没有, /etc/hostname 是 node"),
        ("a key was lost on the way", "一把钥匙丢在the way"),
        ("absent: no swap in use", "没有: 没有正在使用的 swap"),
        ("absent; missing: a, b", "没有; 缺少:a, b"),
        ("absent\n  missing: a\n  said by a machine", "没有\n  缺少:a\n  said by a machine"),
    ],
)
def test_text_is_said(text: str, said: str) -> None:
    """A text is said whole, by the phrase that fits it best, or part by part; what is unknown stays."""
    assert BOOK.say(text) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("absent, no such file", "没有、没有这个文件"),
        ("absent; absent", "没有/没有"),
        ("could not be read: absent", "could not be read: absent"),
        ("absent: no such file", "没有=没有这个文件"),
        ("missing: a; missing: b", "缺少:a/缺少:b"),
        ("swap in use (absent)", "正在使用的 swap[没有]"),
        ("missing: a (f(x): absent)", "缺少:a[f(x): absent]"),
        ("missing: a (b) and (c)", "缺少:a (b) and (c)"),
        ("missing: a\n  missing: b\n  (c)", "缺少:a\n  缺少:b\n  (c)"),
        ("  found: absent\nmissing: b", "  见:absent\n缺少:b"),
        ("swap in use; said (absent)", "正在使用的 swap/said (absent)"),
    ],
)
def test_parts_have_the_marks_of_the_language(text: str, said: str) -> None:
    """Between known texts, and around what was seen with one, stand the language's marks; no blank takes several."""
    marks = {", ": "、", "; ": "/", ": ": "=", " (": "[", ")": "]"}
    book = Phrasebook(
        {"no such file": "没有这个文件", "absent": "没有", "swap in use": "正在使用的 swap", **MISSING}, marks
    )
    assert book.say(text) == said


def test_a_text_is_said_behind_its_heading() -> None:
    """A heading and its text are said apart, so that no phrase fits both of them together."""
    assert BOOK.headed("absent", "no swap in use") == "没有: 没有正在使用的 swap"


@pytest.mark.parametrize(
    "text",
    ["", "same", "said by a machine", "no one here knows what this is", "a word; the option is no value", "a, absent"],
)
def test_what_has_no_phrase_stays(text: str) -> None:
    """A text that nobody translated is told from one that was, and a short phrase does not swallow a sentence."""
    assert BOOK.find(text) is None
    assert BOOK.say(text) == text


def test_blanks_are_compared_by_name() -> None:
    """A translation may turn its blanks round and ask that they are said, too; braces that are none are no blanks."""
    assert blanks("{b!t} of {a} {{c}}") == blanks("{a}: {b}") == ["a", "b"]


def test_a_long_text_costs_little() -> None:
    """A text made to fit badly is done with in one pass, and what is longer than any text of ours is not looked at."""
    book = Phrasebook({"{a}b{c}b{d}b{e}b{f}!": "x {a}{c}{d}{e}{f}"})
    started = time.perf_counter()
    for nested in ("absent: ", "a is ", "no ", "x: not a result (", "a; ", "a, ", "missing: "):
        assert BOOK.say(nested * (LONGEST // len(nested)))
    assert book.find("b" * (LONGEST - 1) + "?") is None
    assert book.find("absent" * LONGEST) is None
    assert time.perf_counter() - started < 1
