"""The labels of which a page has a hundred: what became of something, and how many points it was worth.

Made here, because a template takes several times as long for each.
"""

from markupsafe import Markup

from labproof.records.model import CriterionRecord, number
from labproof.showing.both import said, words

SIGNS = {
    "passed": "✓", "failed": "✗", "blocked": "⊘", "undetermined": "?", "skipped": "\N{EN DASH}",
    "not performed": "○", "nothing to do": "○",
}  # fmt: skip
"""What became of a criterion or a sentence, as a sign for who does not see its colour."""


def badge(outcome: str) -> Markup:
    """Return what became of a criterion, a sentence or a scenario."""
    sign = f'<span aria-hidden="true">{SIGNS[outcome]}</span>'
    return Markup(f'<span class="badge {outcome.replace(" ", "-")}">{sign} {said(outcome).__html__()}</span>')


def points(criterion: CriterionRecord) -> Markup:
    """Return what a criterion has earned, and could have."""
    earned, possible = number(criterion.earned), number(criterion.points)
    unit = f'<span class="unit"> {words("points").__html__()}</span>'
    return Markup(f'<span class="points">{earned}/{possible}{unit}</span>')
