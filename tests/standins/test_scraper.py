import pytest

from standins.scraper import answer
from standins.serving import Request


@pytest.mark.parametrize(("path", "status"), [("/healthz", 200), ("/", 200), ("/api/v1/dashboard/x", 200), ("/x", 404)])
def test_paths(path: str, status: int) -> None:
    """The health path is 200 and other paths are what a scraper without metrics says."""
    assert answer(Request("GET", path, path, {}, {})).status == status
