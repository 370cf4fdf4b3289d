"""Kuboard's front, by the real nginx where it is installed."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from labproof.ground.places import course_dir
from labproof.ground.wait import Deadline, poll
from labproof.rehearsal.bundle.standins import IMAGES
from standins.kuboard import server
from tests.standins.fake_cluster import ADMIN, POWERLESS, FakeCluster

NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
needs_nginx = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@contextmanager
def console(api: str) -> Iterator[int]:
    """Run the console's program before an API; yields its port."""
    port = free_port()
    argv = [sys.executable, "-m", "standins", "kuboard", "--port", str(port), "--nginx", str(NGINX)]
    environment = {**os.environ, "STANDIN_API": api}
    program = subprocess.Popen(argv, env=environment, cwd=course_dir(), stderr=subprocess.PIPE, text=True)
    try:
        opened = poll(lambda: is_open(port) or program.poll() is not None, bool, Deadline(10))
        assert opened.value, "nginx did not listen within 10 s"
        yield port
    finally:
        program.terminate()
        _, said = program.communicate(timeout=10)
        assert program.returncode == 0, said


def is_open(port: int) -> bool:
    with socket.socket() as knock:
        return knock.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def port(cluster: FakeCluster) -> Iterator[int]:
    with console(cluster.url) as found:
        yield found


def ask(port: int, path: str, token: str = "") -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path, headers={"Authorization": f"Bearer {token}"} if token else {})
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


@needs_nginx
@pytest.mark.parametrize("path", ["/", "/login", "/dashboard?k8sToken=abc"])
def test_console_is_public_and_honest(port: int, path: str) -> None:
    """Every address of the console is its page, which needs no token, says what it is and shows no token."""
    status, text = ask(port, path)
    assert status == 200
    assert "<title>Kuboard" in text
    assert "stand-in" in text
    assert "abc" not in text


@needs_nginx
def test_good_token_reaches_the_api(port: int, cluster: FakeCluster) -> None:
    """With a good token, a path below /k8s-api is the API's own, query included."""
    cluster.put("/api/v1/nodes/master")
    status, text = ask(port, "/k8s-api/api/v1/nodes?limit=5", ADMIN)
    assert (status, len(json.loads(text)["items"])) == (200, 1)


@needs_nginx
@pytest.mark.parametrize(("token", "status", "reason"), [("wrong", 401, "Unauthorized"), (POWERLESS, 403, "Forbidden")])
def test_refusals_are_the_apis_own(port: int, token: str, status: int, reason: str) -> None:
    """What the API says to a token that it does not know, or that may not, is passed through as it is."""
    answer = ask(port, "/k8s-api/api/v1/nodes", token)
    assert (answer[0], json.loads(answer[1])["reason"]) == (status, reason)


@needs_nginx
def test_dead_api_is_nginx_502() -> None:
    """An API that refuses the connection is nginx's own page of a bad gateway; the console opens all the same."""
    with console(f"http://127.0.0.1:{free_port()}") as port:
        status, text = ask(port, "/k8s-api/version", ADMIN)
        assert (status, "<title>502 Bad Gateway</title>" in text) == (502, True)
        assert re.search(r"<center>nginx/[\d.]+</center>", text)
        assert ask(port, "/")[0] == 200


def test_settings_are_filled_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In its Pod it asks the API that the Pod was told of, and takes only a certificate of the cluster."""
    monkeypatch.delenv("STANDIN_API", raising=False)
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.10.0.1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "443")
    text = server.settings(80, tmp_path, server.api_url())
    assert "listen 80 default_server;" in text
    assert "proxy_pass https://10.10.0.1:443/;" in text
    ca = "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt"
    assert f"proxy_ssl_verify on; proxy_ssl_name kubernetes; proxy_ssl_trusted_certificate {ca};" in text
    assert not re.search(r"@\w+@", text)


def test_nothing_shortens_nginx_60_seconds() -> None:
    """A hanging API is a 504 after nginx's own 60 s, as at the original."""
    assert not re.search(r"proxy_\w+_timeout", server.SETTINGS.read_text())


def test_its_image_holds_nginx_and_its_settings() -> None:
    """The image of Kuboard installs nginx and carries the file that tells it what to serve."""
    (image,) = (image for image in IMAGES if "kuboard" in image.name)
    assert "nginx" in image.packages
    assert "/opt/standin/standins/kuboard/nginx.conf" in image.files


def test_without_nginx_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """Where nginx is missing the error names where it was looked for."""
    assert server.main(["--port", "8080", "--nginx", "/nowhere/nginx"]) == 1
    assert "expected nginx at /nowhere/nginx, found: No such file or directory" in capsys.readouterr().err
