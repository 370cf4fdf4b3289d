"""What several commands share: their options, the choice of machines, and a session of the course."""

import atexit
import gc
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeVar

import click

from labproof.commands import completing
from labproof.ground.errors import ConfigError
from labproof.ground.exit_status import ExitStatus
from labproof.ground.lean_imports import leave_out
from labproof.ground.places import course_dir
from labproof.ground.wording import say
from labproof.providers.table import NAMES

if TYPE_CHECKING:
    from labproof.providers.base import Provider
    from labproof.session.asked import Asked
    from labproof.session.class_session import ClassSession
    from labproof.session.connecting import EarlyReach, MachineChoice

C = TypeVar("C", bound=Callable[..., Any])

provider_option = click.option(
    "--provider",
    default="",
    metavar="|".join(NAMES),
    shell_complete=lambda ctx, param, incomplete: [name for name in NAMES if name.startswith(incomplete)],
    help="Who makes the machines; else $LAB_PROVIDER, whose lab is up, or the first that can be used here.",
)
rubric_option = click.option("--rubric", type=click.Path(path_type=Path), help="An instructor's own weights.")
section_option = click.option(
    "--section",
    "sections",
    multiple=True,
    metavar="ID",
    shell_complete=completing.sections,
    help="This section and what it needs; repeatable. `labproof sections` lists them.",
)
pytest_argument = click.argument("pytest_options", nargs=-1, type=click.UNPROCESSED)


def tell(text: object, err: bool = False) -> None:
    """Write a text to the terminal in the language that is spoken."""
    click.echo(say(str(text)), err=err)


def tell_line(text: str, err: bool = False) -> None:
    """Write a text as `tell` does, as one bounded line: students and machines have a part in it."""
    from labproof.showing.progress import one_line

    click.echo(one_line(say(text)), err=err)


def machine_options(command: C) -> C:
    """Give a command the options that choose its machines."""
    command = click.option("--inventory", type=click.Path(path_type=Path), help="Use the machines that it names.")(
        command
    )
    return provider_option(command)


class WithOptionalSections(click.Command):
    """A command with an option for each section of the course that is there only when it is asked for."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Return the options, those of the course's sections among them."""
        from labproof.session.optional import sections

        own = (_Switch(section.option, section.title) for section in sections() if not section.takes_away)
        return [*super().get_params(ctx), *own]


class _Switch(click.Option):
    """Asks for one section; the command gets the words of all that are asked for as `extras`."""

    def __init__(self, word: str, title: str) -> None:
        super().__init__([f"--{word}"], is_flag=True, expose_value=False, help=say(f"With the section: {title}."))
        self.word = word

    def handle_parse_result(self, ctx: click.Context, opts: Any, args: list[str]) -> tuple[Any, list[str]]:
        """Add the word to those that are asked for."""
        value, left = super().handle_parse_result(ctx, opts, args)
        if value:
            ctx.ensure_object(dict).setdefault("extras", []).append(self.word)
        return value, left


def extras(ctx: click.Context) -> tuple[str, ...]:
    """Return the words of the optional sections that were asked for."""
    return tuple((ctx.obj or {}).get("extras", ()))


def chosen_provider(provider: str, inventory: Path | None = None) -> "Provider":
    """Return who has the machines that were asked for. Raises ConfigError for a name that nobody has."""
    from labproof.providers.table import choose

    return choose(machine_choice(provider, inventory))


def machine_choice(provider: str, inventory: Path | None, **more: Any) -> "MachineChoice":
    """Return which machines were asked for. Raises ConfigError where two ways to choose them are given."""
    from labproof.session.connecting import MachineChoice

    if provider and inventory:
        raise ConfigError(["--provider: an inventory names its machines; leave out --provider or --inventory"])
    return MachineChoice(provider or os.environ.get("LAB_PROVIDER", ""), inventory, **more)


def _plugins() -> list[ModuleType]:
    """Return a run's plugins as modules, the course's where somebody has imported them already.

    For each plugin that pytest gets by its name it looks through all that is installed: a tenth of a grading.
    """
    steps = course_dir() / "steps"
    known = [module for name, module in sorted(sys.modules.items()) if name.startswith("steps.")]
    ours = [import_module(name) for name in ("labproof.plugin", "pytest_bdd.plugin")]
    return ours + [module for module in known if _is_directly_in(steps, module)]


def _is_directly_in(folder: Path, module: ModuleType) -> bool:
    path = Path(module.__file__ or "")
    return path.parent == folder and path.name != "__init__.py" and not path.name.startswith("_")


def run_course(
    mode: str,
    provider: str,
    inventory: Path | None,
    more: Sequence[str],
    plugin: "EarlyReach | ClassSession | Asked | None" = None,
) -> int:
    """Run a session of the course under pytest, and return how it ended."""
    # A run makes many objects and hardly a cycle: looking for those took a twentieth of a grading.
    gc.set_threshold(100_000)
    # At the end there is nothing left to look for at all, and looking took a fifth of a second more.
    atexit.register(gc.freeze)
    # A plugin that happens to be installed here has no business in a grading.
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    # Nor have options that somebody keeps for tests of their own: they would choose what is graded.
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
        os.environ.pop(name, None)
    # pytest-bdd's generator of step code brings its templates' highlighting, with every lexer that there is.
    leave_out("mako.ext.pygmentplugin")
    import pytest

    arguments = [str(course_dir() / "features"), f"--rootdir={course_dir()}", f"--mode={mode}", "-qq"]
    # The features assert nothing themselves, so rewriting every module's asserts would only cost time.
    is_debugged = click.get_current_context().find_root().params.get("debug")
    arguments += ["--assert=plain", "--tb=native" if is_debugged else "--tb=no", "--no-summary"]
    arguments += [f"--provider={provider}"] if provider else []
    arguments += [f"--inventory={inventory}"] if inventory else []
    # It looks for exceptions in what was thrown away, which takes a tenth of a second in the end; we keep none.
    arguments += ["-p", "no:unraisableexception"]
    status = pytest.main([*arguments, *more], plugins=[*_plugins(), *([plugin] if plugin else [])])
    # An option that pytest does not know ends before any plugin of ours has a say.
    return ExitStatus.USAGE if status == pytest.ExitCode.USAGE_ERROR else int(status)
