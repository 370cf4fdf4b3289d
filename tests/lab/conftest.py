"""Tests on a real lab that is up and finished: `LABPROOF_LAB=1 pytest tests/lab`."""

import os

import pytest

HERE = os.path.dirname(__file__)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave these tests out unless a lab is said to be there."""
    if os.environ.get("LABPROOF_LAB"):
        return
    for item in items:
        if str(item.path).startswith(HERE):
            item.add_marker(pytest.mark.skip(reason="needs a lab that is up and finished; set LABPROOF_LAB=1"))
