"""What a student is told between two looks at a lab."""

from dataclasses import replace
from fractions import Fraction

from labproof.ground import language
from labproof.records.model import (
    CriterionRecord,
    LabDescription,
    Mode,
    Outcome,
    RunRecord,
    ScenarioRecord,
    SectionRecord,
)
from labproof.showing import changes


def run(*outcomes: Outcome) -> RunRecord:
    """Return a look with criteria `base.0` and so on; one that is blocked is so by the first."""
    criteria = tuple(
        CriterionRecord(
            f"base.{number}",
            f"sentence {number}",
            Fraction(2),
            outcome,
            expected="this",
            found="that",
            hints=("an idea", "a place"),
            blocked_by="base.0" if outcome is Outcome.BLOCKED else "",
        )
        for number, outcome in enumerate(outcomes)
    )
    section = SectionRecord("base", {"en": "Base"}, "2", (ScenarioRecord("only", "verify", criteria=criteria),))
    return RunRecord("r", Mode.VERIFY, "", LabDescription("handout", "inventory"), "x", (section,))


def told(before: RunRecord | None, after: RunRecord) -> list[str]:
    return [line for line, _ in changes.lines(before, after)]


def test_first_look() -> None:
    """The first look tells the score, what to do next, and what that would bring with what waits for it."""
    assert told(None, run(Outcome.FAILED, Outcome.BLOCKED, Outcome.PASSED)) == [
        "score: 2 earned, 2 lost, 2 blocked of 6 points",
        "next: sentence 0 (2 points, and 2 more can be earned then)",
        "  expected this, found that",
        "  hint: an idea",
        "  more: labproof explain base.0",
    ]


def test_first_look_in_chinese() -> None:
    """In another language every part of every line is said."""
    with language.spoken("zh"):
        lines = told(None, run(Outcome.FAILED, Outcome.BLOCKED, Outcome.PASSED))
    assert lines == [
        "得分：得到 2，失去 2，受阻 2（满分 6）",  # noqa: RUF001
        "下一步：sentence 0（2 分，之后还可得 2 分）",  # noqa: RUF001
        "  应为：this；实际：that",  # noqa: RUF001
        "  提示：an idea",  # noqa: RUF001
        "  更多：labproof explain base.0",  # noqa: RUF001
    ]


def test_what_has_turned() -> None:
    """What has turned green or red since the last look is told, and nothing of the rest."""
    before = run(Outcome.FAILED, Outcome.PASSED, Outcome.BLOCKED, Outcome.PASSED)
    lines = told(before, run(Outcome.PASSED, Outcome.FAILED, Outcome.FAILED, Outcome.PASSED))
    assert lines[:3] == [
        "+ base.0: sentence 0 (+2)",
        "- base.1: sentence 1 (-2): expected this, found that",
        "- base.2: sentence 2: expected this, found that",
    ]


def test_what_cannot_be_seen_is_no_loss() -> None:
    """A criterion that could be seen and no longer can is neither green nor red."""
    lines = told(run(Outcome.PASSED), run(Outcome.UNDETERMINED))
    assert lines[0] == "? base.0: that"


def test_nothing_new_is_not_told() -> None:
    """A look that saw what the last one saw says nothing."""
    look = run(Outcome.FAILED, Outcome.PASSED)
    assert told(look, replace(look, run="another")) == []


def test_everything_earned() -> None:
    """When all is earned, the student is told how to write it down."""
    assert told(None, run(Outcome.PASSED))[-1] == "everything is earned: `labproof grade` writes it down"
