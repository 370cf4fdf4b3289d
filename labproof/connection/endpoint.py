"""How one machine is reached."""

import re
from dataclasses import dataclass, field
from pathlib import Path

_JUMP = re.compile(r"(?:([^\s@/]+)@)?(\[[0-9A-Fa-f:.]+\]|[^\s@:/\[\]]+)(?::([0-9]{1,5}))?")


@dataclass(frozen=True)
class Jump:
    """A host on the way to a machine, through whose SSH server the machine's is reached."""

    host: str
    port: int
    user: str

    @classmethod
    def parse(cls, text: str, user: str = "root") -> "Jump":
        """Return a jump host from `user@host:port`; without a user it is `user`, without a port 22.

        Raises ValueError for what is none.
        """
        found = _JUMP.fullmatch(text)
        if found is None or not 0 < int(found[3] or 22) < 65536:
            raise ValueError(f"expected user@host:port, found {text!r}")
        return cls(found[2].strip("[]"), int(found[3] or 22), found[1] or user)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.user}@{host}:{self.port}"


@dataclass(frozen=True)
class Endpoint:
    """How one machine is reached over SSH; `address` is its address in the lab.

    `is_direct` tells that the machine's owner named that address: the grader may send packets there itself.
    """

    name: str
    address: str
    host: str
    port: int
    user: str
    key_file: Path | None
    password: str = field(default="", repr=False)
    is_direct: bool = True
    jump: Jump | None = None
