"""Packing a finished run as one file that any learning platform takes."""

import hashlib
import io
import os
import re
import tempfile
import zipfile
from importlib.metadata import version
from pathlib import Path

from labproof.ground.errors import ConfigError
from labproof.ground.places import course_dir
from labproof.ground.plain_file import open_plain
from labproof.handins import archive, course, manifest
from labproof.handins.challenge import Task
from labproof.handins.manifest import Manifest
from labproof.records.model import FINISHED, Mode, RunRecord
from labproof.records.store import RunFolder
from labproof.session.recorded_run import evidence_problem

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of every entry: the same run gives the same file."""

_MADE_BY_UNIX = 3
_FIX = "grade the whole lab with `labproof grade`, or leave out --run, and hand that in"


def pack(folder: RunFolder, task: Task | None, out: Path | None) -> Path:
    """Write the hand-in of a run and return its path; without `out`, into the current folder.

    Raises ConfigError for a run that cannot be judged again, and where the file cannot be written.
    """
    run = folder.load()
    _require_fit(folder, run)
    files = {
        archive.EVIDENCE: _read(folder.evidence, archive.MOST_EVIDENCE),
        archive.RESULT: _read(folder.result, archive.MOST_RESULT),
        archive.REPORT: _read(folder.path / archive.REPORT, archive.MOST_RESULT),
    }
    said = _manifest(run, files, task)
    path = out or Path(file_name(said))
    try:
        _replace(path, packed({manifest.NAME: manifest.write(said), **files}))
    except OSError as problem:
        raise ConfigError([f"--out: {path}: cannot be written ({problem.strerror}); name another file"]) from None
    return path


def packed(files: dict[str, bytes]) -> bytes:
    """Return files as a zip, which is the same for the same files."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target:
        for name, data in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr, entry.create_system = 0o644 << 16, _MADE_BY_UNIX
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, data)
    return whole.getvalue()


def file_name(said: Manifest) -> str:
    """Return the name of a hand-in: letters, digits and dashes alone, which no platform rewrites."""
    whose = re.sub(r"[^A-Za-z0-9]+", "-", said.student).strip("-")
    return "-".join(filter(None, ("hand-in", whose, re.sub(r"[^A-Za-z0-9]+", "-", said.run)))) + ".zip"


def _require_fit(folder: RunFolder, run: RunRecord) -> None:
    problem = ""
    if run.mode is not Mode.VERIFY or run.source:
        problem = f"expected a run that graded machines as they are, found one that is a {run.mode}"
    elif run.ended != FINISHED:
        problem = f"expected a run that came to its end, found one that is {run.ended}"
    elif any(c.as_of for c in run.criteria):
        problem = "expected a run that looked at everything itself, found one that goes on from another"
    elif broken := evidence_problem(folder, run):
        problem = f"the evidence is not what was written: {broken}"
    if problem:
        raise ConfigError([f"{folder.path}: {problem}; {_FIX}"])


def _manifest(run: RunRecord, files: dict[str, bytes], task: Task | None) -> Manifest:
    said = Manifest(
        run=run.run,
        mode=run.mode,
        started=run.started,
        finished=run.finished,
        rubric=run.rubric,
        evidence_head=run.evidence_head,
        result_digest=hashlib.sha256(files[archive.RESULT]).hexdigest(),
        report_digest=hashlib.sha256(files[archive.REPORT]).hexdigest(),
        course_digest=course.digest(course_dir()),
        version=version("labproof"),
        lab=run.lab,
        assignment=task.assignment if task else "",
        student=task.student if task else "",
        answer="",
    )
    return manifest.answered(said, task.secret) if task else said


def _read(path: Path, limit: int) -> bytes:
    try:
        with open_plain(path, limit, _FIX) as file:
            return file.read(limit + 1)
    except FileNotFoundError:
        raise ConfigError([f"{path}: no such file; {_FIX}"]) from None


def _replace(path: Path, data: bytes) -> None:
    with tempfile.NamedTemporaryFile("wb", dir=path.absolute().parent, prefix=".hand-in-", delete=False) as draft:
        draft.write(data)
    os.chmod(draft.name, 0o644)
    os.replace(draft.name, path)
