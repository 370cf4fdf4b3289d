"""Judging: an expectation compares what was observed with what the handout asks for.

Nothing else in Labproof judges. An expectation says in words what it expects and how what it found reads.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Generic, TypeVar

from labproof.probes.docker import DaemonSettings
from labproof.probes.page import PageState
from labproof.probes.workload import ServiceState, WorkloadState

T = TypeVar("T")


@dataclass(frozen=True)
class Expectation(Generic[T]):
    """What should be, in words and as a predicate; `is_final` tells that waiting cannot change it."""

    expected: str
    is_met: Callable[[T], bool]
    found: Callable[[T], str] = str
    is_final: Callable[[T], bool] = lambda _: False


def equal(expected: T) -> Expectation[T]:
    """Expect exactly this value."""
    return Expectation(show(expected), lambda value: value == expected, show)


def true(expected: str, found: Callable[[T], str], is_met: Callable[[T], bool]) -> Expectation[T]:
    """Expect a condition that is easier said in words."""
    return Expectation(expected, is_met, found)


def all_equal(expected: Mapping[str, T]) -> Expectation[Mapping[str, T]]:
    """Expect each of these values under its name; other names do not matter."""

    def differing(values: Mapping[str, T]) -> dict[str, T | None]:
        return {name: values.get(name) for name, wanted in expected.items() if values.get(name) != wanted}

    def found(values: Mapping[str, T]) -> str:
        return ", ".join(f"{name} is {show(value)}" for name, value in (differing(values) or values).items())

    wanted = ", ".join(f"{name} is {show(value)}" for name, value in expected.items())
    return Expectation(wanted, lambda values: not differing(values), found)


def nothing(what: str) -> Expectation[Collection[str]]:
    """Expect that there is none of these."""
    return Expectation(f"no {what}", lambda found: not found, lambda found: "; ".join(found) or f"no {what}")


def all_of(wanted: Collection[str], what: str) -> Expectation[Collection[str]]:
    """Expect that all of these are there; more may be."""

    def found(present: Collection[str]) -> str:
        missing = [name for name in wanted if name not in present]
        return f"missing: {', '.join(missing)}" if missing else f"all {len(wanted)} {what}"

    return Expectation(f"{what}: {', '.join(wanted)}", lambda present: set(wanted) <= set(present), found)


def none_of(expected: str) -> Expectation[Collection[str]]:
    """Expect that no problem of a list is left; `expected` says what that means."""
    return Expectation(expected, lambda problems: not problems, lambda problems: "; ".join(problems) or expected)


def something(what: str) -> Expectation[Collection[str]]:
    """Expect at least one."""
    return Expectation(what, lambda found: bool(found), lambda found: ", ".join(found) or "none")


def loaded(name: str) -> Expectation[bool]:
    """Expect that something is loaded."""
    return Expectation(
        f"{name} loaded", lambda is_loaded: is_loaded, lambda is_loaded: "loaded" if is_loaded else "not loaded"
    )


def covers(wanted: DaemonSettings) -> Expectation[DaemonSettings]:
    """Expect these settings of Docker's daemon; further mirrors do not matter."""

    def is_met(found: DaemonSettings) -> bool:
        return found.cgroup_driver == wanted.cgroup_driver and set(wanted.mirrors) <= set(found.mirrors)

    return Expectation(str(wanted), is_met)


def available(name: str) -> Expectation[WorkloadState]:
    """Expect that the newest version of a workload runs everywhere it should."""
    return Expectation(f"{name} available everywhere it should run", lambda state: state.is_available)


def node_port(port: int) -> Expectation[ServiceState]:
    """Expect a Service of type NodePort with this port."""
    return Expectation(
        f"type NodePort, node port {port}", lambda state: state.type == "NodePort" and state.node_port == port
    )


def page(content: str) -> Expectation[PageState]:
    """Expect a page that was found and holds this text."""
    return Expectation(f"HTTP 200 with {content!r} in it", lambda state: state.status == 200 and content in state.body)


def address_in(cidr: str) -> Expectation[str | None]:
    """Expect an address of this range."""

    def is_met(address: str | None) -> bool:
        try:
            return ip_address((address or "").strip()) in ip_network(cidr)
        except ValueError:
            return False

    return Expectation(f"an address in {cidr}", is_met, show)


def are_same(pair: tuple[str | None, str | None]) -> bool:
    """Tell whether both are there and the same."""
    return bool(pair[0]) and pair[0] == pair[1]


def show(value: object) -> str:
    """Write a value as it reads in a sentence."""
    if value is None:
        return "absent"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, set | frozenset | list | tuple):
        return ", ".join(sorted(map(str, value))) or "none"
    return str(value)
