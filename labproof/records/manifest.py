"""What a signature is of: a digest of every file of a run, and of each of their parts, so that a change can be named.

`signed.json` is the manifest, `signed.json.sig` the signature of its bytes.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labproof.ground.errors import ConfigError
from labproof.ground.plain_file import open_plain
from labproof.ground.shape import shown
from labproof.records import evidence, result
from labproof.records.store import RunFolder

NAME = "signed.json"
LIMIT = 16 * 1024 * 1024
"""Bytes of a manifest that are read: that of a whole lab has less than a hundred thousand."""
REPORT = "report.html"
_VERSION = 1
_PART = 1 << 20
_LONGEST = 160
_MOST = 20
_TOLD = ("outcome", "points", "earned", "authorship", "found")
"""What of a criterion stands in the manifest itself, so that it can be told what it was."""


@dataclass(frozen=True)
class Signed:
    """What stands beside the digests in a manifest: when, by which key, and what could not be checked before."""

    at: str
    key: str
    unchecked: tuple[str, ...] = ()


def make(folder: RunFolder, signed: Signed) -> dict[str, Any]:
    """Return the manifest of a run. Raises ConfigError when one of its files is missing or cannot be read."""
    data = result.read(folder.result)
    run = result.from_json(data, folder.result)
    return {
        "labproof": _VERSION,
        "run": run.run,
        "student": run.student,
        "points": str(run.score),
        "signed": signed.at,
        "key": signed.key,
        "unchecked": list(signed.unchecked),
        "result": {
            "sha256": digest(folder.result),
            "keys": {key: _brief(value) for key, value in data.items() if key != "sections"},
            "criteria": dict(_criteria(data)),
            "scenarios": dict(_scenarios(data)),
        },
        "evidence": {"sha256": digest(folder.evidence), "entries": evidence.marks(folder.evidence)},
        "report": {"sha256": digest(folder.path / REPORT)},
    }


def dump(manifest: dict[str, Any]) -> bytes:
    """Return a manifest as the bytes that are signed."""
    return json.dumps(manifest, ensure_ascii=True, indent=1, sort_keys=True).encode() + b"\n"


def load(content: bytes, path: Path) -> dict[str, Any]:
    """Return the manifest that was signed. Raises ConfigError for one of another version, or for none."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or found.get("labproof") != _VERSION:
        raise ConfigError([f"{path}: expected what this version of `labproof sign` writes; sign again with it"])
    return found


def digest(path: Path) -> str:
    """Return the SHA-256 of a file. Raises ConfigError when it is not there or no plain file."""
    try:
        with open_plain(path, evidence.LARGEST, "name a folder under reports/runs") as file:
            whole = hashlib.sha256()
            while part := file.read(_PART):
                whole.update(part)
            return whole.hexdigest()
    except FileNotFoundError:
        raise ConfigError([f"{path}: missing; result, evidence and report are signed together"]) from None


def changes_of_result(signed: dict[str, Any], path: Path) -> Iterator[str]:
    """Yield what in a result is not as it was signed: which criterion or key, what it says, and what it said."""
    try:
        data = result.read(path)
        result.from_json(data, path)
    except ConfigError as problem:
        yield f"{path.name}: changed so that it cannot be read any more: {problem}"
        return
    found = list(_changed_keys(signed["keys"], {k: _brief(v) for k, v in data.items() if k != "sections"}))
    found += _changed_criteria(signed["criteria"], dict(_criteria(data)))
    now = dict(_scenarios(data))
    for name in (n for n in {**signed["scenarios"], **now} if signed["scenarios"].get(n) != now.get(n)):
        found.append(f"result.json: {name}: its sentences, times or name are not as they were signed")
    yield from found or ["result.json: other bytes than were signed, which say the same"]


def changes_of_evidence(signed: dict[str, Any], path: Path) -> Iterator[str]:
    """Yield which entries of the evidence are not those that were signed."""
    try:
        now = evidence.marks(path)
    except ConfigError as problem:
        yield f"{path.name}: changed so that it cannot be read any more: {problem}"
        return
    was = signed["entries"]
    if len(now) != len(was):
        yield f"{path.name}: {len(now)} entries, signed were {len(was)}"
    other = [number for number, (one, two) in enumerate(zip(was, now, strict=False), 1) if one != two]
    if other:
        if len(other) > 1:
            yield f"{path.name}: entry {other[0]} and {len(other) - 1} after it is not the one that was signed"
        else:
            yield f"{path.name}: entry {other[0]} is not the one that was signed"
    elif len(now) == len(was):
        yield f"{path.name}: something stands behind the last entry"


def _changed_keys(was: dict[str, Any], now: dict[str, Any]) -> Iterator[str]:
    for key in {**was, **now}:
        if was.get(key) != now.get(key):
            yield f"result.json: {key}: says {shown(now.get(key))}, signed was {shown(was.get(key))}"


def _changed_criteria(was: dict[str, Any], now: dict[str, Any]) -> list[str]:
    found = []
    for name in (n for n in {**was, **now} if was.get(n) != now.get(n)):
        found.append(f"criterion {name}: result.json {_difference(was.get(name), now.get(name))}")
    more = [f"and {len(found) - _MOST} more criteria"] if len(found) > _MOST else []
    return found[:_MOST] + more


def _difference(was: dict[str, Any] | None, now: dict[str, Any] | None) -> str:
    if was is None or now is None:
        return "has it, and it was not signed" if was is None else f"lacks it, signed was {was['outcome']}"
    told = [key for key in _TOLD if was[key] != now[key]]
    if not told:
        return "says the same, with other words, times or evidence than were signed"
    return "; ".join(f"says {key} {shown(now[key])}, signed was {shown(was[key])}" for key in told)


def _criteria(data: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    for section in data["sections"]:
        for scenario in section["scenarios"]:
            for criterion in scenario["criteria"]:
                told = {key: _short(criterion.get(key, "")) for key in _TOLD}
                yield criterion["id"], {**told, "sha256": _digest(criterion)}


def _scenarios(data: Any) -> Iterator[tuple[str, str]]:
    """Yield what a section and its scenarios are but for their criteria, by name."""
    for section in data["sections"]:
        yield f"section {section['id']}", _digest({**section, "scenarios": len(section["scenarios"])})
        for number, scenario in enumerate(section["scenarios"], 1):
            criteria = [criterion["id"] for criterion in scenario["criteria"]]
            yield f"section {section['id']}, scenario {number}", _digest({**scenario, "criteria": criteria})


def _short(value: Any) -> Any:
    return value[:_LONGEST] if isinstance(value, str) else value


def _brief(value: Any) -> Any:
    """Return a value as the manifest keeps it: itself where it is short, and else its digest."""
    is_short = isinstance(value, int | float | None) or (isinstance(value, str) and len(value) <= _LONGEST)
    return value if is_short else f"sha256:{_digest(value)}"


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
