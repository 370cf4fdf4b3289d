"""Signing a run, and telling what has changed in one since it was signed."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from labproof.ground.errors import ConfigError
from labproof.ground.plain_file import open_plain
from labproof.ground.shape import shown
from labproof.records import manifest, result, sshsig
from labproof.records.evidence import now
from labproof.records.manifest import Signed
from labproof.records.model import RUNNING
from labproof.records.sshsig import NotSigned
from labproof.records.store import RunFolder
from labproof.session import changed_report
from labproof.session.auditing import Audit, audit
from labproof.showing.provenance import moment

SUFFIX = ".sig"


@dataclass(frozen=True)
class Verified:
    """What a signature says of a run: what has changed since, or else the manifest that all of it still fits."""

    differences: tuple[str, ...]
    manifest: dict[str, Any]

    def __str__(self) -> str:
        if self.differences:
            return "not as it was signed"
        said = self.manifest
        signed, points = moment(said["signed"]), said["points"]
        if student := said["student"]:
            return f"as signed by {said['key']}, {signed}: run {said['run']} of student {student}, {points}"
        return f"as signed by {said['key']}, {signed}: run {said['run']}, {points}"


def sign(folder: RunFolder, key: Ed25519PrivateKey, rubric: Path | None = None) -> Audit:
    """Sign a run whose files agree with one another; where they do not, nothing is signed and the audit says why.

    Raises ConfigError for a run that goes on, or that lacks one of its files.
    """
    if folder.load().ended == RUNNING:
        raise ConfigError([f"{folder.path}: this run has not come to an end; sign it when it has, or grade again"])
    found = audit(folder, rubric)
    if found.differences:
        return found
    said = Signed(now(), sshsig.fingerprint(key.public_key()), tuple(found.unchecked))
    content = manifest.dump(manifest.make(folder, said))
    _write(folder.path / manifest.NAME, content)
    _write(folder.path / f"{manifest.NAME}{SUFFIX}", sshsig.sign(key, content).encode())
    return found


def verify(folder: RunFolder, key: Ed25519PublicKey) -> Verified:
    """Tell what has changed in a run since it was signed. Raises ConfigError for one that was never signed."""
    path = folder.path / manifest.NAME
    content = _read(path)
    signature = _read(folder.path / f"{manifest.NAME}{SUFFIX}").decode("ascii", "replace")
    try:
        signer = sshsig.signer(signature, content)
    except NotSigned as problem:
        return Verified((f"{manifest.NAME}{SUFFIX}: {problem}; nothing here is signed",), {})
    if signer != key:
        by, expected = sshsig.fingerprint(signer), sshsig.fingerprint(key)
        return Verified((f"{manifest.NAME}{SUFFIX}: signed by {by}, expected {expected}; nothing here counts",), {})
    signed = manifest.load(content, path)
    return Verified(tuple(_differences(folder, signed)), signed)


def _differences(folder: RunFolder, signed: dict[str, Any]) -> list[str]:
    page = folder.path / manifest.REPORT
    missing = [path.name for path in (folder.result, folder.evidence, page) if not path.is_file()]
    if missing:
        return [f"{name}: missing, and it was signed" for name in missing]
    found: list[str] = []
    if is_result_changed := _is_changed(folder.result, signed["result"]):
        if other := _other_run(folder, signed["run"]):
            return [other]
        found += manifest.changes_of_result(signed["result"], folder.result)
    if _is_changed(folder.evidence, signed["evidence"]):
        found += manifest.changes_of_evidence(signed["evidence"], folder.evidence)
    if _is_changed(page, signed["report"]):
        run = None if is_result_changed else folder.load()
        found += changed_report.changes(page, run, signed["report"]["sha256"])
    return found


def _is_changed(path: Path, signed: dict[str, Any]) -> bool:
    return bool(manifest.digest(path) != signed["sha256"])


def _other_run(folder: RunFolder, signed: str) -> str:
    """Return that a signature was made for another run than the one that lies here, or nothing."""
    data = result.read(folder.result)
    name = data.get("run") if isinstance(data, dict) else None
    if name == signed:
        return ""
    return f"{manifest.NAME}: made for run {signed}, and result.json is of run {shown(name)}: it says nothing of that"


def _read(path: Path) -> bytes:
    try:
        with open_plain(path, manifest.LIMIT, "sign the run again") as file:
            return file.read(manifest.LIMIT)
    except FileNotFoundError:
        raise ConfigError([f"{path}: this run was not signed; `labproof sign RUN --key FILE` does that"]) from None


def _write(path: Path, content: bytes) -> None:
    draft = path.with_name(f"{path.name}.new")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as problem:
        raise ConfigError([f"{path}: cannot be written ({problem.strerror}); sign where you may write"]) from None
