"""Servers of the worst kind, in threads of the test: each says exactly the bytes that it is told to."""

import contextlib
import datetime
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

Talk = Callable[[socket.socket], None]


class WebServer:
    """Takes connections on a port of a loopback address and lets `talk` speak on each."""

    def __init__(self, talk: Talk, context: ssl.SSLContext | None = None, at: str = "127.0.0.1") -> None:
        self.connections = 0
        self.requests: list[bytes] = []
        self._talk = talk
        self._context = context
        self._listener = socket.create_server((at, 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._open: list[socket.socket] = []
        self._threads[0].start()

    def close(self) -> None:
        """Stop listening and hang up."""
        for sock in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
        for sock in (self._listener, *self._open):
            sock.close()

    def read_request(self, sock: socket.socket) -> bytes:
        """Read the head of a request and a body of the length that it names."""
        data = b""
        while b"\r\n\r\n" not in data:
            more = sock.recv(65536)
            if not more:
                return b""
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        length = next((int(h.split(b":")[1]) for h in head.split(b"\r\n") if h.lower().startswith(b"content-le")), 0)
        while len(body) < length:
            body += sock.recv(65536)
        self.requests.append(head + b"\r\n\r\n" + body)
        return self.requests[-1]

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(sock)
            thread = threading.Thread(target=self._serve, args=(sock,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket) -> None:
        with contextlib.suppress(OSError, ssl.SSLError):
            if self._context is not None:
                sock = self._context.wrap_socket(sock, server_side=True)
                self._open.append(sock)
            while self.read_request(sock):
                self._talk(sock)


@contextlib.contextmanager
def serving(talk: Talk | bytes, context: ssl.SSLContext | None = None) -> Iterator[WebServer]:
    """Serve within a block; bytes are sent as they are after every request."""
    speak: Talk = (lambda sock: sock.sendall(talk)) if isinstance(talk, bytes) else talk
    server = WebServer(speak, context)
    try:
        yield server
    finally:
        server.close()


def response(body: bytes = b"hello", status: str = "200 OK", *headers: str) -> bytes:
    """Return a whole response with its length."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


class Identity:
    """A key with a certificate that it signs itself, by a clock that may be days off."""

    def __init__(self, folder: Path, name: str, days_off: int = 0) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        now = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=days_off)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(hours=1))
            .not_valid_after(now + datetime.timedelta(hours=1))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        self.certificate = certificate.public_bytes(serialization.Encoding.PEM).decode()
        self.key = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()
        self._path = folder / f"{name}.pem"
        self._path.write_text(self.certificate + self.key, encoding="ascii")

    def server_context(self, trusted: "Identity | None" = None) -> ssl.SSLContext:
        """Return settings of a server that shows this certificate and may ask for that of a client."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._path)
        if trusted is not None:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(cadata=trusted.certificate)
        return context
