"""What the shell completes: sections, criteria, runs and mistakes, read from their folders alone, because it waits."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from labproof.ground.places import course_dir

_NEWEST_RUNS = 50


def sections(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete the id of a section."""
    return [
        CompletionItem(section, help=_text(data, "title", "en"))
        for section, data in _exercises()
        if section.startswith(incomplete)
    ]


def criteria(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete the id of a criterion."""
    every = (each for _, data in _exercises() for each in _tables(data, "criterion"))
    return [
        CompletionItem(str(each.get("id", "")), help=str(each.get("then", "")))
        for each in every
        if str(each.get("id", "")).startswith(incomplete)
    ]


def mistakes(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Complete the id of a mistake."""
    found = []
    for path in sorted(course_dir().glob("exercises/*/mistakes/*.toml")):
        data = _read(path)
        found += [str(data["id"])] if "id" in data else []
    return [id_ for id_ in found if id_.startswith(incomplete)]


def runs(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Complete a run of this checkout, the newest first; where none fits, the shell may complete a folder."""
    from labproof.records.store import every

    names = ["latest", *(folder.path.name for folder in every()[:_NEWEST_RUNS])]
    return [name for name in names if name.startswith(incomplete)]


def _exercises() -> Iterator[tuple[str, dict[str, object]]]:
    for path in sorted(course_dir().glob("exercises/*/exercise.toml")):
        yield path.parent.name.partition("-")[2], _read(path)


def _read(path: Path) -> dict[str, object]:
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except (OSError, ValueError, RecursionError):
        # Whatever is wrong with it, the command itself tells; a completion only leaves it out.
        return {}


def _tables(data: dict[str, object], key: str) -> list[dict[str, object]]:
    value = data.get(key, [])
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _text(data: dict[str, object], table: str, key: str) -> str:
    value = data.get(table, {})
    return str(value.get(key, "")) if isinstance(value, dict) else ""
