"""What a program in Go says of a connection that it could not make, as all of the originals do."""

import errno
from urllib.parse import urlsplit

_SAID = {
    errno.ECONNREFUSED: "connect: connection refused",
    errno.ENETUNREACH: "connect: network is unreachable",
    errno.EHOSTUNREACH: "connect: no route to host",
}


def dialed(url: str, cause: BaseException | None) -> str:
    """Return why a new connection failed, as Go says it (go 1.15 net/net.go, OpError)."""
    where = f"dial tcp {urlsplit(url).netloc}"
    if isinstance(cause, TimeoutError):
        return f"{where}: i/o timeout"
    if isinstance(cause, OSError) and cause.errno in _SAID:
        return f"{where}: {_SAID[cause.errno]}"
    return f"{cause}"
