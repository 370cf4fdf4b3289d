"""The first init container of calico-node: nothing to migrate, said as Calico says it."""

import argparse
import logging

from standins.calico.words import CalicoFormatter
from standins.lifetime import begin

LOG = logging.getLogger(__name__)


def main(arguments: list[str]) -> int:
    """Say that there is nothing to migrate; return 0."""
    argparse.ArgumentParser(prog="upgrade-ipam").parse_args(arguments)
    begin(CalicoFormatter())
    # cni-plugin v3.17.3 pkg/upgrade/migrate.go
    LOG.info("host-local IPAM data dir not found; no migration necessary, successfully exiting...")
    return 0
