"""Fits a container's request to a machine without CAP_SYS_RESOURCE; installed beside runc in the lab.

Runs alone inside the machine, before each "runc create", "run" or "exec": nothing of Labproof is there. What it
imports costs every container's start its time, so that is little.
"""

from __future__ import annotations

import json
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

NOT_OURS = "CAP_SYS_RESOURCE"
FILE_OPTIONS = {"create": ("--bundle", "-b"), "run": ("--bundle", "-b"), "exec": ("--process", "-p")}


def requested_file(arguments: list[str]) -> str | None:
    """Return the JSON file that runc is about to read, or None when it reads none."""
    verb = next((a for a in arguments if a in FILE_OPTIONS), None)
    if verb is None:
        return None
    value = _option(arguments[arguments.index(verb) + 1 :], FILE_OPTIONS[verb])
    if verb == "exec":
        return value
    return os.path.join(value or "", "config.json")


def fit(request: dict[str, Any], lowest_score: int) -> bool:
    """Raise a too low OOM score and drop the capability in the request; tell whether it changed."""
    # config.json describes a whole container, the file of "exec" only a process.
    process = request.get("process", request)
    before = json.dumps(process)
    if process.get("oomScoreAdj", 0) < lowest_score:
        process["oomScoreAdj"] = lowest_score
    for names in (process.get("capabilities") or {}).values():
        if NOT_OURS in (names or []):
            names.remove(NOT_OURS)
    return json.dumps(process) != before


def main(arguments: list[str]) -> None:
    """Fit the request that these arguments of runc point to, in place."""
    path = requested_file(arguments)
    if path is None:
        return
    try:
        with open(path) as file:
            request = json.load(file)
    except (OSError, ValueError):
        # runc is about to read the same file, and its own message is the one that Docker understands.
        return
    with open("/proc/self/oom_score_adj") as file:
        lowest = max(0, int(file.read()))
    if fit(request, lowest):
        with open(path, "w") as file:
            json.dump(request, file)


def _option(arguments: list[str], names: tuple[str, ...]) -> str | None:
    """Return the value of an option given as "--name value" or "--name=value"."""
    for position, argument in enumerate(arguments):
        name, equals, value = argument.partition("=")
        if name in names:
            return value if equals else next(iter(arguments[position + 1 :]), None)
    return None


if __name__ == "__main__":
    main(sys.argv[1:])
