"""The page of a class over HTTP: for one browser of this computer, and only to be read."""

import http.client
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from labproof.gradebook.server import ClassPage, PageServer
from labproof.ground.errors import ConfigError
from labproof.ground.wait import Clock
from tests.gradebook import classes


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A class of which nothing is graded yet."""
    return tmp_path


@pytest.fixture
def time() -> list[float]:
    """The time of the page's clock."""
    return [0.0]


@pytest.fixture
def server(folder: Path, time: list[float]) -> Iterator[PageServer]:
    with PageServer(ClassPage(folder, Clock(now=lambda: time[0])), secret="s3cret") as server:
        yield server


def ask(server: PageServer, path: str = "/s3cret/", method: str = "GET", host: str = "") -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request(method, path, headers={"Host": host or f"127.0.0.1:{server.port}"})
    answer = connection.getresponse()
    answer.text = answer.read().decode()  # type: ignore[attr-defined]
    connection.close()
    return answer


def text(answer: http.client.HTTPResponse) -> str:
    return str(answer.text)  # type: ignore[attr-defined]


def test_page_follows_the_class(server: PageServer, folder: Path, time: list[float]) -> None:
    """The page asks the browser to come again, and shows what is graded by then, once it is older than a moment."""
    answer = ask(server)
    assert (answer.status, answer.getheader("Refresh")) == (200, "10")
    assert "not graded yet" in text(answer)
    classes.write(folder)
    assert "not graded yet" in text(ask(server))
    time[0] += 60
    assert "Students and criteria" in text(ask(server))


def test_policy_is_that_of_the_page(server: PageServer, folder: Path) -> None:
    """The page runs its own script and nothing else, stands in no frame, and is kept nowhere."""
    classes.write(folder)
    answer = ask(server)
    policy = answer.getheader("Content-Security-Policy") or ""
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-")
    assert policy.endswith("frame-ancestors 'none'")
    assert (answer.getheader("Cache-Control"), answer.getheader("X-Content-Type-Options")) == ("no-store", "nosniff")


@pytest.mark.parametrize("host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "[::1]:{port}"])
def test_another_name_is_refused(server: PageServer, host: str) -> None:
    """A page from elsewhere whose name leads to loopback is told nothing, not even with the whole path."""
    answer = ask(server, host=host.format(port=server.port))
    assert (answer.status, "graded" in text(answer)) == (403, False)
    assert ask(server, host=f"localhost:{server.port}").status == 200


@pytest.mark.parametrize("path", ["/", "/other/", "/s3cret2/", "/%73%33cret/"])
def test_other_users_of_this_computer_do_not_know_the_path(server: PageServer, path: str) -> None:
    """Without the secret part of the address there is nothing."""
    assert ask(server, path).status == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_nothing_can_be_changed(server: PageServer, method: str) -> None:
    """There is no method but to read."""
    assert ask(server, method=method).status == 501
    assert (ask(server, method="HEAD").status, text(ask(server, method="HEAD"))) == (200, "")


def test_only_reports_of_the_page(server: PageServer, folder: Path) -> None:
    """A report that the page leads to is there, and no other file of this computer."""
    classes.write(folder)
    page = text(ask(server))
    link = page.partition('<th scope="row"><a href="./')[2].partition('"')[0].partition("#")[0]
    assert not (folder / link).exists()
    report = ask(server, f"/s3cret/{link}")
    assert (report.status, "Questions" in text(report)) == (200, True)
    students = next(folder.glob("007/runs/*")) / "report.html"
    assert ask(server, "/s3cret/007/report.html").status == 404
    students.write_text("<!doctype html>the student's report", encoding="utf-8")
    assert text(ask(server, "/s3cret/007/report.html")) == "<!doctype html>the student's report"
    assert text(ask(server, "/s3cret/index.html")) == page
    (folder / "secret.txt").write_text("x")
    for path in ("secret.txt", "class.json", f"{link}/../../secret.txt", "../secret.txt", "%2e%2e/x", "/etc/passwd"):
        assert ask(server, f"/s3cret/{path}").status == 404


def test_it_listens_on_loopback_alone(server: PageServer) -> None:
    """Nobody beside this computer reaches it; a port that is taken is refused with what to do."""
    assert server.address == f"http://127.0.0.1:{server.port}/s3cret/"
    with socket.socket() as other, pytest.raises(OSError, match=os.strerror(111)):
        other.connect(("127.0.0.2", server.port))
    with (
        pytest.raises(ConfigError, match=r"--port: [0-9]+ cannot be had here"),
        PageServer(ClassPage(Path()), server.port),
    ):
        pass
