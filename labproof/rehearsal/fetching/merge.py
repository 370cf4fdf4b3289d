"""Puts images that skopeo fetched into one archive for `docker load`: skopeo writes one for each image only."""

import gzip
import io
import json
import tarfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

from labproof.rehearsal.fetching.download import disk_problem
from labproof.rehearsal.judging.references import normal

_INDEX = "manifest.json"
_OLD = ("repositories",)
"""The index of Docker before 1.10: each archive has its own, and nobody reads it where there is a manifest.json."""


def merge(archives: Sequence[Path], target: Path, only: Mapping[Path, Collection[str]] | None = None) -> None:
    """Write one archive with the images of all; it is packed when its name ends in .gz. Raises BundleError.

    Of an archive that `only` names, the images of these full names are taken and no others.
    """
    part = target.with_name(f"{target.name}.part")
    try:
        with _writing(part, packed=target.suffix == ".gz") as tar:
            _fill(tar, archives, only or {})
        part.replace(target)
    except OSError as problem:
        raise disk_problem(target, problem) from problem


def _fill(tar: tarfile.TarFile, archives: Sequence[Path], only: Mapping[Path, Collection[str]]) -> None:
    index: list[Any] = []
    written: set[str] = set()
    for path in archives:
        rows = _rows(path, only.get(path))
        index += rows
        files = None if path not in only else {name for row in rows for name in (row["Config"], *row["Layers"])}
        with tarfile.open(path) as source:
            for entry in source:
                is_wanted = files is None or entry.name in files
                if is_wanted and not _is_index(entry) and entry.name not in written:
                    written.add(entry.name)
                    tar.addfile(entry, source.extractfile(entry) if entry.isreg() else None)
    text = json.dumps(index).encode()
    last = tarfile.TarInfo(_INDEX)
    last.size = len(text)
    tar.addfile(last, io.BytesIO(text))


def _is_index(entry: tarfile.TarInfo) -> bool:
    return entry.name.removeprefix("./") in (_INDEX, *_OLD)


def _rows(path: Path, names: Collection[str] | None) -> list[Any]:
    with tarfile.open(path) as source:
        index = next(entry for entry in source if entry.name.removeprefix("./") == _INDEX)
        rows = json.load(cast(IO[bytes], source.extractfile(index)))
    return [row for row in rows if names is None or any(normal(name) in names for name in row["RepoTags"] or ())]


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
