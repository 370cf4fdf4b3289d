"""Bridged traffic: the module and the three kernel settings, now and after the next boot."""

from pathlib import PurePosixPath

from labproof.lab.machine import Machine
from steps.probes import module_files
from steps.probes.module_files import loads_it, names_module
from steps.probes.shell_script import LOGIN_FILES

KEYS = ("net.bridge.bridge-nf-call-ip6tables", "net.bridge.bridge-nf-call-iptables", "net.ipv4.ip_forward")
_BOOT_FILES = "/etc/modules-load.d/*.conf /run/modules-load.d/*.conf /usr/lib/modules-load.d/*.conf"
_MORE_FILES = (
    "/etc/sysconfig/modules/*.modules /etc/rc.modules /etc/rc.d/rc.local /etc/rc.local"
    " /etc/bashrc /root/.bash_login /root/.profile"
)
"""What CentOS 7 runs at boot (rhel-import-state, rc-local.service) or at root's login, beyond the usual files."""
_RUN_IF_EXECUTABLE = ("/etc/sysconfig/modules/", "/etc/rc.modules", "/etc/rc.d/rc.local", "/etc/rc.local")
_OLD_FILE = "/etc/sysctl.conf"
_SYSCTL_FILES = f"/usr/lib/sysctl.d/*.conf /run/sysctl.d/*.conf /etc/sysctl.d/*.conf {_OLD_FILE}"


def is_loaded(machine: Machine) -> bool:
    """Tell whether the kernel has the module now: its settings are there exactly while it is loaded."""
    return machine.read("/proc/sys/net/bridge/bridge-nf-call-iptables") is not None


def loaded_by(machine: Machine) -> list[str]:
    """Return the files that load the module at the next boot or login."""
    boot = machine.read_all(_BOOT_FILES)
    usual = _unconditional(machine.read_all(LOGIN_FILES))
    found = [p for p, text in boot.items() if names_module(text)] + [p for p in usual if loads_it(usual[p])]
    # The rest is asked only where it decides.
    return found or [p for p, text in _more(machine).items() if loads_it(text)] or module_files.rarest(machine)


def _more(machine: Machine) -> dict[str, str]:
    """Return the scripts that are run at boot only while they are executable, and the rarer login files."""
    texts = machine.read_all(_MORE_FILES)
    listed = machine.ask(f'for f in {_MORE_FILES}; do if [ -x "$f" ]; then echo "$f"; fi; done').output.splitlines()
    return {path: text for path, text in texts.items() if path in listed or path in _unconditional(texts)}


def _unconditional(texts: dict[str, str]) -> dict[str, str]:
    return {path: text for path, text in texts.items() if not path.startswith(_RUN_IF_EXECUTABLE)}


def live(machine: Machine) -> dict[str, str | None]:
    """Return the three settings as the kernel has them now; None for one that it does not have."""
    values = {key: machine.read(f"/proc/sys/{key.replace('.', '/')}") for key in KEYS}
    return {key: value.strip() if value is not None else None for key, value in values.items()}


def persisted(machine: Machine) -> dict[str, str | None]:
    """Return what the next boot will set, by the rules of sysctl.d(5): later file names win."""
    return merge(machine.read_all(_SYSCTL_FILES))


def merge(files: dict[str, str]) -> dict[str, str | None]:
    """Return the value of each key after all files; of two with one name the one in /etc counts.

    systemd-sysctl takes them by name and reads /etc/sysctl.conf as 99-sysctl.conf, the link to it that CentOS 7
    has in /etc/sysctl.d (systemd NEWS, 207): what stands in k8s.conf comes after it.
    """
    by_name = {PurePosixPath(path).name: text for path, text in files.items() if path != _OLD_FILE}
    by_name.setdefault("99-sysctl.conf", files.get(_OLD_FILE, ""))
    values: dict[str, str | None] = dict.fromkeys(KEYS)
    for name in sorted(by_name):
        values.update({key: value for key, value in _assignments(by_name[name]) if key in KEYS})
    return values


def _assignments(text: str) -> list[tuple[str, str]]:
    lines = (line.strip() for line in text.split("\n"))
    pairs = (line.lstrip("-").split("=", 1) for line in lines if "=" in line and line[0] not in "#;")
    # Of what is written to it the kernel takes the first word (3.10 kernel/sysctl.c, __do_proc_dointvec).
    return [(key.strip().replace("/", "."), (value.split() or [""])[0]) for key, value in pairs]
