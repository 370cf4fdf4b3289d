"""What a hand-in says of itself, and the answer to an assignment's challenge that binds it to a student."""

import dataclasses
import hashlib
import hmac
import json
from dataclasses import dataclass, replace
from typing import Any

from labproof.ground import shape
from labproof.records.model import LabDescription

NAME = "hand-in.json"
LIMIT = 1024 * 1024
"""Bytes of it that are read: a finished lab needs four thousand."""

SCHEMA_VERSION = 1
_DOMAIN = b"labproof hand-in 1\n"
"""What is signed begins with this, so that the answer is good for nothing else."""


@dataclass(frozen=True)
class Manifest:
    """The run that is handed in, on what, and for whom; `answer` is there where an assignment asked for it.

    Digests are SHA-256. All of it is the student's word; `answer` shows only who gives it.
    """

    run: str
    mode: str
    started: str
    finished: str
    rubric: str
    evidence_head: str
    result_digest: str
    report_digest: str
    course_digest: str
    version: str
    lab: LabDescription
    assignment: str
    student: str
    answer: str


def answered(manifest: Manifest, secret: str) -> Manifest:
    """Return a manifest with the answer that only the student's own secret gives."""
    return replace(manifest, answer=_answer(manifest, secret))


def is_answered(manifest: Manifest, secret: str) -> bool:
    """Tell whether the answer of a manifest was made with this secret, over all that it says."""
    return hmac.compare_digest(_answer(manifest, secret).encode(), manifest.answer.encode("utf-8", "replace"))


def write(manifest: Manifest) -> bytes:
    """Return a manifest as it is packed."""
    data = {"schema": SCHEMA_VERSION, **dataclasses.asdict(manifest)}
    return json.dumps(data, ensure_ascii=True, sort_keys=True, indent=1).encode()


def read(data: bytes) -> Manifest:
    """Return the manifest that was packed. Raises ValueError that says what is wrong."""
    try:
        found: Any = json.loads(data)
    except (RecursionError, MemoryError) as problem:
        raise ValueError(f"not JSON ({type(problem).__name__})") from None
    version = found.pop("schema", None) if isinstance(found, dict) else None
    if version != SCHEMA_VERSION:
        raise ValueError(f"schema: expected {SCHEMA_VERSION}, found {shape.shown(version)}")
    return shape.record(Manifest, found)


def _answer(manifest: Manifest, secret: str) -> str:
    said = {key: value for key, value in dataclasses.asdict(manifest).items() if key != "answer"}
    text = json.dumps(said, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hmac.new(bytes.fromhex(secret), _DOMAIN + text.encode(), hashlib.sha256).hexdigest()
