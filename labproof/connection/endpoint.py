"""How one machine is reached."""

from dataclasses import dataclass, field
from pathlib import Path


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
