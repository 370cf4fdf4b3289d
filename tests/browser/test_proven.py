"""A real browser goes the way that pages are asked: through the other machine, and only to one that is proven."""

import socket
from collections.abc import Iterator
from pathlib import Path

import paramiko
import pytest

from labproof.connection import pages
from labproof.connection.base import Purpose
from labproof.connection.chromium import Chromium
from labproof.connection.live import LiveConnection
from labproof.connection.visit import Visit
from labproof.ground.errors import Refused, Unproven
from labproof.session.connecting import connect
from tests.connection.test_pages import COURSE, Lab

MASTER = COURSE["master"]


@pytest.fixture
def lab(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Lab]:
    """Two machines behind SSH servers, whose own network has the course's addresses."""
    with socket.create_server(("127.0.1.1", 0)) as free:
        port: int = free.getsockname()[1]
    monkeypatch.setattr(pages, "SSH_PORT", port)
    paramiko.ECDSAKey.generate().write_private_key_file(str(tmp_path / "key"))
    lab = Lab(1, port, tmp_path / "key")
    lab.start()
    yield lab
    lab.close()


@pytest.fixture
def connection(lab: Lab) -> Iterator[LiveConnection]:
    connection = connect(map(lab.endpoint, COURSE), lambda: None)
    yield connection
    connection.close()


def test_browser_goes_through_the_other_machine(
    browser_program: Chromium, lab: Lab, connection: LiveConnection
) -> None:
    """An address that the inventory does not name is visited through the SSH connection of the other machine."""
    seen = connection.visit(Visit(f"http://{MASTER}:80/"), Purpose.SHOW)
    assert seen.problem == ""
    assert (seen.status, seen.text.strip()) == (200, "master of lab 1")
    assert (MASTER, 80) in lab.logins["node"].tunnels
    assert not {(MASTER, 80)} & set(lab.logins["master"].tunnels)


def test_browser_does_not_visit_another_machine(
    browser_program: Chromium, lab: Lab, connection: LiveConnection
) -> None:
    """Where nothing shows that it is the machine, its page is not opened at all."""
    del lab.routes[MASTER, lab.port]
    with pytest.raises(Unproven, match="nothing shows that"):
        connection.visit(Visit(f"http://{MASTER}:80/"), Purpose.SHOW)
    assert (MASTER, 80) not in lab.logins["node"].tunnels


def test_missing_page_is_refused_by_its_machine(
    browser_program: Chromium, lab: Lab, connection: LiveConnection
) -> None:
    """A proven machine on whose port nothing listens refuses, as it does without a browser."""
    with pytest.raises(Refused):
        connection.visit(Visit(f"https://{MASTER}:30000/"), Purpose.SHOW)


def test_browser_leaves_strange_addresses_alone(browser_program: Chromium, connection: LiveConnection) -> None:
    """An address that is no machine's of this lab is not visited."""
    with pytest.raises(Unproven, match="no machine's address"):
        connection.visit(Visit("http://192.0.2.7/"), Purpose.SHOW)
