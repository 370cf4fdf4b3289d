"""The way to the API as the original has it: one connection, kept, and missed only after a while when it breaks."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from standins.cluster_api import Answer, ApiUnreachable, ClusterApi
from standins.dialing import dialed

DIAL_SECONDS = 30.0
"""How long client-go tries to connect (client-go v0.20.2, transport/cache.go)."""

LOST_SECONDS = 45.0
"""How long a request hangs on a connection that broke: HTTP/2 is pinged after 30 s of silence and waits 15 s for the
answer (apimachinery v0.20.2, util/net/http.go)."""


class Link:
    """What is known of the one connection that the requests of all visitors share."""

    def __init__(self, now: Callable[[], float] = time.monotonic, pause: Callable[[float], None] = time.sleep) -> None:
        self._now, self._pause = now, pause
        self._lock = Lock()
        self._is_up = False
        self._broke_at: float | None = None

    def keep(self) -> None:
        """Note that an answer came."""
        with self._lock:
            self._is_up, self._broke_at = True, None

    def hang(self, since: float) -> bool:
        """Wait until a connection that broke is given up; tell whether there was one. `since` is when it was used."""
        with self._lock:
            if not self._is_up:
                return False
            self._broke_at = since if self._broke_at is None else self._broke_at
            end = self._broke_at + LOST_SECONDS
        self._pause(max(0.0, end - self._now()))
        with self._lock:
            if self._broke_at is not None:
                self._is_up, self._broke_at = False, None
        return True

    def now(self) -> float:
        """Return the time, in seconds."""
        return self._now()


@dataclass(frozen=True)
class KeptApi(ClusterApi):
    """The API server behind one kept connection; `timeout` is how long a new one is tried for."""

    timeout: float = DIAL_SECONDS
    link: Link = field(default_factory=Link)

    def send(self, method: str, path: str, body: bytes | None = None, content_type: str = "application/json") -> Answer:
        """Send one request; raise ApiUnreachable in the original's words, and as late as the original."""
        begun = self.link.now()
        try:
            answer = super().send(method, path, body, content_type)
        except ApiUnreachable as error:
            asked = f'{method.capitalize()} "{self.url}{path}"'
            if self.link.hang(begun):
                raise ApiUnreachable(f"{asked}: http2: client connection lost") from error
            raise ApiUnreachable(f"{asked}: {dialed(self.url, error.__cause__)}") from error
        self.link.keep()
        return answer
