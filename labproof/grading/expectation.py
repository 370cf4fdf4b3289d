"""What is expected: an expectation compares what was observed with what should be.

Nothing else in Labproof judges. An expectation says in words what it expects and how what it found reads.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from labproof.lab.browser import PageState
from labproof.lab.service import UnitState

T = TypeVar("T")


@dataclass(frozen=True)
class Expectation(Generic[T]):
    """What should be, in words and as a predicate; `is_final` tells that waiting cannot change it."""

    expected: str
    is_met: Callable[[T], bool]
    found: Callable[[T], str] = str
    is_final: Callable[[T], bool] = lambda _: False


def equal(expected: T) -> Expectation[T | None]:
    """Expect exactly this value; None is how a probe says that there is none."""
    return Expectation(show(expected), lambda value: value == expected, show)


def all_equal(expected: Mapping[str, str]) -> Expectation[Mapping[str, str | None]]:
    """Expect each of these values under its name; other names do not matter."""

    def differing(values: Mapping[str, str | None]) -> dict[str, str | None]:
        return {name: values.get(name) for name, wanted in expected.items() if values.get(name) != wanted}

    def found(values: Mapping[str, str | None]) -> str:
        shown = differing(values) or {name: values.get(name) for name in expected}
        return ", ".join(f"{name} is {show(value)}" for name, value in shown.items())

    wanted = ", ".join(f"{name} is {show(value)}" for name, value in expected.items())
    return Expectation(wanted, lambda values: not differing(values), found)


def nothing(what: str) -> Expectation[Collection[str]]:
    """Expect that there is none of these."""
    return Expectation(f"no {what}", lambda found: not found, lambda found: "; ".join(found) or f"no {what}")


def something(what: str) -> Expectation[Collection[str]]:
    """Expect at least one."""
    return Expectation(what, lambda found: bool(found), lambda found: ", ".join(found) or "none")


def no_problem(expected: str) -> Expectation[Collection[str]]:
    """Expect that a list of problems is empty; `expected` says what that means."""
    return Expectation(expected, lambda problems: not problems, lambda problems: "; ".join(problems) or expected)


def all_of(wanted: Collection[str], what: str) -> Expectation[Collection[str]]:
    """Expect that all of these are there; more may be."""

    def found(present: Collection[str]) -> str:
        missing = [name for name in wanted if name not in present]
        return f"missing: {', '.join(missing)}" if missing else f"all {len(wanted)} {what}"

    return Expectation(f"{what}: {', '.join(wanted)}", lambda present: set(wanted) <= set(present), found)


def loaded(name: str) -> Expectation[bool]:
    """Expect that something is loaded."""
    return Expectation(f"{name} loaded", lambda is_loaded: is_loaded, lambda yes: "loaded" if yes else "not loaded")


def off(name: str) -> Expectation[UnitState]:
    """Expect that a service neither runs nor starts at boot; one that is not installed is off."""
    return Expectation(f"{name} neither running nor enabled", lambda unit: not (unit.is_running or unit.is_enabled))


def running(name: str) -> Expectation[UnitState]:
    """Expect that a service runs."""
    return Expectation(f"{name} running", lambda unit: unit.is_running)


def enabled(name: str) -> Expectation[UnitState]:
    """Expect that a service starts at boot."""
    return Expectation(f"{name} enabled at boot", lambda unit: unit.is_enabled)


def page(content: str) -> Expectation[PageState]:
    """Expect a page that was found and holds this text, in any letter case."""
    return Expectation(
        f"HTTP 200 with {content!r} in it",
        lambda state: state.status == 200 and content.lower() in state.body.lower(),
    )


def show(value: object) -> str:
    """Write a value as it reads in a sentence."""
    if value is None:
        return "absent"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, set | frozenset | list | tuple):
        return ", ".join(sorted(map(str, value))) or "none"
    return str(value)
