"""Reports that more than one module looks at."""

from pathlib import Path

import pytest

from tests.golden import samples
from tests.showing.pages import RUNS, Page, page


@pytest.fixture(params=list(RUNS))
def any_page(request: pytest.FixtureRequest, tmp_path: Path) -> Page:
    return page(RUNS[request.param], tmp_path)


@pytest.fixture
def every(tmp_path: Path) -> Page:
    return page(samples.EVERY_OUTCOME, tmp_path)
