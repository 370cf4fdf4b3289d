"""The screenshots beside a result: WebP files of bounded size, each with the SHA-256 that the result names."""

from hashlib import sha256
from pathlib import Path

from labproof.ground.errors import ConfigError, LabError
from labproof.ground.plain_file import open_plain
from labproof.records.model import RunRecord, Screenshot

FOLDER = "screenshots"
LARGEST = 1024 * 1024
"""Bytes of a picture that are read."""
MOST = 20
"""How many pictures of a run are read: a result that was handed in may name any number."""


def save(run: Path, name: str, picture: bytes) -> None:
    """Write a picture into the folder of a run. Raises LabError when there is none, or it cannot be written."""
    if not _is_webp(picture):
        raise LabError("the browser gave no picture in WebP")
    try:
        (run / FOLDER).mkdir(exist_ok=True)
        (run / FOLDER / name).write_bytes(picture)
    except OSError as problem:
        raise LabError(f"{run / FOLDER / name}: cannot be written ({problem.strerror}); free some space") from problem


def load(folder: Path, run: RunRecord) -> dict[str, bytes]:
    """Return the pictures of a run by their files' names: those that are there and are the ones that it names."""
    found = {}
    for shot in _named(run):
        picture = _read(folder, shot)
        if not isinstance(picture, str):
            found[shot.file] = picture
    return found


def by_digest(folder: Path, run: RunRecord) -> dict[str, bytes]:
    """Return the same pictures by their SHA-256."""
    return {sha256(picture).hexdigest(): picture for picture in load(folder, run).values()}


def problems(folder: Path, run: RunRecord) -> list[str]:
    """Return what is wrong with the pictures of a run, a sentence each."""
    read = [_read(folder, shot) for shot in _named(run)]
    return [problem for problem in read if isinstance(problem, str)]


def _named(run: RunRecord) -> list[Screenshot]:
    return [shot for shot in run.screenshots if shot.file][:MOST]


def _read(folder: Path, shot: Screenshot) -> bytes | str:
    """Return a picture, or why there is none."""
    where = f"{FOLDER}/{shot.file}"
    if Path(shot.file).name != shot.file or shot.file.startswith("."):
        return f"{where}: no name of a picture"
    try:
        with open_plain(folder / FOLDER / shot.file, LARGEST, "remove it") as file:
            picture = file.read(LARGEST + 1)
    except FileNotFoundError:
        return f"{where}: missing"
    except ConfigError as problem:
        return str(problem)
    if sha256(picture).hexdigest() != shot.sha256 or not _is_webp(picture):
        return f"{where}: not the picture that the result names; it was exchanged"
    return picture


def _is_webp(picture: bytes) -> bool:
    # https://developers.google.com/speed/webp/docs/riff_container
    return picture[:4] == b"RIFF" and picture[8:12] == b"WEBP"
