"""The sentences of a scenario beside the criteria that they are."""

from labproof.records.model import CriterionRecord, ScenarioRecord, StepRecord


def lines(scenario: ScenarioRecord) -> list[tuple[StepRecord | None, CriterionRecord | None]]:
    """Return the sentences in order, each with the criterion that it is; criteria without one stand last."""
    left = list(scenario.criteria)
    result: list[tuple[StepRecord | None, CriterionRecord | None]] = []
    # From the end, where the Then sentences are: a When may read the same.
    for step in reversed(scenario.steps):
        match = next((c for c in reversed(left) if c.text == step.text), None)
        if match is not None:
            left.remove(match)
        result.insert(0, (step, match))
    return result + [(None, criterion) for criterion in left]
