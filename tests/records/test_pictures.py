"""Screenshots on disk: what the result names, or nothing."""

import os
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from labproof.ground.errors import LabError
from labproof.records import pictures
from labproof.records.model import RunRecord, Screenshot
from tests.golden import samples

PICTURE = b"RIFF\x04\x00\x00\x00WEBPVP8 "


def named(name: str, digest: str = "") -> RunRecord:
    shot = Screenshot("docker", "A page", "http://192.168.200.10/", "", name, digest or sha256(PICTURE).hexdigest())
    return replace(samples.FULL, screenshots=(shot,))


def test_picture_comes_back(tmp_path: Path) -> None:
    """A picture that was saved is loaded, and nothing is wrong with it."""
    pictures.save(tmp_path, "docker-1.webp", PICTURE)
    run = named("docker-1.webp")
    assert pictures.load(tmp_path, run) == {"docker-1.webp": PICTURE}
    assert pictures.problems(tmp_path, run) == []


def test_what_is_no_picture_is_not_saved(tmp_path: Path) -> None:
    """Only WebP is written: nothing that a browser could take for a page."""
    with pytest.raises(LabError, match="no picture in WebP"):
        pictures.save(tmp_path, "docker-1.webp", b"<script>")
    assert list(tmp_path.iterdir()) == []


def exchanged(folder: Path) -> RunRecord:
    pictures.save(folder, "docker-1.webp", PICTURE + b"another")
    return named("docker-1.webp")


def scripted(folder: Path) -> RunRecord:
    (folder / pictures.FOLDER).mkdir()
    (folder / pictures.FOLDER / "docker-1.webp").write_bytes(b"<svg/>")
    return named("docker-1.webp", sha256(b"<svg/>").hexdigest())


def missing(folder: Path) -> RunRecord:
    return named("docker-1.webp")


def elsewhere(folder: Path) -> RunRecord:
    (folder / "x.webp").write_bytes(PICTURE)
    return named("../x.webp")


def pipe(folder: Path) -> RunRecord:
    (folder / pictures.FOLDER).mkdir()
    os.mkfifo(folder / pictures.FOLDER / "docker-1.webp")
    return named("docker-1.webp")


def huge(folder: Path) -> RunRecord:
    (folder / pictures.FOLDER).mkdir()
    with (folder / pictures.FOLDER / "docker-1.webp").open("wb") as file:
        file.truncate(pictures.LARGEST + 1)
    return named("docker-1.webp")


@pytest.mark.parametrize("made", [exchanged, scripted, missing, elsewhere, pipe, huge])
def test_anything_else_is_left_out(tmp_path: Path, made: object) -> None:
    """A file that is not the picture which the result names is not loaded, and it is said."""
    assert callable(made)
    run = made(tmp_path)
    assert pictures.load(tmp_path, run) == {}
    assert len(pictures.problems(tmp_path, run)) == 1
