"""What a recorded lab answers: to each question its last answer, as a machine that does not change would give it."""

import functools
import json
import lzma
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from labproof.connection.secrets import mask
from labproof.records.evidence import read
from labproof.records.model import Exchange

RECORDINGS = Path(__file__).parent.parent / "recordings"
NAMESPACE = re.compile(r"labproof-probe-[0-9a-f]{6}")
_Key = tuple[str, str, str]
_URL = re.compile(r"[A-Z]+ (https?)://([^/ ]+)")


@dataclass
class Answers:
    """The answers of one recorded lab; every request of HTTP stands under `http`, whoever asked it."""

    exchanges: dict[_Key, list[Exchange]] = field(default_factory=dict)

    def add(self, exchanges: Iterable[Exchange]) -> None:
        """Take more of them; a later answer to the same question goes before an earlier one."""
        for one in exchanges:
            if one.purpose == "observe":
                kind = one.kind if one.kind == "command" else "http"
                key = (one.machine if kind == "command" else "", kind, NAMESPACE.sub("labproof-probe", one.request))
                self.exchanges.setdefault(key, []).append(one)

    def command(self, machine: str, line: str) -> Exchange | None:
        """Return what a command leaves, None where it was never asked."""
        found = self.exchanges.get((machine, "command", NAMESPACE.sub("labproof-probe", mask(line))))
        return found[-1] if found else None

    def http(self, method: str, url: str, who: Callable[[str], bool], body: str, is_right: bool) -> Exchange | None:
        """Return the answer to a request.

        `who` tells whether a name fits its sender, `is_right` whether the token that came with it does.
        """
        asked = NAMESPACE.sub("labproof-probe", f"{method} {url}")
        tail = f"\n{NAMESPACE.sub('labproof-probe', mask(body))}" if body else ""
        for (_, kind, request), found in self.exchanges.items():
            if kind == "http" and request.startswith(asked) and request.endswith(tail):
                between = request[len(asked) : len(request) - len(tail)]
                if not between or (between.startswith(" as ") and "\n" not in between and who(between[4:])):
                    answered = [one for one in found if one.status is not None] or found
                    return answered[0] if is_right and not between else answered[-1]
        return None

    @functools.cached_property
    def places(self) -> dict[str, bool]:
        """Return every host and port that has answered over HTTP, and whether it speaks TLS."""
        answered = (key for key, found in self.exchanges.items() if any(one.status is not None for one in found))
        asked = (_URL.match(request) for _, kind, request in answered if kind == "http")
        found = ((url[2], url[1] == "https") for url in asked if url)
        return {place if ":" in place else f"{place}:80": is_tls for place, is_tls in found}


def recorded(name: str) -> Answers:
    """Return the answers of a recording in `tests/recordings`.

    What a machine is asked only since it was made is answered as in the newest recording, which is `full`.
    """
    answers = Answers()
    answers.add(read(RECORDINGS / name / "evidence.jsonl"))
    if name != "full":
        newer = {key: found for key, found in recorded("full").exchanges.items() if key[1] == "command"}
        answers.exchanges = newer | answers.exchanges
    return answers


@functools.cache
def mistake(id_: str) -> Answers:
    """Return the answers of a finished lab in which one mistake was made."""
    answers = Answers()
    with lzma.open(RECORDINGS / "mistakes.jsonl.xz", "rt", encoding="utf-8") as file:
        rows = (line for line in file if line.startswith(f'{{"mistake": "{id_}"'))
        answers.add(Exchange(**one) for row in rows for one in json.loads(row)["evidence"])
    return answers


@functools.cache
def finished() -> Answers:
    """Return the answers of a finished lab: a grading of one with a mistake of its commands, and those put right."""
    answers = Answers(dict(mistake("base.sysctl-not-loaded").exchanges))
    right = recorded("full").exchanges.items()
    answers.exchanges |= {key: found[-1:] for key, found in right if key[1] == "command"}
    return answers
