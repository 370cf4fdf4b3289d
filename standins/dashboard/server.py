"""Serves the Dashboard over TLS.

To try it without a cluster's network, from a checkout (a kubectl that works, and a browser):

    kubectl proxy --port 8001 &
    STANDIN_API=http://127.0.0.1:8001 python3 -m standins dashboard --port 8443

and open https://127.0.0.1:8443/. Through such a proxy every token is accepted: it brings its own rights.
"""

import argparse
import logging
from pathlib import Path

from standins.cluster_api import ClusterApi
from standins.dashboard import keys
from standins.dashboard.app import Dashboard
from standins.dashboard.certificate import self_signed, server_context
from standins.dashboard.sessions import Csrf, Sessions
from standins.lifetime import begin, wait_for_end
from standins.pages import Pages
from standins.serving import Server

LOG = logging.getLogger(__name__)
PAGE = Path(__file__).resolve().parent / "page"
# The part before the slash becomes the manager in managedFields, by which the original is known too.
USER_AGENT = "dashboard/v2-stand-in"
PORT = 8443


def main(arguments: list[str]) -> int:
    """Serve until SIGTERM; return 0."""
    parser = argparse.ArgumentParser(prog="dashboard", description="a Dashboard, a stand-in for rehearsals")
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--namespace", default="kubernetes-dashboard")
    parser.add_argument("--auto-generate-certificates", action="store_true", help="always done")
    options = parser.parse_args(arguments)
    stop = begin()
    api = ClusterApi.in_cluster(USER_AGENT)
    session_key = keys.keep(api, options.namespace, "kubernetes-dashboard-key-holder", "key")
    csrf_key = keys.keep(api, options.namespace, "kubernetes-dashboard-csrf", "csrf")
    app = Dashboard(api, Sessions(session_key), Csrf(csrf_key), Pages.of(PAGE))
    Server(("0.0.0.0", options.port), app, server_context(self_signed())).start()
    LOG.info("stand-in for the Kubernetes Dashboard, made for rehearsals: port %d", options.port)
    wait_for_end(stop)
    return 0
