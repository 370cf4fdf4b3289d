"""root's kubeconfig on a machine: read as data and tried by ourselves, never loaded by a client."""

import contextlib
from dataclasses import dataclass
from typing import Any

from labproof.connection.base import Credential
from labproof.connection.secrets import decode_secret
from labproof.ground.errors import NotRecorded
from labproof.ground.untrusted import read_yaml
from labproof.lab.machine import Machine
from steps.cluster.api import Cluster
from steps.probes.account import may_do_everything
from steps.probes.shell_script import LOGIN_FILES, exported, variables

PATH = "/root/.kube/config"
_NAME = "KUBECONFIG"
_OF_EVERY_PROGRAM = "/etc/environment"
"""What pam_env sets at each login (CentOS 7, /etc/pam.d/sshd); it is no script, and nothing has to be exported."""


@dataclass(frozen=True)
class KubeconfigState:
    """Where a kubeconfig leads and what it may do there."""

    server: str | None = None
    is_this_cluster: bool = False
    may_do_everything: bool = False
    problem: str = ""

    def __str__(self) -> str:
        if self.problem:
            return self.problem
        whose = "this cluster" if self.is_this_cluster else "another cluster"
        rights = "everything" if self.may_do_everything else "less than everything"
        return f"it leads to {self.server}, {whose}, and may do {rights} there"


@dataclass(frozen=True)
class FileState:
    """Who owns a file and who else may read it."""

    exists: bool
    owner: str = ""
    group: str = ""
    mode: int = 0

    def __str__(self) -> str:
        return f"{self.owner}:{self.group} {self.mode:o}" if self.exists else "absent"


def file_state(machine: Machine) -> FileState:
    """Read the owner and the mode of root's kubeconfig.

    `test -e` ends with 0 or 1; any other status, or a `stat` that fails, raises TransportError.
    """
    return machine.fact(lambda host: _file_state(host.file(PATH)))


def read(machine: Machine, cluster: Cluster) -> KubeconfigState:
    """Read root's kubeconfig and ask the lab's own API what its credential may do."""
    text = machine.read(PATH)
    if text is None:
        said = filter(None, (f"{PATH} is not on {machine.name}", _elsewhere(machine, cluster)))
        return KubeconfigState(problem="; ".join(said))
    return _tried(text, cluster)


def _tried(text: str, cluster: Cluster) -> KubeconfigState:
    server, credential, problem = parse(text)
    if credential is None:
        return KubeconfigState(server, problem=problem)
    is_this = credential.authority.strip() == cluster.authority.strip()
    allowed = is_this and may_do_everything(cluster.with_credential(credential))
    return KubeconfigState(server, is_this, allowed)


def _elsewhere(machine: Machine, cluster: Cluster) -> str:
    """Return what a login file says of another kubeconfig, and whether it works; nothing where none does."""
    said = _set_at_login(machine)
    # Of several files kubectl takes what is in any of them; those that are not there it passes over.
    texts = ((path, machine.read(path)) for path in said.split(":") if path.startswith("/"))
    path, text = next(((path, text) for path, text in texts if text is not None), ("", ""))
    if not path:
        return ""
    state = _tried(text or "", cluster)
    how = "works" if state.may_do_everything else f"does not work ({state})"
    return f"KUBECONFIG={path}, set at login, {how}, but the file should be where kubectl looks by itself"


def _set_at_login(machine: Machine) -> str:
    """Return what KUBECONFIG is after root's login, empty where nothing sets it."""
    texts = machine.read_all(LOGIN_FILES)
    values = [exported(text).get(_NAME, "") for path, text in texts.items() if "/rc." not in path]
    if not any(values):
        # A recording of before this was asked has no answer.
        with contextlib.suppress(NotRecorded):
            rarer = machine.read_all("/etc/environment /etc/bashrc")
            values = [
                (variables if path == _OF_EVERY_PROGRAM else exported)(text).get(_NAME, "")
                for path, text in rarer.items()
            ]
    return ([value for value in values if value] or [""])[-1]


def _file_state(file: Any) -> FileState:
    return FileState(True, file.user, file.group, file.mode) if file.exists else FileState(False)


def parse(text: str) -> tuple[str | None, Credential | None, str]:
    """Return the server and the credential of the current context, or what is wrong with the file."""
    try:
        config = read_yaml(text)
        context = _named(config, "contexts", config["current-context"])["context"]
        cluster = _named(config, "clusters", context["cluster"])["cluster"]
        user = _named(config, "users", context["user"])["user"]
        return str(cluster.get("server"))[:200], *_credential(cluster, user)
    except (LookupError, TypeError, AttributeError, ValueError) as problem:
        return None, None, f"{PATH} is no usable kubeconfig ({type(problem).__name__}: {problem})"[:400]


def _credential(cluster: dict[str, Any], user: dict[str, Any]) -> tuple[Credential | None, str]:
    authority = _decoded(cluster, "certificate-authority-data")
    if "client-certificate-data" in user and "client-key-data" in user:
        certificate, key = _decoded(user, "client-certificate-data"), _decoded(user, "client-key-data")
        return Credential("the kubeconfig", certificate, key, authority), ""
    if isinstance(user.get("token"), str):
        return Credential("the kubeconfig", authority=authority, token=user["token"]), ""
    return None, f"{PATH} holds neither a client certificate nor a token, only: {', '.join(sorted(map(str, user)))}"


def _decoded(entry: dict[str, Any], key: str) -> str:
    value = entry[key]
    if not isinstance(value, str):
        raise TypeError(f"{key} is no text")
    return decode_secret(value)


def _named(config: Any, kind: str, name: str) -> dict[str, Any]:
    for entry in config[kind]:
        if entry["name"] == name:
            found: dict[str, Any] = entry
            return found
    raise LookupError(f"{kind} has no {name!r}")
