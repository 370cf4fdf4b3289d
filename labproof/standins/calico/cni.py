"""The CNI configuration that makes kubelet's network ready: CNI's own plugins, one range per Node."""

import json
from pathlib import Path

NAME = "10-calico.conflist"


def configuration(pod_cidr: str) -> str:
    """Return the plugin list for a Node's range: a veth pair per Pod, routed, with host ports."""
    ipam = {
        "type": "host-local",
        "ranges": [[{"subnet": pod_cidr}]],
        "routes": [{"dst": "0.0.0.0/0"}],
    }
    plugins = [
        {"type": "ptp", "mtu": 1500, "ipMasq": False, "ipam": ipam},
        {"type": "portmap", "snat": True, "capabilities": {"portMappings": True}},
    ]
    return json.dumps({"name": "k8s-pod-network", "cniVersion": "0.3.1", "plugins": plugins}, indent=2) + "\n"


def install(folder: Path, pod_cidr: str) -> bool:
    """Write the configuration where it differs, in one step; tell whether it was written."""
    path, content = folder / NAME, configuration(pod_cidr)
    if path.exists() and path.read_text() == content:
        return False
    # kubelet reads whatever ends in .conflist at any moment: it must never see half a file.
    unfinished = folder / f".{NAME}.new"
    unfinished.write_text(content)
    unfinished.replace(path)
    return True
