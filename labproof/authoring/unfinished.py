"""What in a course's files is still to be filled in."""

from pathlib import Path

from labproof.authoring.templates import MARK

_FILES = (
    "exercises/*/exercise.toml",
    "exercises/*/handout.toml",
    "exercises/*/README.md",
    "exercises/*/mistakes/*.toml",
    "features/*.feature",
)
_STEPS = ("steps/*.py",)


def problems(root: Path) -> list[str]:
    """Return every line of a course that still waits for its author, with its file and number."""
    found = []
    for path in (path for pattern in (*_FILES, *_STEPS) for path in sorted(root.glob(pattern))):
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        found += [
            f"{path}:{number}: still says {line.strip()[:120]!r}; write it"
            for number, line in enumerate(lines, 1)
            if MARK in line
        ]
    return found
