"""Docker: what its file asks for, what the running daemon does, what it holds."""

import json
import unicodedata
from dataclasses import dataclass
from typing import Any

from labproof.lab.machine import Machine

DAEMON_JSON = "/etc/docker/daemon.json"
# ldconfig is linked statically wherever glibc is: a container needs nothing else to run it.
_ONE_CONTAINER = (
    "tar -c -h -C /sbin ldconfig | docker import - labproof/once:probe >/dev/null"
    " && docker run --rm --network none labproof/once:probe /ldconfig --version;"
    " status=$?; docker image rm -f labproof/once:probe >/dev/null 2>&1; exit $status"
)


@dataclass(frozen=True)
class DaemonSettings:
    """Mirrors and cgroup driver, from the file or from the daemon that runs."""

    mirrors: tuple[str, ...] = ()
    cgroup_driver: str = ""
    problem: str = ""

    def __str__(self) -> str:
        if self.problem:
            return self.problem
        return f"cgroup driver {self.cgroup_driver or 'not set'}, mirrors {', '.join(self.mirrors) or 'none'}"


def configured(machine: Machine) -> DaemonSettings:
    """Read daemon.json."""
    text = machine.read(DAEMON_JSON)
    return DaemonSettings(problem=f"{DAEMON_JSON} is not there") if text is None else parse_file(text)


def parse_file(text: str) -> DaemonSettings:
    """Return what a daemon.json asks for."""
    if not text.strip():
        return DaemonSettings(problem=f"{DAEMON_JSON} is not valid JSON: it is empty")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as problem:
        return DaemonSettings(problem=f"{DAEMON_JSON} is not valid JSON: {_strange_sign(problem) or problem}")
    if not isinstance(data, dict):
        return DaemonSettings(problem=f"{DAEMON_JSON} holds no JSON object")
    # Of several the first counts, in any letter case (docker 20.10 daemon/daemon_unix.go, getCD).
    options = [tuple(part.strip() for part in str(o).split("=", 1)) for o in _list(data, "exec-opts")]
    drivers = [option[1] for option in options if len(option) == 2 and option[0].lower() == "native.cgroupdriver"]
    mirrors = tuple(str(m).rstrip("/") for m in _list(data, "registry-mirrors"))
    return DaemonSettings(mirrors, drivers[0] if drivers else "")


def _strange_sign(problem: Exception) -> str:
    """Return the sign of a web page at which the parser stopped, or nothing: it tells only what it missed there."""
    if not isinstance(problem, json.JSONDecodeError) or "BOM" in problem.msg:
        return ""
    sign = problem.doc[problem.pos : problem.pos + 1]
    if not sign or sign.isascii():
        return ""
    name = unicodedata.name(sign, f"U+{ord(sign):04X}")
    return f"unexpected {name}: line {problem.lineno} column {problem.colno} (char {problem.pos})"


def running(machine: Machine) -> DaemonSettings:
    """Ask the daemon that runs.

    `docker info` prints JSON with ServerErrors, and ends with 0 or 1 by version, where no daemon answers. It
    prints nothing where docker itself is not there (127) or breaks: then what it said is the finding.
    """
    result = machine.ask("docker info --format '{{json .}}'")
    if not result.output.strip():
        return DaemonSettings(problem=f"docker info says nothing: {result.error.strip()[-200:]}")
    return parse_info(result.output)


def parse_info(text: str) -> DaemonSettings:
    """Return what `docker info` in JSON says."""
    try:
        info = json.loads(text)
    except (ValueError, RecursionError):
        return DaemonSettings(problem="docker info gives no JSON")
    if not isinstance(info, dict):
        return DaemonSettings(problem="docker info gives no JSON object")
    if errors := info.get("ServerErrors"):
        return DaemonSettings(
            problem=f"the daemon does not answer: {errors[0] if isinstance(errors, list) else errors}"
        )
    registry = info.get("RegistryConfig")
    mirrors = _list(registry, "Mirrors") if isinstance(registry, dict) else []
    return DaemonSettings(tuple(str(m).rstrip("/") for m in mirrors), str(info.get("CgroupDriver", "")))


@dataclass(frozen=True)
class Images:
    """The names of the images that a daemon holds, or why it could not be asked for them."""

    names: frozenset[str] = frozenset()
    problem: str = ""


def images(machine: Machine) -> Images:
    """Return the names of all images that the daemon holds.

    Only exit status 0 is an answer, and then an empty one means that there is no image. 1 comes from a daemon
    that does not answer, 127 from a machine without docker: neither tells which images there are.
    """
    result = machine.ask("docker image ls --format '{{.Repository}}:{{.Tag}}'")
    if result.is_success:
        return Images(frozenset(result.output.split()))
    said = result.error.strip()[-300:] or f"exit status {result.status}"
    return Images(problem=f"docker could not list its images: {said}")


@dataclass(frozen=True)
class ContainerRun:
    """Whether a container runs or has just run."""

    has_run: bool
    says: str

    def __str__(self) -> str:
        return self.says


def run_container(machine: Machine) -> ContainerRun:
    """See whether a container runs; where none does, run one for a moment and take its image away again.

    A failing `docker container ls` decides nothing: what it means shows when a container is tried, whose exit
    status 125 is Docker's own failure, 126 and 127 the container's or a missing docker. All are the finding.
    """
    running_now = machine.ask("docker container ls --quiet --filter status=running").output.split()
    if running_now:
        return ContainerRun(True, f"{len(running_now)} containers run")
    result = machine.ask(_ONE_CONTAINER, timeout=30, is_fact=False)
    said = (result.output if result.is_success else result.error).strip()
    return ContainerRun(result.is_success, f"a container printed: {said[:80]}" if result.is_success else said[-300:])


def _list(data: dict[str, Any], key: str) -> list[Any]:
    value = data.get(key)
    return value if isinstance(value, list) else []
