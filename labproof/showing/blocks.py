"""What a machine wrote, as a block of a page: long texts folded, too long ones cut in their middle.

Made here, because a page has hundreds of them and a template takes several times as long for each. What is put into
markup by hand is escaped before.
"""

from markupsafe import Markup, escape

from labproof.showing.both import Both, counted, marked, said, words
from labproof.showing.looks import SHOWN_CHARACTERS
from labproof.showing.provenance import moment
from labproof.showing.text import visible

_LONG_CHARACTERS = 700
_LONG_LINES = 15
_BEGINS = 120


def block(text: str, limit: int, kind: str = "") -> Markup:
    """Return a text of which at most `limit` characters are shown, folded where it is long; `kind` is its class."""
    tag = f'<pre class="{escape(kind)}">' if kind else "<pre>"
    shown = Markup(f"{tag}<code>{output(text, limit)}</code></pre>")
    return _details(text, shown) if _is_long(text) else shown


def folded(text: str) -> Markup | Both:
    """Return a text of a record: folded and as it is where it is long, otherwise in every language."""
    return _details(text, output(text)) if _is_long(text) else said(text)


def output(text: str, limit: int = SHOWN_CHARACTERS) -> Markup:
    """Return a text of which at most `limit` characters are shown, those of its beginning and of its end."""
    if len(text) <= limit:
        return marked(text)
    told = words("{count} characters are left out here; result.json has them", count=len(text) - limit).__html__()
    begins, ends = marked(text[: limit * 3 // 4]), marked(text[-(limit // 4) :])
    return Markup(f'{begins}\n<span class="cut">[{told}]</span>\n{ends}')


def time(stamp: str) -> Markup:
    """Return a time in UTC, to which the script adds the reader's own; what is no time stays as it is."""
    shown = moment(stamp)
    if shown == stamp:
        return escape(visible(stamp))
    return Markup(f'<time datetime="{escape(stamp)}">{escape(shown)}</time>')


def _is_long(text: str) -> bool:
    return len(text) > _LONG_CHARACTERS or text.count("\n") > _LONG_LINES


def _details(text: str, shown: Markup) -> Markup:
    """Return a text that opens when it is asked for; its beginning is always there."""
    lines = text.count("\n") + 1
    size = counted("{count} line, {length} characters", "{count} lines, {length} characters", lines, length=len(text))
    begins = f'<span class="begins">{marked(text[:_BEGINS])}… </span>'
    summary = f'<summary>{begins}<span class="size">{size.__html__()}</span></summary>'
    return Markup(f'<details class="long">{summary}{shown}</details>')
