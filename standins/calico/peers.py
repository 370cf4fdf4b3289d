"""Whether the other Nodes' agents answer: a greeting on the port that BGP has."""

import socket
import socketserver
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Thread

PORT = 179
GREETING = b"labproof pod network, a stand-in made for rehearsals\n"
LIMIT_SECONDS = 1.0


class _Greeter(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        self.request.sendall(GREETING)


class Listener(socketserver.TCPServer):
    """Greets every peer that connects."""

    allow_reuse_address = True

    def __init__(self, address: str, port: int = PORT) -> None:
        super().__init__((address, port), _Greeter)

    def start(self) -> "Listener":
        """Begin to listen in a thread that ends with the program."""
        Thread(target=self.serve_forever, name="peers", daemon=True).start()
        return self


def answers(address: str, port: int = PORT, limit: float = LIMIT_SECONDS) -> bool:
    """Tell whether an agent greets us at an address within the limit (seconds)."""
    try:
        with socket.create_connection((address, port), timeout=limit) as connection:
            return connection.recv(len(GREETING)).startswith(GREETING[:8])
    except OSError:
        return False


def silent(addresses: Iterable[str], port: int = PORT) -> tuple[str, ...]:
    """Return the addresses where no agent answers; all are asked at once."""
    asked = tuple(addresses)
    if not asked:
        return ()
    with ThreadPoolExecutor(max_workers=8) as together:
        found = together.map(lambda address: answers(address, port), asked)
        return tuple(address for address, is_up in zip(asked, found, strict=True) if not is_up)
