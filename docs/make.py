"""Writes what is made from code and course: `docs/settings.md` and the README of every section (`make docs`)."""

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from labproof import cli, plugin  # noqa: E402
from labproof.classes import header  # noqa: E402
from labproof.grading import exercise, rubric, weights  # noqa: E402
from labproof.ground.settings import Settings  # noqa: E402
from labproof.host import table  # noqa: E402
from labproof.providers import inventory_file  # noqa: E402
from labproof.proving import catalogue  # noqa: E402
from labproof.session import optional  # noqa: E402
from labproof.teaching import handout_file, orphans  # noqa: E402
from labproof.teaching.readme import readme  # noqa: E402
from steps.course import facts  # noqa: E402

VARIABLE = re.compile(r"\b(?:LABPROOF|LAB)_(?!SECONDS)[A-Z_]+\b|\bXDG_CACHE_HOME\b")
FILES: dict[str, tuple[str, type[Settings]]] = {
    "Inventory": ("`--inventory FILE`: a table for each machine, such as `[master]`", inventory_file.InventoryMachine),
    "Weights": ("`--rubric FILE`", weights.Overrides),
    "Section": ("`exercises/NN-name/exercise.toml`", exercise.Exercise),
    "Criterion": ("`[[criterion]]` of a section", exercise.Criterion),
    "Slip": ("`[[slip]]` of a section", exercise.SlipEntry),
    "Handout of a section": ("`exercises/NN-name/handout.toml`", handout_file.HandoutFile),
    "Instruction": ("`[[instruction]]` of a handout", handout_file.Instruction),
    "Course: handout, rehearsal and official": (
        "`[handout]`, `[rehearsal]` and `[official]` of `exercises/course.toml`",
        facts.Profile,
    ),
    "Course: cluster": ("`[cluster]` of `exercises/course.toml`", facts.ClusterFacts),
    "Machines": ("`vagrant/machines.json`", table.Table),
    "Machine": ("`machines` of that file", table.Row),
    "Mistake": ("`exercises/NN-name/mistakes/*.toml`", catalogue.Mistake),
}
TEXT = re.compile(r"labproof|vagrant|tests|steps|features|\.ci")


def pages() -> dict[Path, str]:
    """Return every text that is made, by its file."""
    found = orphans.load(rubric.load(extras=optional.options()))
    readmes = {lesson.path.with_name("README.md"): readme(found, lesson) for lesson in found.lessons}
    return {ROOT / "docs" / "settings.md": settings(), **readmes}


def settings() -> str:
    """Return the page of all settings. Raises ValueError for one without a meaning, and the other way round."""
    meanings = tomllib.loads((ROOT / "docs" / "meanings.toml").read_text(encoding="utf-8"))
    parts = [
        "# Every setting",
        "Made from the code by `make docs`; `docs/meanings.toml` has the words that the code does not have itself.",
        *_environment(meanings),
        "## Commands",
        _table(("command", "option", "values", "default", "meaning"), list(_commands(cli.main, "labproof"))),
        "## pytest features/",
        _table(("option", "values", "meaning"), _pytest_options()),
        "## Files",
        *_files(meanings),
        "### Roster",
        "The header of `class grade ROSTER`; for a machine's columns its name stands first, such as `master.host`.",
        _table(("column", "is also called"), _roster()),
    ]
    return "\n\n".join(parts) + "\n"


def variables() -> set[str]:
    """Return every variable of the environment that any file of ours names."""
    found: set[str] = set()
    for path in ROOT.rglob("*"):
        inside = path.relative_to(ROOT).parts
        if path.is_file() and TEXT.fullmatch(inside[0]) and path.suffix in ("", ".py", ".rb", ".sh"):
            found |= set(VARIABLE.findall(path.read_text(encoding="utf-8", errors="replace")))
    return found


def _environment(meanings: dict[str, dict[str, str]]) -> Iterator[str]:
    known = {**meanings["Environment"], **meanings["Environment of tests and of Vagrant"]}
    _require(set(known), variables(), "Environment")
    for heading in ("Environment", "Environment of tests and of Vagrant"):
        yield f"## {heading}"
        yield _table(("variable", "meaning"), [(f"`{name}`", said) for name, said in meanings[heading].items()])


def _commands(command: click.Command, name: str) -> Iterator[tuple[str, ...]]:
    with click.Context(command) as context:
        options = [p for p in command.get_params(context) if isinstance(p, click.Option) and "--help" not in p.opts]
        yield from ((f"`{name}`", *_option(option, context)) for option in options)
    if isinstance(command, click.Group):
        for inner in sorted(command.commands):
            yield from _commands(command.commands[inner], f"{name} {inner}")


def _option(option: click.Option, context: click.Context) -> tuple[str, ...]:
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    default = option.default if isinstance(option.default, str | int | float) and not option.is_flag else ""
    return names, "" if option.is_flag else _values(option, context), str(default), option.help or ""


def _values(option: click.Option, context: click.Context) -> str:
    kind = option.type
    if isinstance(kind, click.IntRange | click.FloatRange):
        return f"{kind.min:g} or more" if kind.max is None else f"{kind.min:g} to {kind.max:g}"
    return option.make_metavar(context).strip("[]")


class _Recorder:
    """Stands for pytest's parser, and keeps the options that it is given."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, ...]] = []

    def getgroup(self, *_: Any) -> "_Recorder":
        """Return itself: a group takes options too."""
        return self

    def addoption(self, *names: str, **how: Any) -> None:
        """Keep an option."""
        is_flag = how.get("action") == "store_true"
        values = "" if is_flag else how.get("metavar") or ", ".join(how.get("choices", ())) or "TEXT"
        self.rows.append((", ".join(f"`{name}`" for name in names), values, how.get("help", "")))


def _pytest_options() -> list[tuple[str, ...]]:
    recorder = _Recorder()
    plugin.pytest_addoption(recorder, pytest.PytestPluginManager())  # type: ignore[arg-type]
    return recorder.rows


def _files(meanings: dict[str, dict[str, str]]) -> Iterator[str]:
    for heading, (where, model) in FILES.items():
        fields = {field.alias or name: field for name, field in model.model_fields.items()}
        _require(set(meanings[heading]), set(fields), heading)
        yield f"### {heading}"
        yield f"{where}."
        rows = [(f"`{key}`", _default(field), meanings[heading][key]) for key, field in fields.items()]
        yield _table(("key", "default", "meaning"), rows)


def _default(field: Any) -> str:
    if field.is_required():
        return "required"
    default = field.get_default(call_default_factory=True)
    return f"`{default}`" if isinstance(default, int | float | str) and default != "" else ""


def _roster() -> list[tuple[str, ...]]:
    columns = (*header.OF_STUDENT, *header.OF_MACHINE)
    return [(f"`{key}`", ", ".join(header._WORDS[key].split()[1:])) for key in columns]


def _require(meant: set[str], there: set[str], where: str) -> None:
    if missing := there - meant:
        raise ValueError(f"docs/meanings.toml: {where}: say what these mean: {', '.join(sorted(missing))}")
    if stale := meant - there:
        raise ValueError(f"docs/meanings.toml: {where}: no such setting any more: {', '.join(sorted(stale))}")


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


if __name__ == "__main__":
    for file, text in pages().items():
        file.write_text(text, encoding="utf-8")
        print(file.relative_to(ROOT))
