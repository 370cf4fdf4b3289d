"""The way to a machine through a jump host: the stream to its SSH server, opened by another one."""

from collections.abc import Callable
from pathlib import Path

import paramiko

from labproof.connection.endpoint import Jump

SECONDS = 15.0
"""How long a jump host may take to let us in, and how long to reach the machine behind it."""

_REASONS = {
    paramiko.common.OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED: (
        "it lets nobody through; set AllowTcpForwarding to yes in its sshd_config"
    ),
    paramiko.common.OPEN_FAILED_CONNECT_FAILED: "nothing answers there as it sees it; correct host and port",
}


class JumpHost:
    """A connection to a jump host. Its host key is taken as a machine's is: who it is says the way to it."""

    def __init__(self, jump: Jump, key_file: Path | None, has_agent: Callable[[], bool]) -> None:
        self._jump = jump
        self._key_file = key_file
        self._has_agent = has_agent
        self._client: paramiko.SSHClient | None = None

    def open(self, host: str, port: int) -> paramiko.Channel:
        """Return a stream to an address as the jump host sees it. Raises SSHException with what keeps us from it."""
        self.close()
        client = self._client = paramiko.SSHClient()
        client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        try:
            self._log_in(client)
        except (paramiko.SSHException, OSError, EOFError) as problem:
            self.close()
            raise self._refused("no login", problem) from problem
        transport = client.get_transport()
        try:
            if transport is None:
                raise EOFError("it closed the connection at once")
            return transport.open_channel("direct-tcpip", (host, port), ("127.0.0.1", 0), timeout=SECONDS)
        except (paramiko.SSHException, OSError, EOFError) as problem:
            self.close()
            raise self._refused(f"no way to {host}:{port}", problem) from problem

    def close(self) -> None:
        """Let go of the jump host, and of what goes through it."""
        if self._client is not None:
            self._client.close()
        self._client = None

    def _log_in(self, client: paramiko.SSHClient) -> None:
        # The machine's password is not for the jump host: whoever runs that one would learn it.
        client.connect(
            self._jump.host,
            self._jump.port,
            self._jump.user,
            key_filename=str(self._key_file) if self._key_file else None,
            timeout=SECONDS,
            banner_timeout=SECONDS,
            auth_timeout=SECONDS,
            channel_timeout=SECONDS,
            allow_agent=self._has_agent(),
        )

    def _refused(self, what: str, problem: Exception) -> paramiko.SSHException:
        code = problem.code if isinstance(problem, paramiko.ChannelException) else None
        said = _REASONS.get(code, str(problem) or type(problem).__name__) if code else str(problem)
        return paramiko.SSHException(f"jump host {self._jump}: {what}: {said or type(problem).__name__}")
