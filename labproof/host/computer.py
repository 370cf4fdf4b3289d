"""This computer as the checks ask it: programs that it runs, its files and its space, and a guest that is tried."""

import contextlib
import functools
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from labproof.ground.places import is_root

GUEST_SECONDS = 5.0
"""A guest that works takes a few milliseconds, and Python's start a few hundred."""

_LONGEST_OUTPUT = 1024 * 1024
_AFTER_KILL_SECONDS = 2.0
_PLAIN = {"LC_ALL": "C", "VAGRANT_CHECKPOINT_DISABLE": "1"}
"""So that programs speak English here, and Vagrant asks nobody about new versions."""


@dataclass(frozen=True)
class Answer:
    """How a program ended: `status` is None where it is not installed, or where it was late."""

    status: int | None
    output: str = ""
    is_late: bool = False

    @property
    def is_missing(self) -> bool:
        """Tell whether there is no such program."""
        return self.status is None and not self.is_late


class Computer(Protocol):
    """What a check may ask; nothing of it changes anything."""

    system: str
    """Linux, Darwin (macOS) or Windows."""

    machine: str
    """The processor's architecture, in the system's own word."""

    home: Path
    is_root: bool

    def run(self, *argv: str, seconds: float = 15) -> Answer:
        """Run a program with a deadline and return its output, errors included."""
        ...

    def read(self, path: str) -> str | None:
        """Return the text of a file; None where there is none that can be read."""
        ...

    def exists(self, path: str) -> bool:
        """Tell whether there is anything at a path."""
        ...

    def variable(self, name: str) -> str:
        """Return a variable of the environment, or nothing."""
        ...

    def free_mib(self, folder: Path) -> int | None:
        """Return the space that is free where a folder lies or will lie, in MiB; None where that cannot be seen."""
        ...

    def try_guest(self) -> Answer:
        """Have KVM run a guest of a few instructions, in a process of its own and with a deadline."""
        ...

    def reaches(self, url: str) -> str:
        """Return why a page or a file cannot be fetched, or nothing when it can; its content is not fetched."""
        ...


class ThisComputer:
    """The computer that we run on."""

    def __init__(self) -> None:
        self.system = platform.system()
        self.machine = platform.machine()
        self.home = Path.home()
        self.is_root = is_root()

    @functools.cache  # noqa: B019 - one of these lives as long as one command
    def run(self, *argv: str, seconds: float = 15) -> Answer:
        """Run a program with a deadline and return its output, errors included; a second time from memory."""
        return _ended(list(argv), seconds)

    def read(self, path: str) -> str | None:
        """Return the text of a file; None where there is none that can be read."""
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                return file.read(_LONGEST_OUTPUT)
        except OSError:
            return None

    def exists(self, path: str) -> bool:
        """Tell whether there is anything at a path."""
        return os.path.exists(path)

    def variable(self, name: str) -> str:
        """Return a variable of the environment, or nothing."""
        return os.environ.get(name, "")

    def free_mib(self, folder: Path) -> int | None:
        """Return the space that is free where a folder lies or will lie, in MiB; None where that cannot be seen."""
        with contextlib.suppress(OSError, StopIteration):
            existing = next(p for p in (folder, *folder.parents) if p.exists())
            return shutil.disk_usage(existing).free // 1024**2
        return None

    def try_guest(self) -> Answer:
        """Have KVM run a guest of a few instructions, in a process of its own and with a deadline."""
        return _ended([sys.executable, "-m", "labproof.host.kvm_guest"], GUEST_SECONDS)

    def reaches(self, url: str) -> str:
        """Return why a page or a file cannot be fetched, or nothing when it can; its content is not fetched."""
        if "://" not in url:
            return "" if os.path.exists(url) else "no such file"
        # Half a tenth of a second that only this question is worth.
        import http.client
        import urllib.error
        import urllib.request

        try:
            with urllib.request.urlopen(urllib.request.Request(url, method="HEAD"), timeout=10):
                return ""
        except urllib.error.HTTPError as refused:
            # A server that does not answer this question is there all the same.
            return "" if refused.code in (403, 405, 501) else f"HTTP {refused.code}"
        except (OSError, ValueError, http.client.HTTPException) as problem:
            return str(getattr(problem, "reason", "") or problem or type(problem).__name__)


def _ended(argv: list[str], seconds: float) -> Answer:
    """Run a program; one that does not even end when it is killed is left behind, and its word not waited for."""
    with tempfile.TemporaryFile() as output:
        try:
            process = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **_PLAIN},
            )
        except OSError:
            return Answer(None)
        is_late = False
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            is_late = True
            process.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_AFTER_KILL_SECONDS)
        output.seek(0)
        # Programs of Windows end their lines in two characters.
        said = output.read(_LONGEST_OUTPUT).decode("utf-8", errors="replace").replace("\r\n", "\n")
    return Answer(None if is_late else process.returncode, said, is_late)
