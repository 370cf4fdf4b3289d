"""The CNI configuration that makes kubelet's network ready: Calico's plugin names, one range per Node."""

import base64
import json
from pathlib import Path

NAME = "10-calico.conflist"
ACCOUNT = "calico-kubeconfig"
PLUGINS = ("calico", "calico-ipam")
"""The names of one program: what it does depends on the name under which it is called."""
PLUGIN_SOURCE = Path("/opt/standin/bin") / PLUGINS[0]
HOST_FOLDER = Path("/etc/cni/net.d")
"""Where the folder with the configuration is on the Node itself, for the programs that run there."""
NODENAME = Path("/var/lib/calico/nodename")
"""Where the agent leaves the Node's name, without which the plugin gives no Pod an address."""


def configuration(pod_cidr: str) -> str:
    """Return the plugin list for a Node's range: a veth pair per Pod, routed, with host ports; known at once."""
    ipam = {
        "type": "calico-ipam",
        "ranges": [[{"subnet": pod_cidr}]],
        "routes": [{"dst": "0.0.0.0/0"}],
    }
    kubeconfig = str(HOST_FOLDER / ACCOUNT)
    plugins = [
        {"type": "calico", "mtu": 1500, "nodename_file": str(NODENAME), "kubeconfig": kubeconfig, "ipam": ipam},
        {"type": "portmap", "snat": True, "capabilities": {"portMappings": True}},
    ]
    return json.dumps({"name": "k8s-pod-network", "cniVersion": "0.3.1", "plugins": plugins}, indent=2) + "\n"


def account(server: str, authority: str, token: str) -> str:
    """Return the kubeconfig with which our plugin asks the API."""
    cluster = {"server": server, "certificate-authority-data": base64.b64encode(authority.encode()).decode()}
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "local", "cluster": cluster}],
        "users": [{"name": "calico", "user": {"token": token}}],
    }
    return json.dumps(content, indent=2) + "\n"


def install(folder: Path, pod_cidr: str) -> bool:
    """Write the configuration where it differs, in one step; tell whether it was written."""
    # kubelet reads whatever ends in .conflist at any moment: it must never see half a file.
    return _replace(folder / NAME, configuration(pod_cidr).encode(), 0o644)


def install_plugins(programs: Path, folder: Path, kubeconfig: str, source: Path = PLUGIN_SOURCE) -> None:
    """Put our plugins among CNI's own, and beside the configuration the account that they use."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in PLUGINS:
        _replace(programs / name, source.read_bytes(), 0o755)
    _replace(folder / ACCOUNT, kubeconfig.encode(), 0o600)


def _replace(path: Path, content: bytes, mode: int) -> bool:
    if path.exists() and path.read_bytes() == content:
        return False
    unfinished = path.with_name(f".{path.name}.new")
    unfinished.touch(mode=mode)
    unfinished.write_bytes(content)
    unfinished.chmod(mode)
    unfinished.replace(path)
    return True
