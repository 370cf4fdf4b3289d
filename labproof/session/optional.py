"""Sections that are only there when an option asks for them, as the course's own files say.

It imports nothing heavy: the command line and pytest's own need these options before anything else.
"""

from dataclasses import dataclass
from pathlib import Path

from labproof.ground.places import course_dir
from labproof.ground.settings import tables


@dataclass(frozen=True)
class OptionalSection:
    """A section, the option that asks for it without its dashes, and what it does to the machines."""

    id: str
    option: str
    title: str
    restarts: bool = False
    takes_away: bool = False


def sections(root: Path | None = None) -> tuple[OptionalSection, ...]:
    """Return every section that has an option; a file that cannot be read is told by the check of the course."""
    found = []
    for path in sorted((root or course_dir()).glob("exercises/*/exercise.toml")):
        try:
            data = tables(path.read_text(encoding="utf-8-sig"))
        except (OSError, ValueError, RecursionError):
            continue
        option, title = data.get("only_with"), data.get("title")
        if isinstance(option, str) and option.isidentifier() and isinstance(title, dict):
            name = path.parent.name.partition("-")[2]
            does = [data.get(key) is True for key in ("restarts", "takes_away")]
            found.append(OptionalSection(name, option, str(title.get("en", name)), *does))
    return tuple(found)


def options() -> frozenset[str]:
    """Return every option that asks for a section."""
    return frozenset(section.option for section in sections())
