"""A pytest plugin that is registered last: of two fixtures of one name pytest takes the one that came last."""

from typing import Any

import pytest


@pytest.fixture(scope="session")
def browser(lab_pages: Any) -> Any:
    """The web pages of the lab; pytest-playwright has a fixture of this name, too."""
    return lab_pages
