"""What a real browser is to do on one page, and what it saw there: plain data, whoever carries it out."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

TEXT_KEPT = 4000
"""Characters of a page's visible text that are kept."""

SECONDS = 45.0
"""How long a visit may take that says nothing else."""

MOST_REFUSED = 20
"""How many refused requests of a page are named."""


class Act(StrEnum):
    """What a person does with a page."""

    AWAIT = "await"
    CLICK = "click"
    FILL = "fill"


@dataclass(frozen=True)
class Step:
    """One act on the first element that a selector of Playwright's finds; `text` is what is typed.

    One that `may_be_left_out` is left out where there is no such element at that moment. What is typed as a secret is
    taken out again before a picture is taken. Where a `refusal` shows while something is awaited, the page has said no,
    and what stands there is told.
    """

    act: Act
    target: str
    text: str = field(default="", repr=False)
    may_be_left_out: bool = False
    is_secret: bool = False
    refusal: str = ""

    def __str__(self) -> str:
        return f"{self.act} {self.target}{f' with {self.text}' if self.text else ''}"


@dataclass(frozen=True)
class Visit:
    """One page with what is done on it, in order; `timeout` is in seconds and holds for all of it."""

    url: str
    steps: tuple[Step, ...] = ()
    timeout: float = field(default_factory=lambda: SECONDS)

    def __str__(self) -> str:
        return "\n".join((f"BROWSE {self.url}", *map(str, self.steps)))


@dataclass(frozen=True)
class Sight:
    """What a browser saw in the end. `problem` says which step could not be done; `picture` is WebP, or empty.

    `refused` are requests that the page made of others and that did not leave the computer. `entry` is the number
    of the evidence that holds it, `digest` the SHA-256 of the picture, `length` its bytes. A recording also tells when
    it was `started` (UTC, ISO), and how many `seconds` that took.
    """

    status: int | None
    title: str = ""
    address: str = ""
    text: str = ""
    problem: str = ""
    program: str = ""
    refused: tuple[str, ...] = ()
    picture: bytes = field(default=b"", repr=False)
    digest: str = ""
    entry: int = 0
    length: int = 0
    started: str = ""
    seconds: float = 0.0

    def as_json(self) -> str:
        """Return what is kept in words; the picture is a file of its own, which its digest stands for."""
        said: dict[str, object] = {
            "title": self.title,
            "address": self.address,
            "program": self.program,
            "problem": self.problem,
            "refused": list(self.refused),
            "picture": len(self.picture) or self.length,
            "text": self.text,
        }
        return json.dumps(said, ensure_ascii=False, indent=1)


def from_json(status: int | None, text: str, digest: str) -> Sight:
    """Return what `as_json` has kept, without the picture; what is not there, or of another kind, stays empty."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        said = None
    said = said if isinstance(said, dict) else {}
    refused, length = said.get("refused"), said.get("picture")
    return Sight(
        status=status,
        title=_text(said, "title"),
        address=_text(said, "address"),
        text=_text(said, "text"),
        problem=_text(said, "problem"),
        program=_text(said, "program"),
        refused=tuple(map(str, refused)) if isinstance(refused, list) else (),
        digest=digest,
        length=length if isinstance(length, int) else 0,
    )


def _text(said: Mapping[str, object], name: str) -> str:
    value = said.get(name)
    return value if isinstance(value, str) else ""
