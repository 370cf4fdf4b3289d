"""A network for one program that has nothing but a loopback: the kernel keeps it from every other address."""

import ctypes
import fcntl
import os
import socket
import struct
import threading
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Self

# linux/sched.h, linux/sockios.h and linux/if.h.
_CLONE_NEWNET = 0x40000000
_SIOCSIFFLAGS = 0x8914
_IFF_UP = 0x1


@dataclass(frozen=True)
class OwnNetwork:
    """The network, as long as it is entered; `listener` listens on its loopback, for us."""

    listener: socket.socket
    handle: int

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.listener.close()
        os.close(self.handle)

    @property
    def command(self) -> list[str]:
        """Return what starts a program there (util-linux); only root may."""
        return ["nsenter", f"--net=/proc/{os.getpid()}/fd/{self.handle}"]


def make() -> OwnNetwork:
    """Make a network of its own. Raises OSError where this computer does not allow it."""
    made: Future[OwnNetwork] = Future()
    # Only the thread moves there: all else that we open stays where it is.
    thread = threading.Thread(target=_make_in_thread, args=(made,), daemon=True)
    thread.start()
    thread.join()
    return made.result()


def _make_in_thread(made: "Future[OwnNetwork]") -> None:
    try:
        if ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWNET) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
            fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", _IFF_UP))
        listener = socket.create_server(("127.0.0.1", 0))
        made.set_result(OwnNetwork(listener, os.open("/proc/thread-self/ns/net", os.O_RDONLY)))
    except OSError as problem:
        made.set_exception(problem)
