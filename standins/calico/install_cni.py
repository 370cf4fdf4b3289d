"""The second init container of calico-node: puts the CNI plugins and their account on the Node."""

import argparse
import logging
from pathlib import Path

from standins.calico import cni
from standins.calico.words import CalicoFormatter
from standins.cluster_api import ACCOUNT, ClusterApi
from standins.lifetime import begin

LOG = logging.getLogger(__name__)
CNI_FOLDER = Path("/host/etc/cni/net.d")
CNI_PROGRAMS = Path("/host/opt/cni/bin")


def main(arguments: list[str]) -> int:
    """Install the plugins and the account; return 0.

    The configuration is the agent's to write: kubelet starts Pods as soon as it sees one, and tries again only
    ten seconds later where the agent is not up by then.
    """
    parser = argparse.ArgumentParser(prog="install-cni", description="CNI plugins, a stand-in for rehearsals")
    parser.add_argument("--cni", type=Path, default=CNI_FOLDER)
    parser.add_argument("--programs", type=Path, default=CNI_PROGRAMS)
    options = parser.parse_args(arguments)
    begin(CalicoFormatter())
    api = ClusterApi.in_cluster("calico-cni-stand-in")
    kubeconfig = cni.account(api.url, (ACCOUNT / "ca.crt").read_text(), api.credential() or "")
    cni.install_plugins(options.programs, options.cni, kubeconfig)
    LOG.info("Installed %s", ", ".join(str(options.programs / name) for name in cni.PLUGINS))
    return 0
