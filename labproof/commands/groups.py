"""The commands by the person who needs them, as --help and the README group them."""

from typing import Any

import click

from labproof.ground.wording import say

GROUPS = {
    "For the student": (
        "doctor", "up", "handout", "grade", "watch", "lab", "hand-in", "status", "explain", "sections", "report",
        "runs", "reset", "down", "demo", "completion",
    ),
    "For the instructor": ("class", "regrade", "verify-evidence", "sign", "verify", "rubric"),
    "For the course author": ("author", "bundle"),
}  # fmt: skip
_OTHERS = "Others"
_WIDEST = 200


class Whole(click.Group):
    """Lists its commands with whole sentences: none is cut short."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each command with its sentence."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, _said(self.commands[name])) for name in self.list_commands(ctx)])


class Grouped(click.Group):
    """Lists its commands in groups, and cuts no line short."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each group with its commands in the order in which they are needed."""
        placed = {name for names in GROUPS.values() for name in names}
        others = tuple(name for name in self.list_commands(ctx) if name not in placed)
        for heading, names in {**GROUPS, _OTHERS: others}.items():
            if rows := [(name, _said(self.commands[name])) for name in names if name in self.commands]:
                with formatter.section(say(heading)):
                    formatter.write_dl(rows)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order of their groups."""
        order = [name for names in GROUPS.values() for name in names]
        return sorted(self.commands, key=lambda name: (order.index(name) if name in order else len(order), name))


def _said(command: Any) -> str:
    return str(command.get_short_help_str(limit=_WIDEST))
