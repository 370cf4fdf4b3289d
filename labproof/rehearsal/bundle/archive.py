"""Writes images as `docker load` reads them: a tar of layers, one configuration per image, one index.

Written here and not by a build tool: of those that Debian has, none puts several images into one archive, so
their archives would be taken apart and joined anyway; this way the shared layer is also handled only once.
"""

import hashlib
import io
import json
import subprocess
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

from labproof.ground.errors import BundleError

# The same input gives the same image: no build time goes in.
EPOCH = "1970-01-01T00:00:00Z"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PACKING_SECONDS = 300


@dataclass(frozen=True)
class Layer:
    """An uncompressed tar, and its content sum, by which Docker knows it."""

    path: Path
    digest: str


@dataclass(frozen=True)
class Image:
    """An image to write: its reference, its layers from the lowest up, and how it is started."""

    name: str
    layers: tuple[Layer, ...]
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)

    def configuration(self, architecture: str) -> bytes:
        """Return the image's configuration; its content sum is the image's id."""
        content = {
            "architecture": architecture,
            "os": "linux",
            "created": EPOCH,
            "config": {
                "Env": [f"PATH={PATH}"],
                "Entrypoint": list(self.entrypoint) or None,
                "Cmd": list(self.command) or None,
                "Labels": dict(self.labels),
            },
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{layer.digest}" for layer in self.layers]},
            "history": [{"created": EPOCH, "created_by": "labproof"} for _ in self.layers],
        }
        return json.dumps(content, sort_keys=True).encode()


def layer_of(path: Path) -> Layer:
    """Return an existing tar as a layer."""
    with path.open("rb") as stream:
        return Layer(path, hashlib.file_digest(stream, "sha256").hexdigest())


def write_layer(target: Path, files: Mapping[str, Path]) -> Layer:
    """Write a tar with these files, container path to source, owned by root, and return it as a layer."""
    with tarfile.open(target, "w") as tar:
        for folder in _folders(files):
            # Without an entry of its own a folder is unpacked by Docker for root's eyes only.
            tar.addfile(_folder_entry(folder))
        for inside, source in sorted(files.items()):
            entry = tar.gettarinfo(str(source.resolve()), inside.lstrip("/"))
            entry.uid = entry.gid = entry.mtime = 0
            entry.uname = entry.gname = "root"
            entry.mode = 0o755 if entry.mode & 0o100 else 0o644
            with source.open("rb") as stream:
                tar.addfile(entry, stream)
    return layer_of(target)


def _folders(files: Mapping[str, Path]) -> list[str]:
    """Return every folder that the files lie in, outermost first."""
    return sorted({str(parent) for inside in files for parent in PurePosixPath(inside.lstrip("/")).parents} - {"."})


def _folder_entry(name: str) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode = tarfile.DIRTYPE, 0o755
    return entry


def write_archive(target: Path, images: Sequence[Image], architecture: str, *, packed: bool) -> dict[str, str]:
    """Write all images into one archive and return their ids by name; `packed` means gzip."""
    with (
        _packing(target) if packed else target.open("wb") as stream,
        tarfile.open(fileobj=stream, mode="w|") as tar,
    ):
        for layer in _each_once(images):
            tar.add(layer.path, f"{layer.digest}.tar", filter=_plain)
        ids, index = {}, []
        for image in images:
            configuration = image.configuration(architecture)
            ids[image.name] = hashlib.sha256(configuration).hexdigest()
            _add(tar, f"{ids[image.name]}.json", configuration)
            index.append(_index_entry(image, ids[image.name]))
        _add(tar, "manifest.json", json.dumps(index).encode())
    return {name: f"sha256:{digest}" for name, digest in ids.items()}


def _index_entry(image: Image, digest: str) -> dict[str, object]:
    layers = [f"{layer.digest}.tar" for layer in image.layers]
    return {"Config": f"{digest}.json", "RepoTags": [image.name], "Layers": layers}


def _each_once(images: Sequence[Image]) -> Iterator[Layer]:
    yield from {layer.digest: layer for image in images for layer in image.layers}.values()


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    tar.addfile(entry, io.BytesIO(content))


def _plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = entry.mtime = 0
    entry.uname = entry.gname = "root"
    return entry


@contextmanager
def _packing(target: Path) -> Iterator[IO[bytes]]:
    """Give a stream into pigz, which packs on all cores and, at its lowest level, is quick to unpack."""
    with (
        target.open("wb") as out,
        subprocess.Popen(["pigz", "-1", "-n"], stdin=subprocess.PIPE, stdout=out) as pigz,
    ):
        assert pigz.stdin is not None
        yield pigz.stdin
        pigz.stdin.close()
        code = pigz.wait(PACKING_SECONDS)
    if code != 0:
        raise BundleError(
            f"packing {target.name}: pigz ended with exit code {code}\n  try: see whether the disk is full"
        )
