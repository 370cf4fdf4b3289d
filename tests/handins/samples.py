"""Hand-ins for tests, made of recordings of real labs."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from labproof.classes.roster import Student
from labproof.ground.places import course_dir, engine_dir
from labproof.handins import archive, course, manifest
from labproof.handins.challenge import Challenge, Secret
from labproof.handins.manifest import Manifest
from labproof.handins.packing import packed
from labproof.providers.inventory_file import Inventory
from labproof.records import result
from labproof.records.evidence import GENESIS, chain
from labproof.records.model import RunRecord

RECORDING = engine_dir() / "tests" / "recordings" / "broken-base-swap-tab"
REPORT = b"<!doctype html><title>A report</title>"


def students(*ids: str) -> tuple[Student, ...]:
    """Return students whose names are their ids' numbers in words."""
    words = {"s001": "Student One", "s002": "Student Two", "s003": "Student Three"}
    return tuple(Student(id_, words.get(id_, f"Student {id_}"), f"{id_}@example.org", "", Inventory({})) for id_ in ids)


def challenge(
    *ids: str, closes: str = "2026-12-01T23:59:00+08:00", made: str = "2026-11-25T10:00:00+00:00"
) -> Challenge:
    """Return an assignment that these students have; each secret is a hash of its id."""
    return Challenge(
        assignment="20261125-abcdef",
        course="labproof",
        course_digest=digest(),
        rubric="",
        made=made,
        closes=closes,
        student=tuple(
            Secret(id=one.id, name=one.name, email=one.email, secret=hashlib.sha256(one.id.encode()).hexdigest())
            for one in students(*ids)
        ),
    )


@cache
def digest() -> str:
    """Return the digest of the course."""
    return course.digest(course_dir())


@cache
def recorded() -> tuple[tuple[dict[str, Any], ...], RunRecord]:
    """Return the entries of a graded lab, and its result."""
    lines = (RECORDING / "evidence.jsonl").read_text(encoding="utf-8").splitlines()
    entries = tuple({key: value for key, value in json.loads(line).items() if key != "hash"} for line in lines)
    return entries, result.load(RECORDING / "result.json")


def after(moment: str, **length: float) -> str:
    """Return the moment that lies a length of time after another one."""
    return (datetime.fromisoformat(moment) + timedelta(**length)).isoformat()


def chained(entries: Iterable[dict[str, Any]]) -> tuple[bytes, str]:
    """Return evidence as it is written, and the hash in which it ends."""
    head, lines = GENESIS, []
    for entry in entries:
        head = chain(head, entry)
        lines.append(json.dumps({**entry, "hash": head}, ensure_ascii=False))
    return ("\n".join(lines) + "\n").encode(), head


def of_another_lab(entries: Iterable[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """Return evidence as another lab would have given it: its ids, its authority and its moments are its own."""
    own = hashlib.sha256(name.encode()).hexdigest()
    lab = recorded()[1].lab
    old = [facts["machine-id"] for facts in lab.machines.values()] + [lab.cluster["kube-system"]]
    text = json.dumps(list(entries))
    for number, id_ in enumerate(old):
        text = text.replace(id_, own[number : number + 32] if len(id_) == 32 else f"{own[:8]}{id_[8:]}")
    changed: list[dict[str, Any]] = json.loads(text)
    return [{**one, "started": one["started"].replace("+00:00", f"{int(own[:4], 16) % 10}+00:00")} for one in changed]


def files(
    student: str = "s001",
    task: Challenge | None = None,
    entries: Iterable[dict[str, Any]] | None = None,
    said: dict[str, Any] | None = None,
    claimed: RunRecord | None = None,
) -> dict[str, bytes]:
    """Return the files of a hand-in; `said` changes its manifest before it is signed, `claimed` is its own result."""
    evidence, head = chained(recorded()[0] if entries is None else entries)
    run = replace(claimed or recorded()[1], evidence_head=head)
    its_result = json.dumps(result.to_json(run)).encode()
    about = Manifest(
        run=run.run,
        mode=run.mode,
        started=run.started,
        finished=run.finished,
        rubric=run.rubric,
        evidence_head=head,
        result_digest=hashlib.sha256(its_result).hexdigest(),
        report_digest=hashlib.sha256(REPORT).hexdigest(),
        course_digest=digest(),
        version="0.1.0",
        lab=run.lab,
        assignment=task.assignment if task else "",
        student=student if task else "",
        answer="",
    )
    about = replace(about, **(said or {}))
    secret = task.secret(student) if task else None
    if secret:
        about = manifest.answered(about, secret.secret)
    return {
        manifest.NAME: manifest.write(about),
        archive.EVIDENCE: evidence,
        archive.RESULT: its_result,
        archive.REPORT: REPORT,
    }


def hand_in(student: str = "s001", task: Challenge | None = None, **more: Any) -> bytes:
    """Return a hand-in as it is uploaded."""
    return packed(files(student, task, **more))


def put(root: Path, name: str, data: bytes) -> Path:
    """Write a file below a folder."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path
