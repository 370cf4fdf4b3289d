"""CoreDNS's log lines."""

import logging
import os
import time
from datetime import UTC, datetime

import pytest

from standins.cluster_api import ApiError, ApiUnreachable
from standins.dns.server import end
from standins.dns.words import CoreDnsFormatter, reflector_line

URL, NOW = "https://10.10.0.1:443", datetime(2020, 10, 15, 5, 14, 46, 900314, UTC)


def test_lists_that_fail_are_told_as_client_go_does() -> None:
    """A refusal is told in the API's words, a lost connection in the kernel's."""
    start = (
        "E1015 05:14:46.900314       1 reflector.go:178] pkg/mod/k8s.io/client-go@v0.18.3/tools/cache/reflector.go:125"
    )
    refused = reflector_line(URL, "/api/v1/services", ApiError(403, "services is forbidden: User"), NOW)
    assert refused == f"{start}: Failed to list *v1.Service: services is forbidden: User"
    lost = ApiUnreachable("expected an answer")
    lost.__cause__ = OSError(113, os.strerror(113))
    said = reflector_line(URL, "/api/v1/endpoints", lost, NOW)
    asked = f'Get "{URL}/api/v1/endpoints?limit=500&resourceVersion=0"'
    lost_way = "dial tcp 10.10.0.1:443: connect: no route to host"
    assert said == f"{start}: Failed to list *v1.Endpoints: {asked}: {lost_way}"


@pytest.mark.parametrize(("level", "word"), [(logging.INFO, "INFO"), (logging.CRITICAL, "FATAL")])
def test_records_have_their_level(level: int, word: str) -> None:
    """A record is its level in brackets and its message, and the level that ends the program is FATAL."""
    record = logging.LogRecord("dns", level, "", 1, "plugin/%s", ("loop",), None)
    assert CoreDnsFormatter().format(record) == f"[{word}] plugin/loop"


def test_end_takes_the_lameduck_time(caplog: pytest.LogCaptureFixture) -> None:
    """Somebody may still ask after SIGTERM: the end waits as long as the Corefile says, and says so."""
    caplog.set_level("INFO")
    begun = time.monotonic()
    end(0.05)
    assert time.monotonic() - begun >= 0.05
    assert caplog.messages[-1] == "plugin/health: Going into lameduck mode for 0.05s"
