"""Evidence as the page shows it: each answer once, and the many looks of one wait as the first and the last."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from labproof.records.model import Exchange
from labproof.showing.text import length_between_tags, pieces

FEW = 2
"""So many looks of one kind are all shown."""
SHOWN_CHARACTERS = 16_000
"""How much of one output the page shows; result.json has all that was kept."""
BRIEF_CHARACTERS = 600
"""How much of one output is shown once the page is nearly full."""
_ROOM = {SHOWN_CHARACTERS: 600_000, BRIEF_CHARACTERS: 850_000}
"""How many bytes of evidence a page takes while outputs are shown so far: with all around it, it stays under 1.5 MB."""
_MARK_BYTES = 31
"""What the page writes around an invisible character."""
MOST_CHANGES = 8
"""Parts of an answer that are named of those that have changed, each way."""
_CHANGE_CHARACTERS = 160
_SEPARATORS = re.compile(r"[,\n{}\[\]]+")


@dataclass(frozen=True)
class Shown:
    """Where an exchange stands in the page, whether that is the place that shows it, and how much of it.

    No `characters` at all are left for one when the page is full.
    """

    anchor: str
    is_first: bool
    characters: int = SHOWN_CHARACTERS


class Evidence:
    """Gives every exchange one anchor: one reading can prove many criteria, and is shown in full once."""

    def __init__(self) -> None:
        self._anchors: dict[Exchange, str] = {}
        self._taken: set[str] = set()
        self._shown = 0

    def place(self, exchange: Exchange) -> Shown:
        """Return the anchor of the exchange and whether it is asked for the first time."""
        if known := self._anchors.get(exchange):
            return Shown(known, is_first=False)
        anchor = f"exchange-{exchange.number}"
        # Merged runs may have used one number twice.
        if anchor in self._taken:
            anchor = f"{anchor}-{len(self._anchors)}"
        self._anchors[exchange] = anchor
        self._taken.add(anchor)
        for limit, room in _ROOM.items():
            if (needed := self._shown + _bytes(exchange, limit)) <= room:
                self._shown = needed
                return Shown(anchor, is_first=True, characters=limit)
        return Shown(anchor, is_first=True, characters=0)


@dataclass(frozen=True)
class Series:
    """Looks of one kind in their order: a single one, or those of a wait."""

    exchanges: tuple[Exchange, ...]

    @property
    def first(self) -> Exchange:
        """Return the first look."""
        return self.exchanges[0]

    @property
    def last(self) -> Exchange:
        """Return the last look."""
        return self.exchanges[-1]

    @property
    def is_wait(self) -> bool:
        """Tell whether there are so many looks that only the ends are shown."""
        return len(self.exchanges) > FEW

    @property
    def answers(self) -> int:
        """Return how many different answers came."""
        return len({_answer(exchange) for exchange in self.exchanges})

    @property
    def shown(self) -> tuple[Exchange, ...]:
        """Return the looks that the page shows."""
        if not self.is_wait:
            return self.exchanges
        return (self.first,) if self.answers == 1 else (self.first, self.last)

    @property
    def gone(self) -> list[str]:
        """Return what the first answer said and the last does not."""
        return _only_in(self.first.output, self.last.output)

    @property
    def new(self) -> list[str]:
        """Return what the last answer says and the first did not."""
        return _only_in(self.last.output, self.first.output)


def series(exchanges: Iterable[Exchange]) -> list[Series]:
    """Return the exchanges with those of one question together, in the order of the first of each."""
    alike: dict[tuple[str, ...], list[Exchange]] = {}
    for exchange in exchanges:
        alike.setdefault((exchange.machine, exchange.kind, exchange.request, exchange.purpose), []).append(exchange)
    return [part for group in alike.values() for part in _parts(group)]


def _bytes(exchange: Exchange, limit: int) -> int:
    """Return how many bytes a page needs for so many characters of each text, hostile ones among them."""
    texts = [text[:limit] for text in (exchange.request, exchange.output, exchange.error)]
    marks = sum(1 for text in texts for _ in pieces(text)) - len(texts)
    return marks * _MARK_BYTES + sum(map(length_between_tags, texts))


def _parts(group: Sequence[Exchange]) -> list[Series]:
    if len(group) > FEW:
        return [Series(tuple(group))]
    return [Series((exchange,)) for exchange in group]


def _answer(exchange: Exchange) -> tuple[object, ...]:
    return (exchange.status, exchange.digest or exchange.output, exchange.error, exchange.problem)


def _only_in(one: str, other: str) -> list[str]:
    """Return the first few parts of one answer that the other lacks, none of them long."""
    known = {part.strip() for part in _SEPARATORS.split(other)}
    parts = dict.fromkeys(part.strip() for part in _SEPARATORS.split(one))
    return [part[:_CHANGE_CHARACTERS] for part in parts if part and part not in known][:MOST_CHANGES]
