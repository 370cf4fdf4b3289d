"""What to fix: twins are one, and what gives most stands first."""

from dataclasses import replace
from fractions import Fraction

from labproof.records.model import Outcome, RunRecord, SectionRecord
from labproof.showing import fixes
from tests.golden import samples
from tests.golden.samples import criterion

FAILED, BLOCKED = Outcome.FAILED, Outcome.BLOCKED


def run(*sections: tuple[str, tuple[object, ...]]) -> RunRecord:
    """Return a run whose sections have these criteria."""
    made = (
        SectionRecord(id, {"en": id}, "1", (samples.scenario(id, *criteria),))  # type: ignore[arg-type]
        for id, criteria in sections
    )
    return replace(samples.FULL, sections=tuple(made))


def test_twins_are_one_fix() -> None:
    """One mistake on two machines is one thing to fix, with the points of both."""
    twins = tuple(criterion(f"a.x@{m}", f"x on {m}", 1, FAILED, why="w") for m in ("master", "node"))
    [fix] = fixes.ranked(run(("a", twins)))
    assert [c.id for c in fix.criteria] == ["a.x@master", "a.x@node"]
    assert (fix.points, fix.is_seen_alike) == (2, True)
    assert [fixes.machine_of(c) for c in fix.criteria] == ["master", "node"]


def test_other_slips_are_other_fixes() -> None:
    """Two machines with different mistakes in one criterion need different advice, so they stay apart."""
    slip = samples.EVERY_OUTCOME.sections[0].scenarios[0].criteria[1].slips
    pair = (criterion("a.x@master", "x", 1, FAILED, slips=slip), criterion("a.x@node", "x", 1, FAILED))
    assert [fix.lead.id for fix in fixes.ranked(run(("a", pair)))] == ["a.x@master", "a.x@node"]


def test_what_most_waits_for_stands_first() -> None:
    """Points that wait count as much as those that are lost, also behind others that are blocked."""
    criteria = (
        criterion("a.small", "small", 3, FAILED),
        criterion("a.big", "big", 1, FAILED),
        criterion("a.next", "next", 1, BLOCKED, blocked_by="a.big"),
        criterion("a.last", "last", "3/2", BLOCKED, blocked_by="a.next"),
    )
    first, second = fixes.ranked(run(("a", criteria)))
    assert (first.lead.id, first.unblocks) == ("a.big", Fraction(5, 2))
    assert (second.lead.id, second.unblocks) == ("a.small", 0)


def test_equal_fixes_keep_the_order_of_the_course() -> None:
    """Of what gives the same, the earlier stands first."""
    criteria = tuple(criterion(f"a.{n}", n, 1, FAILED) for n in "xyz")
    assert [fix.lead.id for fix in fixes.ranked(run(("a", criteria)))] == ["a.x", "a.y", "a.z"]


def test_a_section_blocks_by_its_first_failure() -> None:
    """What waits for a whole section waits for what failed first in it."""
    one = (criterion("a.x", "x", 1, FAILED),)
    other = (criterion("b.y", "y", 2, BLOCKED, blocked_by="a"),)
    [fix] = fixes.ranked(run(("a", one), ("b", other)))
    assert [c.id for c in fix.waiting] == ["b.y"]


def test_a_circle_ends() -> None:
    """A result that was edited so that two criteria block each other still has a page."""
    circle = (criterion("a.x", "x", 1, BLOCKED, blocked_by="a.y"), criterion("a.y", "y", 1, BLOCKED, blocked_by="a.x"))
    assert fixes.ranked(run(("a", circle))) == []
