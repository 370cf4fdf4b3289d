"""Recognising known mistakes in what was seen. This explains a lost point; it never decides one."""

import re
from collections.abc import Iterable

from labproof.grading.exercise import SlipEntry
from labproof.records.model import Exchange, Slip

_EXCERPT = 160


def recognise(
    entries: Iterable[SlipEntry], criterion: str, found: str, exchanges: Iterable[Exchange]
) -> tuple[Slip, ...]:
    """Return the mistakes whose symptom shows in what was found or in the evidence of a criterion."""
    # Each look of a wait has seen the same: a text that was searched already has nothing new in it.
    texts = tuple(dict.fromkeys([found, *(text for e in exchanges for text in (e.output, e.error) if text)]))
    slips = []
    for entry in entries:
        if criterion not in entry.criteria:
            continue
        pattern = re.compile(entry.symptom, re.IGNORECASE)
        match = next((m for m in map(pattern.search, texts) if m), None)
        if match:
            slips.append(Slip(entry.id, entry.says, entry.try_this, _shown(match)[:_EXCERPT]))
    return tuple(slips)


def _shown(match: re.Match[str]) -> str:
    """Return the words that convince: the group `shown` of a symptom that reads on from the beginning, or all of it."""
    return match["shown"] if "shown" in match.re.groupindex else match[0]
