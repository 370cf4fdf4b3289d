"""Serves the Kuboard console over plain HTTP.

To try it from a checkout: `kubectl proxy --port 8001 &`, then
`STANDIN_API=http://127.0.0.1:8001 python3 -m standins kuboard --port 8080`.
"""

import argparse
import logging
from pathlib import Path

from standins.cluster_api import ClusterApi
from standins.kuboard.app import Console
from standins.lifetime import begin, wait_for_end
from standins.pages import Pages
from standins.serving import Server

LOG = logging.getLogger(__name__)
PAGE = Path(__file__).resolve().parent / "page"
PORT = 80


def main(arguments: list[str]) -> int:
    """Serve until SIGTERM; return 0."""
    parser = argparse.ArgumentParser(prog="kuboard", description="a console, a stand-in for rehearsals")
    parser.add_argument("--port", type=int, default=PORT)
    options = parser.parse_args(arguments)
    stop = begin()
    app = Console(ClusterApi.in_cluster("kuboard-stand-in"), Pages.of(PAGE))
    Server(("0.0.0.0", options.port), app).start()
    LOG.info("stand-in for Kuboard, made for rehearsals: port %d", options.port)
    wait_for_end(stop)
    return 0
