"""What is wished for on this computer: the settings of the course, and what the environment says instead."""

import os
from pathlib import Path

from labproof.ground.places import cache_dir, course_dir, given_bundle
from labproof.host import table
from labproof.host.checks.finding import Box, Finding, Wish, ok, problem
from labproof.providers import containers

_OF_LIBVIRT = Path("/var/lib/libvirt/images")


def wish(provider: str) -> Wish:
    """Return the machines that are wished for from a provider. Raises ConfigError for a table that is wrong."""
    machines = table.load()
    return Wish(
        provider=provider,
        table=machines,
        box=box(machines.box, provider),
        bundle=given_bundle(),
        machines=machines_dir(provider),
        vagrant_home=vagrant_home(),
        folders=_folders(provider),
        judged=_judged if provider == "lxc" and given_bundle() else None,
    )


def box(said: table.Box, provider: str) -> Box:
    """Return the box of the course, or the one that LABPROOF_VM_BOX, _VERSION and _URL name instead."""
    name, url = os.environ.get("LABPROOF_VM_BOX") or said.name, os.environ.get("LABPROOF_VM_BOX_URL")
    # Version and addresses of the course's box say nothing of another.
    is_the_courses = name == said.name
    version = os.environ.get("LABPROOF_VM_BOX_VERSION") or (said.version if is_the_courses else "")
    urls = said.urls.get(provider, ()) if is_the_courses else ()
    return Box(name, version, tuple(url.splitlines()) if url else urls)


def machines_dir(provider: str) -> Path:
    """Return the data folder of Vagrant for a provider."""
    return cache_dir() / "machines" / provider


def vagrant_home() -> Path:
    """Return where Vagrant keeps its boxes."""
    return Path(os.environ.get("VAGRANT_HOME") or Path.home() / ".vagrant.d")


def _judged() -> Finding:
    """Judge the bundle that is given, as `up` does before it makes a container."""
    # Only who gives a bundle to containers needs what reads it.
    from labproof.host.modules import is_offered
    from labproof.rehearsal.given.examine import examine

    folder = given_bundle()
    assert folder is not None
    examined = examine(folder, course_dir(), is_offered, _silently)
    if found := examined.problems():
        told = "; ".join(f"{one.file}: expected {one.expected}, found {one.found}" for one in found)
        return problem(told, "; ".join(dict.fromkeys(one.fix for one in found)))
    said = f"{len(examined.verdict.images)} images in {folder}, {len(examined.verdict.stand_ins)} of them stand-ins"
    return ok("; ".join((said, *(instead.header for instead in examined.instead))))


def _silently(line: str) -> None:
    """Say nothing of what is being read."""


def _folders(provider: str) -> tuple[Path, ...]:
    if provider == "lxc":
        return cache_dir(), containers.HOME
    return vagrant_home(), _OF_LIBVIRT if provider == "libvirt" else Path.home()
