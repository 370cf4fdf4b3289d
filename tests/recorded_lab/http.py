"""The API and the pages of a recorded lab, each connection a channel of a tunnel."""

import contextlib
import ssl
from collections.abc import Callable
from typing import Protocol, TypeVar

from labproof.records.model import Exchange
from tests.recorded_lab.answers import Answers

CHUNK = 65536
T = TypeVar("T")


class Stream(Protocol):
    """Both ways of a connection."""

    def recv(self, nbytes: int, /) -> bytes: ...

    def sendall(self, data: bytes, /) -> None: ...


class Tls:
    """TLS over a stream that is no socket, as the server."""

    def __init__(self, stream: Stream, context: ssl.SSLContext) -> None:
        self._stream = stream
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._in, self._out, server_side=True)
        self._until(self._tls.do_handshake)

    @property
    def has_certificate(self) -> bool:
        """Tell whether the client has shown a certificate of this lab's authority."""
        return bool(self._tls.getpeercert())

    def recv(self, nbytes: int) -> bytes:
        """Take what came."""
        try:
            return self._until(lambda: self._tls.read(nbytes))
        except ssl.SSLError:
            return b""

    def sendall(self, data: bytes) -> None:
        """Send all of it."""
        self._until(lambda: self._tls.write(data))

    def _until(self, do: Callable[[], T]) -> T:
        while True:
            try:
                done = do()
            except ssl.SSLWantReadError:
                self._flush()
                came = self._stream.recv(CHUNK)
                if not came:
                    raise EOFError from None
                self._in.write(came)
            else:
                self._flush()
                return done

    def _flush(self) -> None:
        if data := self._out.read():
            self._stream.sendall(data)


def serve(
    stream: Stream, place: str, answers: Answers, context: ssl.SSLContext | None, edit: Callable[[str], str]
) -> None:
    """Answer the requests of one connection to `place` until it is closed; `edit` is what a lab makes of a body."""
    with contextlib.suppress(OSError, EOFError, ssl.SSLError, ValueError):
        tls = Tls(stream, context) if context else None
        way, name = tls or stream, place.removesuffix(":80")
        left = b""
        while asked := _head(way, left):
            head, left = asked
            lines = head.decode("latin-1").split("\r\n")
            headers = {key.lower(): value.strip() for key, _, value in (line.partition(":") for line in lines[1:])}
            size = int(headers.get("content-length", "0"))
            while len(left) < size:
                left += way.recv(CHUNK)
            body, left = left[:size].decode(), left[size:]
            method, target, _ = lines[0].split(" ", 2)
            url = f"{'https' if tls else 'http'}://{name}{target}"
            bearer = headers.get("authorization", "")
            who = _who(bearer, tls is not None and tls.has_certificate)
            found = answers.http(method, url, who, body, "masked-" in bearer)
            if found is None or found.status is None:
                return
            way.sendall(_told(found, edit(found.output)))


def _head(stream: Stream, data: bytes) -> tuple[bytes, bytes] | None:
    while b"\r\n\r\n" not in data:
        came = stream.recv(CHUNK)
        if not came:
            return None
        data += came
    head, _, rest = data.partition(b"\r\n\r\n")
    return head, rest


def _who(bearer: str, has_certificate: bool) -> Callable[[str], bool]:
    if bearer:
        return lambda name: name.startswith("the token")
    if has_certificate:
        return lambda name: name in ("kubernetes-admin", "the kubeconfig")
    return lambda name: name == "nobody"


def _told(found: Exchange, said: str) -> bytes:
    body = said.encode("utf-8", "surrogatepass")
    return f"HTTP/1.1 {found.status} -\r\n{found.error}content-length: {len(body)}\r\n\r\n".encode("latin-1") + body
