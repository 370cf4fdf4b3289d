"""The one script of a page: parts of `reports/`, put together, and the hash by which the page's policy allows it."""

import functools
from base64 import b64encode
from hashlib import sha256
from typing import NamedTuple

from markupsafe import Markup

from labproof.ground.places import engine_dir


class Script(NamedTuple):
    """A script as it stands in the page, and what the policy calls it."""

    text: Markup
    hash: str


@functools.cache
def script(*parts: str) -> Script:
    """Return the script that is made of these parts, such as `language` for `reports/language.js`, in that order."""
    text = "".join((engine_dir() / "reports" / f"{part}.js").read_text(encoding="utf-8") for part in parts)
    return Script(Markup(text), f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}")
