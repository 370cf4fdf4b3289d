"""CoreDNS 1.7.0's own words: its log lines, and those of the client through which it follows the API."""

import logging
import sys
from datetime import UTC, datetime

from standins.dialing import dialed

KINDS = {"/api/v1/services": "*v1.Service", "/api/v1/endpoints": "*v1.Endpoints"}
# What it prints of itself (1.7.0 coremain/run.go); the last words are ours.
BANNER = "CoreDNS-1.7.0\nlinux/amd64, stand-in made for rehearsals"
_LEVELS = {"CRITICAL": "FATAL"}


class CoreDnsFormatter(logging.Formatter):
    """Lays a record out as CoreDNS does: the level and the message."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the level in brackets and the message."""
        return f"[{_LEVELS.get(record.levelname, record.levelname)}] {record.getMessage()}"


def listing_failed(url: str, path: str, error: Exception) -> None:
    """Print why a list of the API could not be had, as the client of CoreDNS 1.7.0 does (client-go 0.18.3)."""
    print(reflector_line(url, path, error, datetime.now(UTC)), file=sys.stderr, flush=True)


def reflector_line(url: str, path: str, error: Exception, now: datetime) -> str:
    """Return the line of client-go about a list that failed, of the API at this address."""
    said = str(error)
    if isinstance(error.__cause__, OSError):
        said = f'Get "{url}{path}?limit=500&resourceVersion=0": {dialed(url, error.__cause__)}'
    place = "reflector.go:178] pkg/mod/k8s.io/client-go@v0.18.3/tools/cache/reflector.go:125"
    return f"E{now:%m%d %H:%M:%S.%f}       1 {place}: Failed to list {KINDS.get(path, path)}: {said}"
