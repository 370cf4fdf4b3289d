"""Both languages are whole: nothing that people read is missing in one of them."""

from pathlib import Path

import pytest

from labproof.authoring import catalogues, course_texts, texts
from labproof.ground.places import engine_dir
from labproof.ground.wording import course_catalogue, engine_catalogue

ROOT = engine_dir()
HELP = '@group.command()\ndef f():\n    """Do the very thing.\n\n    And of it too."""'


def test_engine_speaks_chinese() -> None:
    """Every text of the engine and its templates has a translation that nobody guessed, with the same blanks."""
    assert catalogues.missing(engine_catalogue("zh"), catalogues.engine_texts()) == []


def test_course_speaks_chinese() -> None:
    """So has every title, sentence, reason, hint, advice and known mistake, and what the steps expect and find."""
    assert catalogues.missing(course_catalogue("zh", ROOT), course_texts.collect(ROOT)) == []


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    """A text without a translation, a guess, other blanks, and a translation of nothing are each told with the file."""
    path = tmp_path / "zh.po"
    path.write_text(
        '#, fuzzy\nmsgid "a {x}"\nmsgstr "甲 {x}"\n\nmsgid "b {x}"\nmsgstr "乙 {y}"\n\nmsgid "d"\nmsgstr "丁"\n',
        "utf-8",
    )
    found = {"a {x}": ["m.py"], "b {x}": ["m.py"], "c": ["m.py"]}
    told = catalogues.missing(path, found)
    assert [line.partition(str(path))[2] for line in told] == [
        ": only a guess at 'a {x}'; correct it and remove the word fuzzy",
        ": 'b {x}': the translation has other blanks; use each of them",
        ": no translation of 'c'; `labproof author texts` makes a place for it",
        ": nobody says 'd' any more; `labproof author texts` removes it",
    ]


def test_more_than_a_word_fills_no_blank(tmp_path: Path) -> None:
    """A sentence with a word in a phrase's blank is that phrase; with more it is a text of its own."""
    (tmp_path / "features").mkdir()
    (tmp_path / "steps").mkdir()
    (tmp_path / "steps" / "tokens.py").write_text('what = f"the token of {name}"\n')
    lines = "Scenario: One\n  Then the token of me\n  And the token of me may do everything\n"
    (tmp_path / "features" / "01_one.feature").write_text(lines)
    assert list(course_texts.collect(tmp_path)) == ["One", "the token of me may do everything", "the token of {name}"]


def test_a_course_may_have_one_language(tmp_path: Path) -> None:
    """A course without a catalogue is told text by text what it does not say."""
    second = ROOT / "tests" / "second_course"
    found = course_texts.collect(second)
    assert found
    assert len(catalogues.missing(course_catalogue("zh", second), found)) == len(found)
    assert course_texts.untranslated(second, "zh") == list(found)
    assert course_texts.untranslated(ROOT, "zh") == []


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('raise E(f"{path}: no such file, {shown(key)!r}")', ["{path}: no such file, {key}"]),
        ('x = "one half " + f"the {other.half}"', ["one half the {half}"]),
        ('x = f"{{a}} is not {b}"', ["{{a}} is not {b}"]),
        ('x = f"it is {\'not ready\' if y else \'fine\'} yet"', ["fine", "it is {y} yet", "not ready"]),
        ('x = value or "none"', ["none"]),
        ('machine.act("systemctl stop firewalld && systemctl disable firewalld")', []),
        ('def f():\n    """Return the very thing."""', []),
        (HELP, ["And of it too.", "Do the very thing."]),
        ('x = ["key", "other-key", "one_more"]', []),
    ],
)  # fmt: skip
def test_texts_are_found_in_source(source: str, said: list[str]) -> None:
    """What people read is found in plain source; commands, keys and docstrings are not taken for it."""
    assert sorted(text.said for text in texts.find(source)) == said
