"""Feature files: read as they are, or refused line by line with the parser's words and the way out."""

from pathlib import Path

import pytest

from labproof.grading import features
from labproof.ground.errors import ConfigError


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "01_base.feature"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def scenario(*lines: str) -> str:
    return "\n".join(("Feature: base", "  Scenario: one", *(f"    {line}" for line in lines))) + "\n"


def test_feature_is_read(tmp_path: Path) -> None:
    """A scenario has its line and its sentences, the background's first, and And is what stood before it."""
    text = "@base\nFeature: b\n  Some words: about it.\n  Background:\n    Given it is up\n" + "\n".join(
        ("  Scenario: one", "    When it is done", "    And done well", "    Then it holds", "")
    )
    read = features.read(written(tmp_path, text))
    assert read.tags == ("base",)
    (one,) = read.scenarios
    assert (one.name, one.line) == ("one", 6)
    assert [(s.kind, s.keyword, s.text) for s in one.sentences] == [
        ("given", "Given", "it is up"),
        ("when", "When", "it is done"),
        ("when", "And", "done well"),
        ("then", "Then", "it holds"),
    ]


@pytest.mark.parametrize(
    "text",
    ["Feature: b\n\tScenario: s\n\t\tThen x\n", "# language: en\nFeature: b\n  Scenario: s\n    Then x\n"],
    ids=["tabs", "language is English"],
)
def test_what_is_plain_gherkin_is_read(tmp_path: Path, text: str) -> None:
    """Tabs before a line, and the language that is meant anyway, are no mistake."""
    assert [s.name for s in features.read(written(tmp_path, text)).scenarios] == ["s"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", ":1: empty; write `Feature: ...`"),
        ("\n# only a comment\n", ":1: empty; write `Feature: ...`"),
        ("\ufeffFeature: b\n", ":1: a byte order mark stands before the text; save it as UTF-8 without BOM"),
        (b"Feature: b\n  Scenario: \xff\n", ":2: not UTF-8 text (invalid start byte); save it as UTF-8"),
        ("# language: zh-CN\n功能: b\n", ":1: language 'zh-CN': only English keywords are known; remove the line"),
        ("\n# language: xx\nFeature: b\n", ":2: language 'xx': only English keywords are known"),
        ("Featur: b\n  Scenario: s\n    Then x\n", ":1: Unexpected token found"),
        ("Featur: b\n", "(found 'Featur: b'); is 'Feature' meant?"),
        (scenario("When x", "Thn y"), ":4: Unexpected token found"),
        (scenario("When x", "Thn y"), "(found 'Thn y'); is 'Then' meant?"),
        (scenario("Whn x", "Then y"), ":2: 'Whn x' below this line begins with no keyword and is never run"),
        ("Feature: b\n  Scenaro: s\n    When x\n", "'Scenaro: s' is no heading of Gherkin; is 'Scenario:' meant?"),
        (
            "Feature: b\n  Background:\n    Givn x\n  Scenario: s\n    Then y\n",
            "'Givn x' below this line begins with no",
        ),
        ("Feature: b\n  Some words.\n", ":1: no scenario; write one"),
        (scenario("Then x") + "Feature: c\n", ":4: Multiple features are not allowed in a single feature file"),
        (scenario("And x"), ":3: First step in a scenario"),
        ("Feature: b\n  Scenario:\n    Then x\n", ":2: a scenario without a name"),
        (scenario("Then x") + "  Scenario: one\n    Then y\n", ":4: scenario 'one': the name stands twice"),
        ("Feature: b\n  Rule: r\n    Scenario: s\n      Then x\n", "Rule 'r' is not supported"),
        (
            "Feature: b\n  Scenario Outline: s\n    Then <x>\n    Examples:\n      | x |\n      | a |\n",
            ":2: Scenario Outline 's' is not supported; write one Scenario for each example",
        ),
        (scenario("Then x", "  | a | b |"), ":3: 'x': no step reads a table; say it in the sentence itself"),
        (
            scenario("Then x", '"""', "more", '"""'),
            ":3: 'x': no step reads a text block; say it in the sentence itself",
        ),
        (scenario("Then x", '"""', "more"), "unexpected end of file"),
        (scenario("Then x", "| a | b |", "| a |"), ":5: (5:5): inconsistent cell count within the table"),
    ],
)
def test_broken_feature_is_refused(tmp_path: Path, text: str | bytes, problem: str) -> None:
    """What the parser, or a step, would not take as it was meant is told with the file, the line and the fix."""
    path = written(tmp_path, text)
    with pytest.raises(ConfigError) as refused:
        features.read(path)
    assert any(problem in line and line.startswith(str(path)) for line in refused.value.problems), (
        refused.value.problems
    )


def test_all_features_are_told_at_once(tmp_path: Path) -> None:
    """One broken feature does not hide another, and a feature in a folder below is named."""
    (tmp_path / "more").mkdir()
    for name in ("01_a.feature", "02_b.feature", "more/03_c.feature"):
        (tmp_path / name).write_text("Featur: x\n", encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        features.read_all(tmp_path)
    assert [line.split(":")[0].removeprefix(f"{tmp_path}/") for line in refused.value.problems] == [
        "01_a.feature",
        "02_b.feature",
        "more/03_c.feature",
    ]
