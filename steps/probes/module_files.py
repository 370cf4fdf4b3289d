"""Which files load the module br_netfilter: what each kind of them says, and the rarest kinds."""

import contextlib
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from labproof.ground.errors import NotRecorded
from labproof.lab import service
from labproof.lab.machine import Machine
from steps.probes.shell_script import commands, variables

MODULE = "br_netfilter"
_RAREST = (
    "/usr/local/lib/modules-load.d/*.conf /etc/systemd/system/*.wants/*.service"
    " /etc/systemd/system/docker.service.d/*.conf /etc/systemd/system/containerd.service.d/*.conf"
    " /etc/systemd/system/kubelet.service.d/*.conf /etc/crontab /etc/cron.d/* /var/spool/cron/root"
)
"""Where else a boot loads modules from: units that are enabled, drop-ins of units that the course enables, crond."""
_DROP_IN = re.compile(r"/etc/systemd/system/(\w+)\.service\.d/")
_MOST_FILES = 20
_LOADS_NOTHING = re.compile(r"-(?!-)\w*[rnDRcVh]\w*|--(remove|dry-run|show\S*|resolve-alias|version|help)")
_ALL = re.compile(r"-(?!-)\w*a\w*|--all")
"""Options of modprobe (kmod 20): without -a what follows the first module are its parameters."""
_LOOP_VARIABLE = re.compile(r"\$\{?(\w+)\}?")
_STARTS = re.compile(r"Exec(?:Start|StartPre|StartPost)\s*=\s*[-@+!]*(/.*)")
_SYSTEMS_FOLDERS = re.compile(r"PATH\s*=.*/sbin")
"""Without such a line crond finds programs in /usr/bin and /bin only (cronie 1.4)."""


def names_module(text: str) -> bool:
    """Tell whether a modules-load.d file names the module."""
    return any(_is_module(line.strip()) for line in text.split("\n"))


def loads_it(text: str) -> bool:
    """Tell whether a shell script has a command `modprobe br_netfilter` that it comes to."""
    values = variables(text)
    looped: dict[str, list[str]] = {}
    for words in commands(text):
        if words[0] == "for" and words[2:3] == ["in"]:
            looped[words[1]] = [part for word in words[3:] for part in _value(word, values)]
        elif PurePosixPath(words[0]).name == "modprobe" and _is_loaded(words[1:], values, looped):
            return True
    return False


def rarest(machine: Machine) -> list[str]:
    """Return those of the rarest files that load the module at boot.

    What grep ends with says nothing: it is 2 where one of the places is not there.
    """
    found: list[str] = []
    # A recording of before this was asked has no answer.
    with contextlib.suppress(NotRecorded):
        paths = machine.ask("grep -ls 'br[_-]netfilter' " + _RAREST).output.split("\n")
        named = [path for path in paths[:_MOST_FILES] if path and _loads_at_boot(path, machine.read(path) or "")]
        found = [path for path in named if _is_read_at_boot(machine, path)]
    return found


def _is_read_at_boot(machine: Machine, path: str) -> bool:
    """Tell whether a boot comes to a file: to a drop-in only where its unit is there and enabled."""
    if (dropped := _DROP_IN.match(path)) is None:
        return True
    # Docker's unit wants containerd's, and is asked first: every recording knows of it.
    starters = ("docker", "containerd") if dropped[1] == "containerd" else (dropped[1],)
    return any(service.read(machine, name).is_enabled for name in starters)


def _loads_at_boot(path: str, text: str) -> bool:
    if "/modules-load.d/" in path:
        return names_module(text)
    told = _scheduled(path, text) if "/cron" in path else (m[1] for m in map(_STARTS.match, text.split("\n")) if m)
    return any(map(loads_it, told))


def _scheduled(path: str, text: str) -> Iterator[str]:
    """Yield what a table of cron has run at boot and can find."""
    lines = [line.strip() for line in text.split("\n")]
    has_path = any(map(_SYSTEMS_FOLDERS.match, lines))
    for line in lines:
        words = line.split()
        # Outside a user's own table the user stands before the command.
        told = words[1 if "/spool/" in path else 2 :]
        if words[:1] == ["@reboot"] and (has_path or told[:1] != ["modprobe"]):
            yield " ".join(told)


def _is_loaded(words: list[str], values: dict[str, str], looped: dict[str, list[str]]) -> bool:
    """Tell whether a modprobe with these words loads the module."""
    if any(map(_LOADS_NOTHING.fullmatch, words)):
        return False
    names = [word for word in words if not word.startswith("-")]
    if not any(map(_ALL.fullmatch, words)):
        # In a loop each value of its variable comes first once.
        variable = _LOOP_VARIABLE.fullmatch(names[0]) if names else None
        names = looped.get(variable[1], []) or _value(names[0], values)[:1] if variable else names[:1]
    else:
        names = [part for name in names for part in _value(name, values)]
    return any(map(_is_module, names))


def _value(word: str, values: dict[str, str]) -> list[str]:
    """Return the words that a shell makes of one word."""
    variable = _LOOP_VARIABLE.fullmatch(word)
    return values.get(variable[1], "").split() if variable else [word]


def _is_module(word: str) -> bool:
    # modprobe takes a dash and an underscore for the same.
    return word.replace("-", "_") == MODULE
