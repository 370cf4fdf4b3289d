"""A machine's files in a folder: the grader's own questions are put to a shell, and read what lies there."""

import re
from dataclasses import dataclass, replace
from pathlib import Path

from labproof.connection.base import Command, CommandResult, Purpose
from labproof.lab.machine import Machine, Phase
from tests.local_shell import LocalShell

_PLACES = re.compile(r"(?<![\w.])/(?=(?:etc|run|root|usr/lib|usr/local/lib|proc|var|opt)/)")


@dataclass
class ScratchFiles(LocalShell):
    """Runs command lines with their absolute paths led into a folder; in what they print they are led back."""

    root: Path

    def run(self, command: Command, purpose: Purpose) -> CommandResult:
        """Run one command line on the folder."""
        ended = super().run(replace(command, line=_PLACES.sub(f"{self.root}/", command.line)), purpose)
        return replace(ended, output=ended.output.replace(str(self.root), ""))

    def write(self, path: str, text: str, mode: int = 0o644) -> None:
        """Put a file where the machine would have it."""
        place = self.root / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
        place.chmod(mode)


def machine(files: ScratchFiles) -> Machine:
    """Return the machine that has these files."""
    return Machine("node", "192.168.200.20", files, Phase(Purpose.OBSERVE), "secret")
