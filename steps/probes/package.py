"""Packages of the offline repository and of the machine."""

import configparser
import contextlib
from dataclasses import dataclass

from labproof.connection.base import CommandResult
from labproof.ground.errors import NotRecorded, TransportError
from labproof.lab.machine import Machine

REPOSITORY_FILE = "/etc/yum.repos.d/k8s-docker.repo"
REPOSITORY = "/opt/k8s-docker"


@dataclass(frozen=True)
class RepositoryState:
    """The repository file of the handout as yum reads it, and whether the repository is where it points."""

    baseurl: str | None
    is_enabled: bool
    has_metadata: bool
    problem: str = ""

    def __str__(self) -> str:
        if self.problem:
            return self.problem
        data = "with" if self.has_metadata else "without"
        return f"baseurl {self.baseurl}, {'enabled' if self.is_enabled else 'not enabled'}, {data} metadata there"


def repository(machine: Machine) -> RepositoryState:
    """Read the repository file and look for the repository's metadata."""
    text = machine.read(REPOSITORY_FILE)
    if text is None:
        return RepositoryState(None, False, False, f"{REPOSITORY_FILE} is not there")
    has_metadata = machine.fact(lambda host: host.file(f"{REPOSITORY}/repodata/repomd.xml").exists)
    return parse_repository(text, has_metadata)


def parse_repository(text: str, has_metadata: bool) -> RepositoryState:
    """Return what a repository file says of the section k8s-docker."""
    # Not strict: yum, too, takes the last of what stands twice.
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
    except configparser.Error as problem:
        return RepositoryState(None, False, has_metadata, f"{REPOSITORY_FILE} is not valid: {problem}")
    if not parser.has_section("k8s-docker"):
        return RepositoryState(None, False, has_metadata, f"{REPOSITORY_FILE} has no section [k8s-docker]")
    section = parser["k8s-docker"]
    enabled = section.get("enabled", "1").strip().lower() in ("1", "true", "yes")
    return RepositoryState((section.get("baseurl") or "").rstrip("/"), enabled, has_metadata)


def versions(machine: Machine, names: tuple[str, ...]) -> dict[str, str | None]:
    """Return the installed version of each package, None for one that is not installed.

    Raises TransportError when rpm could not tell.
    """
    result = machine.ask("rpm -q --queryformat '%%{NAME} %%{VERSION}\\n' %s " + "%s " * (len(names) - 1), *names)
    found = _found(machine, result, names)
    return {name: found.get(name) for name in names}


def foreign(machine: Machine, names: tuple[str, ...]) -> list[str]:
    """Return those of the packages that are absent, or whose build is not one of the offline repository's.

    Raises TransportError when rpm could not tell.
    """
    asked = "--queryformat '%%{NAME} %%{SHA1HEADER}\\n'"
    have = _found(machine, machine.ask(f"rpm -q {asked} " + "%s " * len(names), *names), names)
    wanted = _offered(machine, names)
    if not wanted:
        return [f"{REPOSITORY} offers none of them"]
    known = machine.ask(f"rpm -qp --nosignature {asked} " + "%s " * len(wanted), *wanted)
    builds = set(known.output.splitlines())
    strange = [name for name in names if name in have and f"{name} {have[name]}" not in builds]
    if strange and not known.is_success:
        # A package that cannot be read may be the very one that was installed.
        raise TransportError(f"{machine.name}: rpm cannot read {REPOSITORY}: {known.error.strip()[-300:]}")
    problems = {name: "is not installed" for name in names if name not in have}
    problems |= dict.fromkeys(strange, "comes from elsewhere")
    return [f"{name} {problems[name]}" for name in names if name in problems]


def _offered(machine: Machine, names: tuple[str, ...]) -> list[str]:
    """Return the packages of the offline repository that may be one of these.

    Exit statuses say nothing: the first is that of the last test, the second 1 where a folder cannot be read.
    Nothing printed means that nothing is offered.
    """
    usual = machine.ask(f'for f in {REPOSITORY}/*.rpm {REPOSITORY}/*/*.rpm; do [ -f "$f" ] && echo "$f"; done')
    if found := _named(usual.output, names):
        return found
    # Folders may lie deeper; a recording of before this was asked has no answer.
    with contextlib.suppress(NotRecorded):
        return _named(machine.ask(f"find {REPOSITORY} -type f -name '*.rpm'").output, names)
    return []


def _named(listed: str, names: tuple[str, ...]) -> list[str]:
    return [path for path in listed.split("\n") if any(f"/{name}-" in path for name in names)]


def _found(machine: Machine, result: CommandResult, names: tuple[str, ...]) -> dict[str, str]:
    """Return what `rpm -q` printed of each package that is installed.

    Its exit status is the number of packages that are not (rpm 4.11, query.c), each of which it names on
    stdout, in the machine's language. A broken database ends alike, but is told on stderr; 127 is no rpm.
    """
    found = dict(line.split() for line in result.output.splitlines() if len(line.split()) == 2)
    missing = [name for name in names if name not in found]
    said = result.error.strip()
    if missing and (said or not all(name in result.output for name in missing)):
        # What is wrong stands in the last line.
        what = said[-300:] or f"exit status {result.status} without a word about {', '.join(missing)}"
        told = f"{machine.name}: rpm could not tell what is installed: {what}"
        if "database" in said:
            told = (
                f"{machine.name}: rpm could not tell what is installed; run `rpm --rebuilddb` and grade again: {what}"
            )
        raise TransportError(told)
    return found
