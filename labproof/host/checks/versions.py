"""The versions of programs, and which of them work together."""

import re

Version = tuple[int, ...]

VIRTUALBOX_OLDEST: Version = (6, 1)
VAGRANT_OLDEST: Version = (2, 2, 19)
"""The first that knows the range of addresses which VirtualBox allows."""

LIBVIRT_OLDEST: Version = (4, 0)
PLUGIN_OLDEST: Version = (0, 7)

VAGRANT_FOR_VIRTUALBOX: dict[Version, Version] = {
    (6, 1): (2, 2, 19),
    (7, 0): (2, 3, 2),
    (7, 1): (2, 4, 3),
    (7, 2): (2, 4, 9),
}
"""The oldest Vagrant for each series of VirtualBox, as Vagrant's CHANGELOG has it (GH-11250, GH-13513, GH-13709): an
older one refuses a series that is newer than itself."""

_VERSION = re.compile(r"\d+(?:\.\d+)+")
_OF_VIRTUALBOX = re.compile(r"^\d+(?:\.\d+)+\S*r\d+\s*$", re.MULTILINE)
_OF_VAGRANT = re.compile(r"^Vagrant \d+(?:\.\d+)+", re.MULTILINE)


def parse(text: str) -> Version:
    """Return the first version in a text; empty where there is none."""
    found = _VERSION.search(text)
    return tuple(int(part) for part in found[0].split(".")) if found else ()


def of_virtualbox(text: str) -> Version:
    """Return the version that `VBoxManage --version` says; empty where it says none.

    Above it there may be warnings, which name the version of a kernel.
    """
    found = _OF_VIRTUALBOX.search(text)
    return parse(found[0]) if found else ()


def of_vagrant(text: str) -> Version:
    """Return the version that `vagrant --version` says, whatever Ruby warns of; empty where it says none."""
    found = _OF_VAGRANT.search(text)
    return parse(found[0]) if found else ()


def shown(version: Version) -> str:
    """Return a version as people write it."""
    return ".".join(map(str, version))


def vagrant_wanted(virtualbox: Version) -> Version | None:
    """Return the oldest Vagrant that works with a VirtualBox; None for a series that is newer than this table."""
    return VAGRANT_FOR_VIRTUALBOX.get(virtualbox[:2])
