"""A local copy of one kind of object, kept current by list and watch."""

import json
import logging
from collections.abc import Callable, Mapping
from threading import Event, Thread
from typing import Generic, TypeVar

from standins.cluster_api import ApiError, ApiUnreachable, ClusterApi, Json

T = TypeVar("T")
WATCH_SECONDS = 60
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
LOG = logging.getLogger(__name__)


class Mirror(Generic[T]):
    """Copies every object under an API path, reduced to what its user needs."""

    def __init__(
        self,
        api: ClusterApi,
        path: str,
        reduce: Callable[[Json], T],
        changed: Callable[[], None],
        complain: Callable[[str, Exception], None] | None = None,
    ) -> None:
        self._api = api
        self._path = path
        self._reduce = reduce
        self._changed = changed
        self._complain = complain or _log
        self._objects: dict[str, T] = {}
        self._version = ""
        self.synced = Event()

    def objects(self) -> Mapping[str, T]:
        """Return the current copy by "namespace/name"; what is returned never changes afterwards."""
        return self._objects

    def start(self, stop: Event) -> None:
        """Begin to copy in a thread that ends with the program, or soon after stop is set."""
        Thread(target=self.run, args=(stop,), name=self._path, daemon=True).start()

    def run(self, stop: Event) -> None:
        """Copy until stop is set; every loss is retried after a pause that grows to 5 seconds."""
        pause = FIRST_PAUSE
        while not stop.is_set():
            try:
                self.refresh()
                pause = FIRST_PAUSE
                stop.wait(pause)  # a server that ends every watch at once must not make us spin
            except (ApiError, ApiUnreachable) as error:
                self._complain(self._path, error)
                stop.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    def refresh(self) -> None:
        """List where nothing is known, then follow one watch to its end."""
        try:
            self._follow()
        except (LookupError, TypeError, AttributeError) as error:
            # Something else answers in the API's place: what it said is forgotten with it.
            self._version = ""
            raise ApiUnreachable(f"expected an object of the API, found something else ({error!r})") from error

    def _follow(self) -> None:
        if not self._version:
            self._list()
        query = f"watch=1&allowWatchBookmarks=true&timeoutSeconds={WATCH_SECONDS}"
        path = f"{self._path}?{query}&resourceVersion={self._version}"
        try:
            for line in self._api.lines(path, silence=WATCH_SECONDS + 15):
                self._apply(line)
        except ApiError:
            # 410 Gone: the server no longer knows our version; only a new list helps.
            self._version = ""
            raise

    def _list(self) -> None:
        found = self._api.get(self._path)
        self._objects = {_key(item): self._reduce(item) for item in found.get("items") or []}
        self._version = found["metadata"]["resourceVersion"]
        self.synced.set()
        self._changed()

    def _apply(self, line: bytes) -> None:
        try:
            event = json.loads(line)
        except ValueError as error:
            raise ApiUnreachable(f"expected a watch event, found half a line ({error})") from error
        kind, item = event["type"], event["object"]
        if kind == "ERROR":
            raise ApiError(item.get("code", 500), item.get("message", "watch failed"), item.get("reason", ""))
        self._version = item["metadata"]["resourceVersion"]
        if kind == "BOOKMARK":
            return
        objects = dict(self._objects)
        if kind == "DELETED":
            objects.pop(_key(item), None)
        else:
            objects[_key(item)] = self._reduce(item)
        self._objects = objects
        self._changed()


def _log(path: str, error: Exception) -> None:
    LOG.warning("%s: %s; trying again", path, error)


def _key(item: Json) -> str:
    metadata = item["metadata"]
    return f"{metadata.get('namespace', '')}/{metadata['name']}"
