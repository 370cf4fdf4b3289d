"""The evidence of a run: every question and every answer, each entry chained to the one before.

`evidence.jsonl` holds one entry a line, written as it happens. Changing a byte of an entry, or leaving one
out, breaks the chain from there on.
"""

import contextlib
import errno
import hashlib
import json
import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path
from typing import Any, get_type_hints

from labproof.ground.errors import ConfigError, LabError
from labproof.ground.plain_file import open_plain
from labproof.records.model import Exchange

GENESIS = "0" * 64
LONGEST_LINE = 64 * 1024 * 1024
"""Bytes of the longest line: a page of 8 MiB, each byte of it a control character and six bytes in JSON."""
LARGEST = 1024 * 1024 * 1024
"""Bytes of a whole file that are read: a finished lab leaves three million."""
KEPT_IN_RESULT = 4000
"""Characters of an answer that stand in the result, too."""
_in_order = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode
_as_written = json.JSONEncoder(ensure_ascii=False).encode
_KINDS = {**get_type_hints(Exchange), "seconds": int | float}
_COLLECTED: ContextVar[list[Exchange] | None] = ContextVar("collected", default=None)


def now() -> str:
    """Return the time of day in UTC, to the millisecond, in ISO form."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class EvidenceLog:
    """Writes entries to a file and hands them to whoever collects at the moment.

    Without a file it keeps its entries until `open` names one: machines can be asked before a run has its folder.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._file: FileIO | None = None
        self._unwritten: list[bytes] = []
        self._lock = threading.Lock()
        self._count = 0
        self.head = GENESIS
        if path is not None:
            self.open(path)

    def open(self, path: Path) -> None:
        """Write to this file from now on, first of all what was kept. Raises LabError where that is not possible."""
        with self._lock:
            self._file = path.open("ab", buffering=0)
            for line in self._unwritten:
                self._write(self._file, line)
            self._unwritten.clear()

    def append(self, **fields: Any) -> Exchange:
        """Write one entry; it gets the next number and the hash of the entry before."""
        with self._lock:
            exchange = Exchange(number=self._count + 1, **fields)
            entry = dict(vars(exchange))
            head = chain(self.head, entry)
            line = _line({**entry, "hash": head}) + b"\n"
            if self._file is None:
                self._unwritten.append(line)
            else:
                self._write(self._file, line)
            self._count, self.head = exchange.number, head
        self.attach([exchange])
        return exchange

    def _write(self, file: FileIO, line: bytes) -> None:
        """Write a whole line or none of it: half a line would spoil the next one."""
        size = os.fstat(file.fileno()).st_size
        try:
            if file.write(line) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as problem:
            with contextlib.suppress(OSError):
                os.ftruncate(file.fileno(), size)
            raise LabError(f"the evidence cannot be written ({problem.strerror}); free some space") from problem

    def attach(self, exchanges: Iterable[Exchange]) -> None:
        """Hand entries to whoever collects in the current context: they explain what is looked at there."""
        if (collected := _COLLECTED.get()) is not None:
            collected.extend(exchanges)

    @contextmanager
    def collect(self) -> Iterator[list[Exchange]]:
        """Collect the entries that are written within the block, also by threads that copied its context."""
        collected: list[Exchange] = []
        token = _COLLECTED.set(collected)
        try:
            yield collected
        finally:
            _COLLECTED.reset(token)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()


def chain(head: str, entry: dict[str, Any]) -> str:
    """Return the hash of an entry that follows `head`."""
    return hashlib.sha256(_bytes(f"{head}\n{_in_order(entry)}")).hexdigest()


def read(path: Path) -> list[Exchange]:
    """Return the entries of a run. A last line that was cut off by a crash is left out."""
    try:
        return [_exchange(entry) for _, entry in _entries(path)]
    except TypeError as problem:
        raise ConfigError([f"{path}: a line is not an entry ({problem}); the file was changed"]) from problem


def find_break(path: Path, expected_head: str = "", is_running: bool = False) -> str:
    """Return what is wrong with the chain in a sentence, or an empty text when it is whole.

    It has to end in `expected_head`, where there is one. A run that was killed (`is_running`) has written more
    after its last result: there the chain has to pass through that head, and its last line may be cut off.
    """
    head, is_passed, number = GENESIS, expected_head == GENESIS, 0
    for number, (line, entry) in enumerate(_entries(path), 1):
        said = str(entry.pop("hash", ""))
        head = chain(head, entry)
        if entry.get("number") != number:
            return f"entry {number} is missing: entry {entry.get('number')} stands in its place"
        if said != head:
            return f"entry {number} was changed: its hash is {head[:12]}, the file says {said[:12]}"
        if _line({**entry, "hash": said}) != line:
            return f"entry {number} was changed: it says the same, but not in the bytes that were written"
        is_passed = is_passed or head == expected_head
    if not expected_head:
        return ""
    if is_running:
        return "" if is_passed else f"no entry ends in {expected_head[:12]}, which the result was made from"
    if head != expected_head:
        return f"the result was made from evidence that ends in {expected_head[:12]}, the file ends in {head[:12]}"
    return f"half a line stands after entry {number}, the last one" if _is_cut_off(path) else ""


def marks(path: Path) -> list[str]:
    """Return eight digits of the digest of every entry: enough to name one that was changed, not to prove it."""
    return [hashlib.sha256(line).hexdigest()[:8] for line in _lines(path)]


def _entries(path: Path) -> Iterator[tuple[bytes, dict[str, Any]]]:
    """Yield each whole line as it stands in the file, and the entry that it is."""
    for number, line in enumerate(_lines(path), 1):
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError, MemoryError) as problem:
            raise ConfigError([f"{path}: line {number} is not JSON ({problem}); the file was changed"]) from problem
        if not isinstance(entry, dict):
            raise ConfigError([f"{path}: line {number} is not an entry; the file was changed"])
        yield line, entry


def _lines(path: Path) -> Iterator[bytes]:
    """Yield the whole lines of a file without their ends, one at a time: nobody knows how large it is."""
    try:
        file = open_plain(path, LARGEST, "name a folder under reports/runs")
    except FileNotFoundError:
        raise ConfigError([f"{path}: no evidence here; name a folder under reports/runs"]) from None
    with file:
        number = 0
        while (line := file.readline(LONGEST_LINE + 1)).endswith(b"\n"):
            number += 1
            yield line[:-1]
        if len(line) > LONGEST_LINE:
            raise ConfigError(
                [f"{path}: line {number + 1} is longer than {LONGEST_LINE >> 20} MiB; the file was changed"]
            )


def _is_cut_off(path: Path) -> bool:
    """Tell whether the file ends in the middle of a line."""
    with path.open("rb") as file:
        if file.seek(0, os.SEEK_END) == 0:
            return False
        file.seek(-1, os.SEEK_END)
        return file.read() != b"\n"


def _exchange(entry: dict[str, Any]) -> Exchange:
    """Return the exchange that an entry is. Raises TypeError for a key or a value that it cannot have."""
    exchange = Exchange(**{key: value for key, value in entry.items() if key != "hash"})
    for name, kind in _KINDS.items():
        value = getattr(exchange, name)
        if isinstance(value, bool) or not isinstance(value, kind):
            raise TypeError(f"{name} is of another kind")
    return exchange


def _line(entry: dict[str, Any]) -> bytes:
    return _bytes(_as_written(entry))


def _bytes(text: str) -> bytes:
    # Half a surrogate, which a hostile page can send, becomes the escape that JSON has for it.
    return text.encode("utf-8", errors="backslashreplace")


def trimmed(exchange: Exchange) -> Exchange:
    """Return an exchange as it stands in the result; the evidence file keeps all of it."""
    over = len(exchange.output) - KEPT_IN_RESULT
    if over <= 0:
        return exchange
    return replace(exchange, output=exchange.output[:KEPT_IN_RESULT], dropped=exchange.dropped + over)
