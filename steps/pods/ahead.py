"""Looks that take seconds, begun ahead of the sentence that needs them."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from labproof.records.evidence import EvidenceLog
from labproof.records.model import Exchange


class Ahead:
    """Runs looks in the background; each result is handed out once, together with its evidence."""

    def __init__(self, log: EvidenceLog) -> None:
        self._log = log
        self._pool: ThreadPoolExecutor | None = None
        self._begun: dict[str, Future[tuple[Any, list[Exchange]]]] = {}

    def begin(self, name: str, look: Callable[[], Any]) -> None:
        """Begin a look under a name."""
        self._pool = self._pool or ThreadPoolExecutor(max_workers=4, thread_name_prefix="ahead")
        self._begun[name] = self._pool.submit(self._collected, look)

    def take(self, name: str, look: Callable[[], Any]) -> Any:
        """Return what was begun under the name, waiting for it; without it, or the second time, look now."""
        future = self._begun.pop(name, None)
        if future is None:
            return look()
        value, exchanges = future.result()
        self._log.attach(exchanges)
        if isinstance(value, Exception):
            raise value
        return value

    def close(self) -> None:
        """Wait for what still runs: it holds things that must be taken away again."""
        if self._pool is not None:
            self._pool.shutdown(wait=True)

    def _collected(self, look: Callable[[], Any]) -> tuple[Any, list[Exchange]]:
        with self._log.collect() as exchanges:
            try:
                return look(), exchanges
            except Exception as problem:
                # Handed over and raised where the result is taken.
                return problem, exchanges
