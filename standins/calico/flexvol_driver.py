"""The third init container of calico-node: no volume driver is installed, since nothing of the course uses it."""

import argparse
import logging

from standins.calico.words import CalicoFormatter
from standins.lifetime import begin

LOG = logging.getLogger(__name__)


def main(arguments: list[str]) -> int:
    """Say that nothing is installed; return 0."""
    argparse.ArgumentParser(prog="flexvol-driver").parse_args(arguments)
    begin(CalicoFormatter())
    LOG.info("stand-in for Calico's pod2daemon-flexvol, made for rehearsals: no driver is installed")
    return 0
