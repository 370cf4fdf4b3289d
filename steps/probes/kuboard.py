"""Kuboard's console: whether a token opens the cluster through it."""

from dataclasses import dataclass

from labproof.ground.untrusted import reads_objects
from labproof.lab.browser import Browser, PageState
from labproof.lab.machine import Lab, Machine
from steps.cluster.api import Cluster
from steps.probes import docker

WRONG_TOKEN = "not-a-token-of-this-cluster"


@dataclass(frozen=True)
class ImageState:
    """The image that Kuboard should run from, and which machines hold it."""

    image: str
    machine: str
    is_held: bool
    problem: str = ""

    def __str__(self) -> str:
        return self.problem or f"{'' if self.is_held else 'missing: '}{self.image} on {self.machine}"


def image(lab: Lab, cluster: Cluster, usual: str) -> ImageState:
    """Look for Kuboard's image: the one that its Deployment names, on the machine that it names.

    Without a Deployment it is the usual image on master.
    """
    named, machine = _named(cluster)
    wanted = named if "kuboard" in named else usual
    where = lab[machine] if machine in lab.machines else lab["master"]
    held = docker.images(where)
    is_held = not held.problem and full_name(wanted) in map(full_name, held.names)
    return ImageState(wanted, where.name, is_held, held.problem)


def full_name(name: str) -> str:
    """Return an image's name without Docker's own registry and with a tag, as Docker itself shows it."""
    short = name.removeprefix("docker.io/").removeprefix("library/")
    return short if ":" in short.rpartition("/")[2] or "@" in short else f"{short}:latest"


@reads_objects
def _named(cluster: Cluster) -> tuple[str, str]:
    """Return the image and the machine that the Deployment kuboard names, empty where it names none.

    A machine is named by nodeName or by the label that carries its name.
    """
    found = cluster.read("/apis/apps/v1/namespaces/{}/deployments/{}", "kube-system", "kuboard")
    if found is None:
        return "", ""
    spec = found["spec"]["template"]["spec"]
    machine = spec.get("nodeName") or (spec.get("nodeSelector") or {}).get("kubernetes.io/hostname")
    return str(spec["containers"][0]["image"]), str(machine or "")


@dataclass(frozen=True)
class ConsoleState:
    """What the console lets a token see: the nodes' names, or the status that it was refused with."""

    status: int | None
    nodes: tuple[str, ...]
    says: str

    def __str__(self) -> str:
        return f"it shows the nodes {', '.join(self.nodes)}" if self.nodes else f"it shows no node: {self.says}"


NOT_TRIED = ConsoleState(None, (), "it was not tried")


def console(browser: Browser, machine: Machine, port: int, token: str) -> ConsoleState:
    """List the nodes through the console's way to the API, as the bearer of a token."""
    answer = browser.get(machine, "http", port, "/k8s-api/api/v1/nodes", Authorization=f"Bearer {token.strip()}")
    if answer.status is None and "no answer within" in answer.problem:
        return ConsoleState(None, (), f"it hangs ({answer})")
    items = answer.json().get("items") if answer.status == 200 else None
    names = filter(None, map(_name, items)) if isinstance(items, list) else []
    return ConsoleState(answer.status, tuple(sorted(names)), _said(answer))


def _said(answer: PageState) -> str:
    """Return what was answered: of the API's own refusal its message, of anything else its beginning."""
    refusal = answer.json()
    if refusal.get("kind") == "Status" and refusal.get("message"):
        return f"HTTP {answer.status}: {refusal['message']}"[:300]
    return str(answer)[:200]


def _name(item: object) -> str:
    """Return the name of an object that somebody's page calls a node, empty when it has none."""
    metadata = item.get("metadata") if isinstance(item, dict) else None
    name = metadata.get("name") if isinstance(metadata, dict) else None
    return name if isinstance(name, str) else ""


@dataclass(frozen=True)
class BothTokens:
    """What the console shows to the bearer of the right token and of a wrong one."""

    right: ConsoleState
    wrong: ConsoleState

    def __str__(self) -> str:
        wrong = "a wrong one was not tried" if self.wrong == NOT_TRIED else f"with a wrong one {self.wrong}"
        return f"with the right token {self.right}; {wrong}"


def try_both(browser: Browser, machine: Machine, port: int, token: str | None) -> BothTokens:
    """Open the console with a token, and with a wrong one if the right one sees nodes; without a token try nothing.

    Behind a console that hangs, a second try would double the time of a look and tell nothing.
    """
    if token is None:
        return BothTokens(ConsoleState(None, (), "there is no token to try"), NOT_TRIED)
    right = console(browser, machine, port, token)
    return BothTokens(right, console(browser, machine, port, WRONG_TOKEN) if right.nodes else NOT_TRIED)
