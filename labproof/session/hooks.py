"""What a course may add to a session: hooks of pytest, which modules of `steps` implement as any other."""

from ipaddress import IPv4Network
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from labproof.session.opening import Session


def pytest_labproof_problems(network: IPv4Network) -> list[str]:  # type: ignore[empty-body]
    """Return what is wrong with the course's own facts, each with its file, key and fix; `network` is the lab's."""


def pytest_labproof_opened(config: pytest.Config, opened: "Session") -> None:
    """Make what the course's fixtures hand out, and begin what takes long: the machines are reached."""


def pytest_labproof_section_ended(config: pytest.Config, opened: "Session", section: str) -> None:
    """Show what a section has come to, once its last scenario has ended and a real browser is there for it."""
