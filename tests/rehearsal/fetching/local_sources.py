"""Stand-ins of a bundle's sources on loopback: a web server that can cut connections, and Debian's registry."""

import contextlib
import hashlib
import http.server
import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from labproof.ground.wait import Deadline, wait_until

PROGRAMS = ("skopeo", "docker-registry")
HAS_PROGRAMS = all(shutil.which(name) for name in PROGRAMS)


@dataclass
class Web:
    """What a web server serves, how it misbehaves, and what it was asked for."""

    files: dict[str, bytes] = field(default_factory=dict)
    cut_after: dict[str, list[int]] = field(default_factory=dict)
    """For a path, after how many bytes of an answer the connection is cut; one number for each answer."""
    has_ranges: bool = True
    trickles: set[str] = field(default_factory=set)
    """Paths that are given a byte at a time, until whoever asked has gone."""
    moved_to: dict[str, str] = field(default_factory=dict)
    moved_by: int = 0
    """How many bytes further on an answer begins than was asked for."""
    asked: list[tuple[str, str]] = field(default_factory=list)
    port: int = 0

    def url(self, path: str) -> str:
        """Return the address of a path."""
        return f"http://127.0.0.1:{self.port}/{path}"


@contextlib.contextmanager
def serving(web: Web) -> Iterator[Web]:
    """Serve until the end of the block."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            _answer(self, web)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        web.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield web
        finally:
            server.shutdown()
            thread.join()


def _answer(handler: http.server.BaseHTTPRequestHandler, web: Web) -> None:
    path, wanted = handler.path.lstrip("/"), handler.headers.get("Range", "")
    web.asked.append((path, wanted))
    if path in web.moved_to:
        handler.send_response(302)
        handler.send_header("Location", web.url(web.moved_to[path]))
        handler.send_header("Content-Length", "0")
        handler.end_headers()
        return
    if path not in web.files:
        handler.send_error(404)
        return
    data = web.files[path]
    etag = f'"{hashlib.sha256(data).hexdigest()}"'
    asked = re.fullmatch(r"bytes=(\d+)-", wanted)
    start = int(asked[1]) if asked and web.has_ranges and handler.headers.get("If-Range") == etag else 0
    if start >= len(data) > 0:
        handler.send_error(416)
        return
    start += web.moved_by if start else 0
    handler.send_response(206 if start else 200)
    handler.send_header("Content-Length", str(len(data) - start))
    handler.send_header("ETag", etag)
    if start:
        handler.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
    handler.end_headers()
    if path in web.trickles:
        _trickle(handler, data)
        return
    cuts = web.cut_after.get(path, [])
    handler.wfile.write(data[start:][: cuts.pop(0) if cuts else None])


def _trickle(handler: http.server.BaseHTTPRequestHandler, data: bytes) -> None:
    handler.connection.settimeout(0.02)
    with contextlib.suppress(ConnectionError):
        for number in range(len(data)):
            handler.wfile.write(data[number : number + 1])
            # Nobody says anything more on this connection; that it was closed ends the waiting.
            with contextlib.suppress(TimeoutError):
                if not handler.connection.recv(1):
                    return


@contextlib.contextmanager
def registry(folder: Path) -> Iterator[str]:
    """Run a registry until the end of the block; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = folder / "registry.yml"
    settings.write_text(
        f"version: 0.1\nstorage:\n  filesystem: {{rootdirectory: {folder / 'storage'}}}\n"
        f"http: {{addr: '127.0.0.1:{port}'}}\nlog: {{level: error}}\n"
    )
    with (folder / "registry.log").open("wb") as log:
        process = subprocess.Popen(["docker-registry", "serve", str(settings)], stdout=log, stderr=log)
    try:
        wait_until(lambda: _is_open(port), bool, Deadline(20), "the registry", every=0.05)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def push(archive: Path, name: str, target: str) -> None:
    """Put an image of an archive into a registry."""
    copied = ["skopeo", "copy", "--dest-tls-verify=false", f"docker-archive:{archive}:{name}", f"docker://{target}"]
    subprocess.run(copied, check=True, capture_output=True, timeout=60)


def _is_open(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False
