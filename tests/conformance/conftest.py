"""The fake cluster for the stand-ins."""

from collections.abc import Iterator

import pytest

from tests.standins import fake_cluster


@pytest.fixture
def cluster() -> Iterator[fake_cluster.FakeCluster]:
    """Provide a running Kubernetes API with nothing in it."""
    with fake_cluster.running() as found:
        yield found
