"""Every question of a run and its answer as an instructor reads them: each folded, all of them within a bound."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup, escape

from labproof.connection.secrets import mask
from labproof.records.model import Exchange
from labproof.showing.blocks import time
from labproof.showing.both import Both, said, words
from labproof.showing.silence import reason
from labproof.showing.text import between_tags, duration, visible

BYTES = 1_000_000
"""What all questions and answers may take in a page; with all around them it stays under 1.5 MB."""
MOST = 1500
"""Questions that are shown, of a run with more the first and the last; a finished lab is asked some 500."""
LONGEST = 16_000
"""Characters that are shown of one text, where there is room."""
_SHORTEST = 60
_FEWEST = 20
_TITLE = 110


def anchor(number: int) -> str:
    """Return where a question stands in the page."""
    return f"question-{number}"


@dataclass(frozen=True)
class Told:
    """Questions with their answers as HTML, and the numbers of those that are shown."""

    html: Markup
    numbers: frozenset[int]


def folded(exchanges: Sequence[Exchange], asked_by: Mapping[int, Sequence[str]]) -> Told:
    """Return the questions within the bound; `asked_by` names the criteria that rest on each, by its number.

    Made here, because a template takes ten times as long.
    """
    shown = _ends(exchanges, MOST)
    lengths = [len(text) for e in shown for text in (e.request, e.output, e.error)]
    limit = LONGEST
    while sum(min(length, limit) for length in lengths) > BYTES and limit > _SHORTEST:
        limit //= 2
    while True:
        told = Markup("\n").join(_one(e, limit, asked_by.get(e.number, ())) for e in shown)
        # Characters of Chinese, and those that are escaped, take more bytes than one.
        if len(told.encode("utf-8", "replace")) <= BYTES or len(shown) <= _FEWEST:
            return Told(told, frozenset(e.number for e in shown))
        if limit > _SHORTEST:
            limit //= 2
        else:
            shown = _ends(shown, len(shown) // 2)


def _ends(exchanges: Sequence[Exchange], most: int) -> Sequence[Exchange]:
    if len(exchanges) <= most:
        return exchanges
    return [*exchanges[: most // 2], *exchanges[-(most // 2) :]]


def status(exchange: Exchange) -> Markup:
    """Return how a question was answered, in both languages."""
    if exchange.status is None:
        problem = Markup(": {}").format(said(reason(exchange.problem))) if exchange.problem else ""
        return Markup("{}{}").format(words("no answer"), problem)
    if exchange.kind == "command":
        return words("exit {status}", status=exchange.status).__html__()
    return Markup(f"HTTP {escape(exchange.status)}")


def _one(exchange: Exchange, limit: int, criteria: Sequence[str]) -> Markup:
    title = _text(" ".join(exchange.request[: 4 * _TITLE].split())[:_TITLE], _TITLE)
    about: list[object] = [visible(exchange.machine), said(exchange.kind), status(exchange), duration(exchange.seconds)]
    about += [said(exchange.purpose)] if exchange.purpose != "observe" else []
    blocks = (("request", exchange.request), ("", exchange.output), ("error", exchange.error))
    # Markup.format takes ten times as long: what is put in here is escaped, or a text of ours.
    parts = [
        f'<pre class="{kind}">{_text(text, limit)}</pre>' if kind else f"<pre>{_text(text, limit)}</pre>"
        for kind, text in blocks
        if text
    ]
    summary = f'#{escape(exchange.number)} <code>{title}</code> <span class="aside">{_listed(about)}</span>'
    return Markup(
        f'<details class="asked" id="{escape(anchor(exchange.number))}"><summary>{summary}</summary>'
        f'{"".join(parts)}<p class="facts">{_facts(exchange, criteria)}</p></details>'
    )


def _listed(facts: Iterable[object]) -> Markup:
    return Markup(" · ".join(map(escape, facts)))


def _facts(exchange: Exchange, criteria: Sequence[str]) -> Markup:
    facts: list[object] = [time(exchange.started[:40])]
    if exchange.dropped:
        facts.append(words("{count} more bytes were not kept; the digest covers them", count=exchange.dropped))
    if exchange.digest:
        facts.append(Markup(f'SHA-256 <code class="digest">{escape(visible(exchange.digest[:64]))}</code>'))
    if criteria:
        facts.append(_for_criteria(tuple(criteria)))
    return _listed(facts)


@lru_cache(maxsize=2048)
def _for_criteria(criteria: tuple[str, ...]) -> Both:
    """Return links to the criteria that rest on a question; the same ones rest on it in every lab of a class."""
    links = [f'<a href="#criterion-{id_}">{id_}</a>' for id_ in (escape(visible(known)) for known in criteria)]
    return words("for {criteria}", criteria=Markup(", ".join(links)))


def _text(text: str, limit: int) -> Markup:
    """Return a text that a machine wrote: masked once more, cut in its middle, every invisible character an escape."""
    cut = len(text) - limit
    if cut <= 0:
        return _escaped(text)
    told = words("[{count} characters are left out here; evidence.jsonl has them]", count=cut)
    between = Markup('\n<span class="cut">{}</span>\n').format(told)
    return _escaped(text[: limit * 3 // 4]) + between + _escaped(text[-(limit // 4) :])


def _escaped(text: str) -> Markup:
    return between_tags(str(visible(mask(text))))
