"""The course's facts as its texts name them: {machines.master}, and {table.key} for each key of `course.toml`."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from labproof.ground.errors import ConfigError
from labproof.host import table

_NAME = re.compile(r"\{([a-z_]+\.[a-z_][a-z0-9_-]*)\}")

Facts = Mapping[str, str]


def load(exercises: Path) -> Facts:
    """Return every fact by its name. A course without `course.toml` has its machines alone.

    Raises ConfigError when that file cannot be read.
    """
    facts = {f"machines.{row.name}": str(row.address) for row in table.load().machines}
    path = exercises / "course.toml"
    if path.exists():
        for name, values in _tables(path).items():
            facts |= {f"{name}.{key}": str(value) for key, value in values.items() if isinstance(value, str | int)}
    return facts


def unknown(text: str, facts: Facts) -> Iterator[str]:
    """Yield each name in a text that is no fact of the course."""
    yield from (name for name in _NAME.findall(text) if name not in facts)


def filled(text: str, facts: Facts) -> str:
    """Return a text with the facts that it names; braces around anything else stay as they are."""
    return _NAME.sub(lambda match: facts.get(match[1], match[0]), text)


def _tables(path: Path) -> dict[str, dict[str, object]]:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as problem:
        raise ConfigError([f"{path}: {problem}; correct the line that is named"]) from problem
    return {name: values for name, values in data.items() if isinstance(values, dict)}
