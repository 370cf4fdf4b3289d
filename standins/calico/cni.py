"""The CNI configuration that makes kubelet's network ready: CNI's own plugins, one range per Node, and one of ours."""

import base64
import json
from pathlib import Path

NAME = "10-calico.conflist"
ACCOUNT = "calico-kubeconfig"
PLUGIN = "calico-stand-in"
PLUGIN_SOURCE = Path("/opt/standin/bin") / PLUGIN
HOST_FOLDER = Path("/etc/cni/net.d")
"""Where the folder with the configuration is on the Node itself, for the programs that run there."""


def configuration(pod_cidr: str) -> str:
    """Return the plugin list for a Node's range: a veth pair per Pod, routed, with host ports; known at once."""
    ipam = {
        "type": "host-local",
        "ranges": [[{"subnet": pod_cidr}]],
        "routes": [{"dst": "0.0.0.0/0"}],
    }
    plugins = [
        {"type": "ptp", "mtu": 1500, "ipMasq": False, "ipam": ipam},
        {"type": "portmap", "snat": True, "capabilities": {"portMappings": True}},
        {"type": PLUGIN, "kubeconfig": str(HOST_FOLDER / ACCOUNT)},
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


def install_plugin(programs: Path, folder: Path, kubeconfig: str, source: Path = PLUGIN_SOURCE) -> None:
    """Put our plugin among CNI's own, and beside the configuration the account that it uses."""
    _replace(programs / PLUGIN, source.read_bytes(), 0o755)
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
