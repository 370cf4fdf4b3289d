"""Image archives as `docker load` reads them."""

import gzip
import hashlib
import json
import shutil
import tarfile
from pathlib import Path

import pytest

from labproof.rehearsal.bundle.archive import Image, write_archive, write_layer


def two_images(folder: Path) -> list[Image]:
    """Return two images that share their lower layer."""
    (folder / "tool").write_text("#!/bin/sh\n")
    (folder / "tool").chmod(0o700)
    (folder / "text").write_text("text")
    base = write_layer(folder / "base.tar", {"/usr/bin/tool": folder / "tool"})
    upper = write_layer(folder / "upper.tar", {"/etc/text": folder / "text"})
    plain = Image("a/plain:v1", (base,), ("/usr/bin/tool",))
    return [plain, Image("a/marked:v1", (base, upper), labels={"labproof.stand-in": "X"})]


def test_index_names_what_is_there(tmp_path: Path) -> None:
    """The index lists each image with its tag; all that it names is there; the shared layer is there once."""
    ids = write_archive(tmp_path / "out.tar", two_images(tmp_path), "amd64", packed=False)
    with tarfile.open(tmp_path / "out.tar") as tar:
        names = tar.getnames()
        index = json.load(tar.extractfile("manifest.json"))  # type: ignore[arg-type]
        named = {name for entry in index for name in (entry["Config"], *entry["Layers"])}
        assert [entry["RepoTags"] for entry in index] == [["a/plain:v1"], ["a/marked:v1"]]
        assert sorted(names) == sorted({*named, "manifest.json"})
        configuration = tar.extractfile(index[1]["Config"]).read()  # type: ignore[union-attr]
    assert ids["a/marked:v1"] == f"sha256:{hashlib.sha256(configuration).hexdigest()}"
    assert json.loads(configuration)["config"]["Labels"] == {"labproof.stand-in": "X"}


def test_layers_are_what_they_are_called(tmp_path: Path) -> None:
    """A layer's name and the image's list of layers are the sum of the layer's content."""
    write_archive(tmp_path / "out.tar", two_images(tmp_path), "amd64", packed=False)
    with tarfile.open(tmp_path / "out.tar") as tar:
        index = json.load(tar.extractfile("manifest.json"))  # type: ignore[arg-type]
        sums = [
            hashlib.sha256(tar.extractfile(name).read()).hexdigest()  # type: ignore[union-attr]
            for name in index[1]["Layers"]
        ]
        configuration = json.load(tar.extractfile(index[1]["Config"]))  # type: ignore[arg-type]
    assert [f"{digest}.tar" for digest in sums] == index[1]["Layers"]
    assert configuration["rootfs"]["diff_ids"] == [f"sha256:{digest}" for digest in sums]


def test_layer_belongs_to_root(tmp_path: Path) -> None:
    """All in a layer belongs to root, carries no time, and can be entered and run by anyone."""
    two_images(tmp_path)
    with tarfile.open(tmp_path / "base.tar") as tar:
        entries = tar.getmembers()
    assert [entry.name for entry in entries] == ["usr", "usr/bin", "usr/bin/tool"]
    assert {(entry.uid, entry.gid, entry.mtime, entry.mode) for entry in entries} == {(0, 0, 0, 0o755)}


@pytest.mark.skipif(shutil.which("pigz") is None, reason="pigz is not installed")
def test_same_input_same_image(tmp_path: Path) -> None:
    """The same input gives the same ids, packed or not; packed is gzip."""
    images = two_images(tmp_path)
    plain = write_archive(tmp_path / "a.tar", images, "amd64", packed=False)
    packed = write_archive(tmp_path / "a.tar.gz", images, "amd64", packed=True)
    assert plain == packed
    assert gzip.decompress((tmp_path / "a.tar.gz").read_bytes()) == (tmp_path / "a.tar").read_bytes()
