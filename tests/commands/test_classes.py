"""What `labproof class` does where nothing else is asked of it."""

import pytest

from labproof.commands import classes


@pytest.mark.parametrize(("cpus", "labs"), [(1, 3), (2, 6), (4, 12)])
def test_labs_wait_half_of_their_time(cpus: int, labs: int) -> None:
    """More labs are graded at once than there are CPUs for."""
    assert classes._places(cpus) == labs
