"""A local socket whose other end is an address as a machine sees it, through SSH."""

import contextlib
import socket
import threading

import paramiko

from labproof.connection.ssh import Ssh
from labproof.ground.errors import NotTaken, Unreachable

CHUNK = 65536


def open_socket(ssh: Ssh, host: str, port: int, timeout: float) -> socket.socket:
    """Return a connected socket; raises NotTaken when the machine answers that it could not connect there.

    Why it could not stands in its answer to SSH, but paramiko keeps only the kind (RFC 4254, 5.1: connect failed).
    """
    try:
        channel = ssh.open_tunnel(host, port, timeout)
    except paramiko.ChannelException as problem:
        if problem.code == paramiko.common.OPEN_FAILED_CONNECT_FAILED:
            said = f"{ssh.name}: nothing listens on {host}:{port}, or there is no way to it ({problem.text})"
            raise NotTaken(said) from problem
        raise Unreachable(f"{ssh.name}: no tunnel to {host}:{port}: {problem}") from problem
    ours, theirs = socket.socketpair()
    for pump in (_to_machine, _from_machine):
        threading.Thread(target=pump, args=(theirs, channel), daemon=True).start()
    return ours


def _to_machine(local: socket.socket, channel: paramiko.Channel) -> None:
    # Whatever ends it, its reader finds a connection that has ended.
    with contextlib.suppress(OSError, EOFError, paramiko.SSHException):
        while data := local.recv(CHUNK):
            channel.sendall(data)
    with contextlib.suppress(OSError, EOFError, paramiko.SSHException):
        # The SSH connection may have gone first.
        channel.close()


def _from_machine(local: socket.socket, channel: paramiko.Channel) -> None:
    with contextlib.suppress(OSError, EOFError, paramiko.SSHException):
        while data := channel.recv(CHUNK):
            local.sendall(data)
    with contextlib.suppress(OSError):
        local.shutdown(socket.SHUT_RDWR)
    local.close()
