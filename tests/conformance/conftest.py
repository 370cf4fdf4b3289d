"""The fake cluster for the stand-ins, and a visitor of the Dashboard's."""

from collections.abc import Iterator

import pytest

from tests.standins import fake_cluster
from tests.standins.dashboard.conftest import certificate, session_key, visitor

__all__ = ["certificate", "cluster", "session_key", "visitor"]


@pytest.fixture
def cluster() -> Iterator[fake_cluster.FakeCluster]:
    """Provide a running Kubernetes API with nothing in it."""
    with fake_cluster.running() as found:
        yield found
