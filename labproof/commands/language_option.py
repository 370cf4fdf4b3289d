"""The option --lang, before or after any command, and the command line's own words in that language."""

import os
from collections.abc import Iterator
from typing import Any

import click
import click.core
import click.decorators
import click.exceptions
import click.formatting
import click.parser
import click.types

from labproof.ground import language
from labproof.ground.language import LANGUAGES
from labproof.ground.wording import say

OPTION = "--lang"
CLICK = (
    "Usage:", "Options", "Commands", "Show this message and exit.", "Show the version and exit.", "Error: {message}",
    "Try '{command} {option}' for help.", "default: {default}", "required", "No such option {name!r}.",
    "No such command {name!r}.", "Missing argument", "Missing option", "Missing command.",
    "Invalid value: {message}", "Invalid value for {param_hint}: {message}",
    "{name} {filename!r} does not exist.", "{name} {filename!r} is a directory.", "{name} {filename!r} is a file.",
    "Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})",
    "Option {name!r} requires an argument.", "Option {name!r} does not take a value.",
    "{value!r} is not a valid {number_type}.",
    "{value} is not in the range {range}.", "{value!r} is not {choice}.", "{value!r} is not one of {choices}.",
    "Did you mean {possibility}?", "File", "Directory", "Path", "Aborted!", "Exit status:",
)  # fmt: skip
"""What the library says by itself, as it calls gettext."""

_MODULES = (click.core, click.decorators, click.exceptions, click.formatting, click.parser, click.types)


def take(arguments: list[str]) -> list[str]:
    """Speak the language that is asked for, else the reader's, and return the arguments without it.

    What stands behind `--` is not ours. Raises UsageError for a language that there is not.
    """
    wished, left = "", []
    waiting = iter(arguments)
    for argument in waiting:
        if argument == "--":
            left += [argument, *waiting]
        elif argument == OPTION:
            wished = _known(next(waiting, ""))
        elif argument.startswith(f"{OPTION}="):
            wished = _known(argument.partition("=")[2])
        else:
            left.append(argument)
    language.use(wished or language.of_reader(os.environ))
    return left


def translate(root: click.Group) -> None:
    """Have the whole command line say what it is for in the language that is spoken."""
    for module in _MODULES:
        # Click takes its words from gettext's functions, by these names: https://click.palletsprojects.com
        for name, speak in (("_", say), ("ngettext", _counted)):
            if hasattr(module, name):
                setattr(module, name, speak)
    for command in _all(root):
        command.help = _said(command, "help", command.help)
        command.short_help = _said(command, "short_help", command.short_help)
        # Click makes the option --help when it is first needed, and keeps it.
        for parameter in (*command.params, getattr(command, "_help_option", None)):
            if isinstance(parameter, click.Option):
                parameter.help = _said(parameter, "help", parameter.help)


def _known(wish: str) -> str:
    if wish not in LANGUAGES:
        raise click.UsageError(f"{OPTION}: expected {' or '.join(LANGUAGES)}, found {wish!r}")
    return wish


def _counted(one: str, many: str, count: int) -> str:
    return say(one if count == 1 else many)


def _all(group: click.Group) -> Iterator[click.Command]:
    yield group
    for command in group.commands.values():
        yield from _all(command) if isinstance(command, click.Group) else (command,)


def _said(thing: Any, name: str, text: str | None) -> str | None:
    """Return a help text in the language that is spoken; the English one is kept, because that may change."""
    english = thing.__dict__.setdefault(f"{name}_in_english", text)
    if not english:
        return text
    paragraphs = (" ".join(paragraph.split()) for paragraph in english.split("\n\n"))
    return english if language.current() == language.ENGLISH else "\n\n".join(map(say, paragraphs))
