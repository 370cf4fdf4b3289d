"""Collecting a stream from an untrusted machine: the head is kept, the rest counted and hashed."""

import hashlib

from labproof.connection.base import OUTPUT_KEPT, OUTPUT_READ


class BoundedOutput:
    """Bytes as they come in: the first `kept` of them, and a digest and count of all."""

    def __init__(self, kept: int = OUTPUT_KEPT, limit: int = OUTPUT_READ) -> None:
        self._head = bytearray()
        self._digest = hashlib.sha256()
        self._kept = kept
        self._limit = limit
        self.total = 0

    def add(self, data: bytes) -> None:
        """Take the next bytes of the stream."""
        self.total += len(data)
        self._digest.update(data)
        room = self._kept - len(self._head)
        if room > 0:
            self._head += data[:room]

    @property
    def is_flooded(self) -> bool:
        """Tell whether the stream sent more than anybody should read."""
        return self.total > self._limit

    @property
    def dropped(self) -> int:
        """Return how many bytes came in but are not kept."""
        return self.total - len(self._head)

    @property
    def digest(self) -> str:
        """Return the SHA-256 of everything that came in."""
        return self._digest.hexdigest()

    @property
    def text(self) -> str:
        """Return what is kept as text; bytes that are not UTF-8 are shown as escapes."""
        return self._head.decode("utf-8", errors="backslashreplace")
