"""The words of kubelet's command line, as systemd makes it of the unit's drop-ins and of the files that those name."""

import contextlib
import re
import shlex
from pathlib import PurePosixPath

from labproof.ground.errors import NotRecorded
from labproof.lab.machine import Machine

_FILES = ("/var/lib/kubelet/kubeadm-flags.env", "/etc/sysconfig/kubelet")
"""What 10-kubeadm.conf reads the environment from, in this order (rpm kubelet 1.20)."""
_USUAL = "$KUBELET_KUBECONFIG_ARGS $KUBELET_CONFIG_ARGS $KUBELET_KUBEADM_ARGS $KUBELET_EXTRA_ARGS"
_DROP_INS = " ".join(f"{place}/systemd/system/kubelet.service.d/*.conf" for place in ("/usr/lib", "/run", "/etc"))
_SETTING = re.compile(r"\s*(\w+)\s*=\s*(.*)")
_VARIABLE = re.compile(r"\$\{?(\w+)\}?")


def read(machine: Machine) -> list[str]:
    """Return the words of kubelet's command line, in their order."""
    texts = {path: machine.read(path) or "" for path in _FILES}
    drop_ins: dict[str, str] = {}
    # A recording of before this was asked has no answer.
    with contextlib.suppress(NotRecorded):
        drop_ins = machine.read_all(_DROP_INS)
    return parse(drop_ins, texts)


def parse(drop_ins: dict[str, str], files: dict[str, str]) -> list[str]:
    """Return the same of the texts of drop-ins and files: what a file sets goes before a drop-in (systemd.exec(5))."""
    environment: dict[str, str] = {}
    line = _USUAL
    # Of two with one name the one in /etc counts, and that is the last.
    by_name = {PurePosixPath(path).name: text for path, text in drop_ins.items()}
    for name in sorted(by_name):
        for key, value in _settings(by_name[name]):
            if key == "Environment":
                environment.update((word.partition("=")[0], word.partition("=")[2]) for word in _words(value))
            elif key == "ExecStart" and value:
                line = value
    for text in files.values():
        environment.update((key, _without_quotes(value)) for key, value in _settings(text))
    return _VARIABLE.sub(lambda match: environment.get(match[1], ""), line).split()


def _settings(text: str) -> list[tuple[str, str]]:
    """Return the settings of a file; a line goes on behind a backslash, and spaces around the sign do not matter."""
    matches = (_SETTING.fullmatch(line) for line in text.replace("\r", "").replace("\\\n", " ").split("\n"))
    return [(match[1], match[2].strip()) for match in matches if match]


def _without_quotes(value: str) -> str:
    return value.replace('"', " ").replace("'", " ")


def _words(value: str) -> list[str]:
    try:
        return shlex.split(value)
    except ValueError:
        return _without_quotes(value).split()
