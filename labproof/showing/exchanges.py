"""The exchanges with machines that a criterion or a step rests on, as a student's page lists them.

Made here, because a page has hundreds of them and a template takes several times as long for each. What is put into
markup by hand is escaped before.
"""

from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

from labproof.records.model import Exchange
from labproof.showing.blocks import block, time
from labproof.showing.both import Both, marked, said, words
from labproof.showing.looks import MOST_CHANGES, Evidence, Series, Shown, series
from labproof.showing.silence import reason
from labproof.showing.text import duration, visible

_TO = "\N{EN DASH}"
_ERROR_OUTPUT = "error"
"""The class of a block that holds what a command wrote as its errors."""
_BRIEF_REQUEST = 200
"""A script that reads many facts at once would otherwise stand in the page once for each of them."""


def listed(evidence: Evidence, exchanges: Sequence[Exchange], label: Both, is_open: bool = False) -> Markup:
    """Return exchanges under their label; `evidence` knows what of them the page shows already."""
    items = [item for looks in series(exchanges) for item in _looks(evidence, looks)]
    opened = " open" if is_open else ""
    return Markup(
        f'<details class="evidence"{opened}>\n<summary>{label.__html__()} ({len(exchanges)})</summary>\n'
        f"<ol>\n{''.join(items)}</ol>\n</details>"
    )


def _looks(evidence: Evidence, looks: Series) -> Iterable[str]:
    if looks.is_wait:
        yield _wait(looks)
    for number, exchange in enumerate(looks.shown):
        place = evidence.place(exchange)
        anchor = f' id="{escape(place.anchor)}"' if place.is_first else ""
        is_asked = place.is_first or len(exchange.request) <= _BRIEF_REQUEST
        # The question of a wait is the same each time.
        is_told = is_asked and place.characters and not (number and looks.is_wait)
        request = f"{block(exchange.request, place.characters, 'request')}\n" if is_told else ""
        yield f"<li{anchor}>\n{_facts(exchange)}\n{request}{_shown(exchange, place)}</li>\n"


def _wait(looks: Series) -> str:
    many = words("{count} looks of one kind", count=len(looks.exchanges)).__html__()
    if looks.answers == 1:
        answers = words("the same answer each time.")
    else:
        answers = words(
            "{count} different answers; the first and the last stand below, result.json has them all.",
            count=looks.answers,
        )
    return (
        f'<li class="wait">\n<p class="facts"><b>{many}</b>, #{looks.first.number} {_TO} #{looks.last.number},\n'
        f"{time(looks.first.started)} {_TO}\n{time(looks.last.started)}:\n{answers.__html__()}</p>\n"
        f"{_changes(looks)}</li>"
    )


def _changes(looks: Series) -> str:
    gone, new = looks.gone, looks.new
    if not (gone or new):
        return ""
    if MOST_CHANGES in (len(gone), len(new)):
        told = words("What changed from the first to the last, in part:")
    else:
        told = words("What changed from the first to the last:")
    parts = [f"<li><del><code>{marked(part)}</code></del></li>" for part in gone]
    parts += [f"<li><ins><code>{marked(part)}</code></ins></li>" for part in new]
    return f'<p class="facts">{told.__html__()}</p>\n<ul class="changes">\n{"".join(parts)}</ul>\n'


def _facts(exchange: Exchange) -> str:
    purpose = _purpose(exchange.purpose)
    return (
        f'<p class="facts">#{escape(exchange.number)} · <b>{escape(visible(exchange.machine))}</b> ·'
        f" {said(exchange.kind).__html__()} · {_status(exchange)} ·\n{duration(exchange.seconds)} ·"
        f" {time(exchange.started)}{f' · {purpose.__html__()}' if purpose else ''}</p>"
    )


def _purpose(purpose: str) -> Both | None:
    """Return what was done beyond looking, None where nothing was."""
    if purpose == "observe":
        return None
    if purpose == "act":
        return words("changes the lab")
    return words("an act that leaves nothing behind") if purpose == "visit" else said(purpose)


def _status(exchange: Exchange) -> str:
    problem = said(reason(exchange.problem)).__html__() if exchange.problem else ""
    if exchange.status is None:
        return f"<b>{words('no answer').__html__()}{f': {problem}' if problem else ''}</b>"
    if exchange.kind == "command":
        status = words("exit {status}", status=exchange.status).__html__()
    else:
        status = Markup(f"HTTP {escape(exchange.status)}")
    return f"{status}{f' · <b>{problem}</b>' if problem else ''}"


def _shown(exchange: Exchange, place: Shown) -> str:
    if not place.is_first:
        above = words("Shown in full above").__html__()
        return f'<p class="facts"><a href="#{escape(place.anchor)}">{above}</a></p>\n'
    if not place.characters:
        return f'<p class="facts">{words("This page is full; result.json has the answer.").__html__()}</p>\n'
    return "".join(_answer(exchange, place.characters))


def _answer(exchange: Exchange, characters: int) -> Iterable[str]:
    if exchange.output:
        yield block(exchange.output, characters)
    if exchange.error:
        is_command = exchange.kind == "command"
        beside = words("Error output") if is_command else words("Response headers")
        yield f'<p class="facts">{beside.__html__()}</p>\n'
        yield f"{block(exchange.error, characters, _ERROR_OUTPUT if is_command else '')}\n"
    if not exchange.output and not exchange.error:
        yield f'<p class="facts">{words("No output.").__html__()}</p>'
    if exchange.dropped:
        told = words("{count} more bytes were not kept; the digest covers them.", count=exchange.dropped)
        yield f'<p class="facts">{told.__html__()}</p>\n'
    if exchange.digest:
        yield f'<p class="facts">SHA-256 <code class="digest">{escape(visible(exchange.digest))}</code></p>'
