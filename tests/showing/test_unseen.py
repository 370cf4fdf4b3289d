"""What could not be seen: by its reason, with what it is worth."""

from fractions import Fraction

from labproof.records.model import Outcome
from labproof.showing import report
from labproof.showing.unseen import unseen
from tests.golden import samples
from tests.showing.pages import Page


def test_a_reason_is_told_once() -> None:
    """What kept many criteria from being judged stands once, with all of them, the one with most points first."""
    found = unseen(samples.UNDETERMINED)
    assert [(each.points, len(each.criteria)) for each in found] == [(42, 6), (22, 4)]
    assert sum(each.points for each in found) == samples.UNDETERMINED.score.undetermined
    html = report.render(samples.UNDETERMINED)
    start = html.index('id="unseen"')
    assert html[start : html.index("</section>", start)].count("node: no answer from 192.168.200.20:22") == 1


def test_what_was_seen_is_no_part_of_it() -> None:
    """A run in which everything was seen has none, and only what is undetermined is among it."""
    assert unseen(samples.FULL) == ()
    (only,) = unseen(samples.EVERY_OUTCOME)
    assert [c.outcome for c in only.criteria] == [Outcome.UNDETERMINED]
    assert only.points == Fraction(4)


def test_full_score_does_not_hide_what_failed() -> None:
    """Where all points are earned and what is worth none has failed, the page says both."""
    words = " ".join(Page(report.render(samples.UNPAID)).words)
    assert "Every criterion that applies here has passed" not in words
    for told in ("Full score: no point is lost.", "what failed is worth no points.", "could not be seen."):
        assert told in words
    assert "Every criterion that applies here has passed" in " ".join(Page(report.render(samples.FULL)).words)


def test_a_section_without_points_says_what_became_of_it() -> None:
    """The table of sections counts what failed where its points cannot tell."""
    html = report.render(samples.UNPAID)
    row = html[html.index('<a href="#section-reboot">') :]
    assert row[: row.index("</tr>")].count('class="tally"') == len(Outcome) - 1
