"""Every question of a run and its answer as an instructor reads them: each folded, all of them within a bound."""

import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from labproof.connection.secrets import mask
from labproof.records.model import Exchange
from labproof.showing.text import duration, visible

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


def status(exchange: Exchange) -> str:
    """Return how a question was answered."""
    if exchange.status is None:
        return f"no answer: {exchange.problem}" if exchange.problem else "no answer"
    return f"{'exit' if exchange.kind == 'command' else 'HTTP'} {exchange.status}"


def _one(exchange: Exchange, limit: int, criteria: Iterable[str]) -> Markup:
    title = _text(" ".join(exchange.request[: 4 * _TITLE].split())[:_TITLE], _TITLE)
    said = f"{exchange.machine} · {exchange.kind} · {status(exchange)} · {duration(exchange.seconds)}"
    said += f" · {exchange.purpose}" if exchange.purpose != "observe" else ""
    blocks = (("request", exchange.request), ("", exchange.output), ("error", exchange.error))
    parts = [
        Markup('<pre class="{}">{}</pre>' if kind else "<pre>{1}</pre>").format(kind, _text(text, limit))
        for kind, text in blocks
        if text
    ]
    summary = Markup('#{} <code>{}</code> <span class="aside">{}</span>').format(exchange.number, title, visible(said))
    return Markup('<details class="asked" id="{}"><summary>{}</summary>{}<p class="facts">{}</p></details>').format(
        anchor(exchange.number), summary, Markup("").join(parts), _facts(exchange, criteria)
    )


def _facts(exchange: Exchange, criteria: Iterable[str]) -> Markup:
    facts = [Markup("{}").format(visible(exchange.started[:40]))]
    if exchange.dropped:
        facts.append(Markup("{} more bytes were not kept; the digest covers them").format(exchange.dropped))
    if exchange.digest:
        facts.append(Markup('SHA-256 <code class="digest">{}</code>').format(visible(exchange.digest[:64])))
    links = [Markup('<a href="#criterion-{}">{}</a>').format(visible(id_), visible(id_)) for id_ in criteria]
    if links:
        facts.append(Markup("for ") + Markup(", ").join(links))
    return Markup(" · ").join(facts)


def _text(text: str, limit: int) -> Markup:
    """Return a text that a machine wrote: masked once more, cut in its middle, every invisible character an escape."""
    shown, cut = text[: limit + 1], len(text) - limit
    if cut > 0:
        shown = f"{text[: limit * 3 // 4]}\n[… {cut} characters are left out here; evidence.jsonl has them …]\n"
        shown += text[-(limit // 4) :]
    # Quotes need no escape between tags, and JSON is made of them.
    return Markup(html.escape(str(visible(mask(shown))), quote=False))
