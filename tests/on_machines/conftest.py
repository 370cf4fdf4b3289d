"""Tests that make a lab of their own, where none is up: `LABPROOF_LAB=1 pytest tests/on_machines`."""

import os
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave these tests out unless machines may be made."""
    if os.environ.get("LABPROOF_LAB"):
        return
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.skip(reason="makes machines; set LABPROOF_LAB=1 where no lab is up"))
