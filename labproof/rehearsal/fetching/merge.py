"""Puts images that skopeo fetched into one archive for `docker load`: skopeo writes one for each image only."""

import gzip
import io
import json
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

from labproof.rehearsal.fetching.download import disk_problem

_INDEX = "manifest.json"
_OLD = ("repositories",)
"""The index of Docker before 1.10: each archive has its own, and nobody reads it where there is a manifest.json."""


def merge(archives: Sequence[Path], target: Path) -> None:
    """Write one archive with the images of all; it is packed when its name ends in .gz. Raises BundleError."""
    part = target.with_name(f"{target.name}.part")
    try:
        with _writing(part, packed=target.suffix == ".gz") as tar:
            _fill(tar, archives)
        part.replace(target)
    except OSError as problem:
        raise disk_problem(target, problem) from problem


def _fill(tar: tarfile.TarFile, archives: Sequence[Path]) -> None:
    index: list[Any] = []
    written: set[str] = set()
    for path in archives:
        with tarfile.open(path) as source:
            for entry in source:
                if entry.name == _INDEX:
                    index += json.load(cast(IO[bytes], source.extractfile(entry)))
                elif entry.name not in written and entry.name not in _OLD:
                    written.add(entry.name)
                    tar.addfile(entry, source.extractfile(entry) if entry.isreg() else None)
    text = json.dumps(index).encode()
    last = tarfile.TarInfo(_INDEX)
    last.size = len(text)
    tar.addfile(last, io.BytesIO(text))


@contextmanager
def _writing(path: Path, packed: bool) -> Iterator[tarfile.TarFile]:
    with path.open("wb") as raw:
        if not packed:
            with tarfile.open(fileobj=raw, mode="w|") as tar:
                yield tar
            return
        with (
            gzip.GzipFile("", "wb", compresslevel=3, fileobj=raw, mtime=0) as stream,
            tarfile.open(fileobj=stream, mode="w|") as tar,
        ):
            yield tar
