"""Serves the Dashboard over TLS.

To try it without a cluster's network, from a checkout (a kubectl that works, and a browser):

    kubectl proxy --port 8001 &
    STANDIN_API=http://127.0.0.1:8001 python3 -m standins dashboard --port 8443

and open https://127.0.0.1:8443/. Through such a proxy every token is accepted: it brings its own rights.
"""

import argparse
import logging
import os
import platform
import sys
from pathlib import Path

from standins.cluster_api import ApiError, ApiUnreachable, ClusterApi
from standins.dashboard import keys
from standins.dashboard.app import VERSION, Dashboard
from standins.dashboard.certificate import self_signed, server_context
from standins.dashboard.sessions import Csrf, Sessions
from standins.dashboard.upstream import KeptApi
from standins.lifetime import begin, stay
from standins.pages import Pages
from standins.serving import Server

LOG = logging.getLogger(__name__)
PAGE = Path(__file__).resolve().parent / "page"
# The part before the slash becomes the manager in managedFields, by which the original is known too.
USER_AGENT = "dashboard/v2-stand-in"
PORT = 8443
LOGS = "/tmp"
"""Where the original's logger puts its files."""

PANIC = 2
"""The exit status of a Go program that panics; its logger's is the same (glog, os.Exit(2))."""


def main(arguments: list[str]) -> int:
    """Serve until SIGINT; return 2 where the original does not even start."""
    parser = argparse.ArgumentParser(prog="dashboard", description="a Dashboard, a stand-in for rehearsals")
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--namespace", default="kubernetes-dashboard")
    parser.add_argument("--auto-generate-certificates", action="store_true", help="always done")
    options = parser.parse_args(arguments)
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(asctime)s %(message)s", datefmt=_DATE)
    begin()
    LOG.info("Starting overwatch (a stand-in for the Kubernetes Dashboard, made for rehearsals)")
    if not _can_log():
        return PANIC
    try:
        app = _app(KeptApi.in_cluster(USER_AGENT), options.namespace)
    except (ApiError, ApiUnreachable) as error:
        print(f"panic: {error}\n\ngoroutine 1 [running]:", file=sys.stderr)
        return PANIC
    LOG.info("Auto-generating certificates")
    Server(("0.0.0.0", options.port), app, server_context(self_signed())).start()
    LOG.info("Serving securely on HTTPS port: %d", options.port)
    stay()
    return 0


_DATE = "%Y/%m/%d %H:%M:%S"


def _app(api: ClusterApi, namespace: str) -> Dashboard:
    """Return the page over an API that answers; raise ApiUnreachable, and ApiError without its own Secret."""
    LOG.info("Using namespace: %s", namespace)
    LOG.info("Using in-cluster config to connect to apiserver")
    csrf = Csrf(keys.csrf_key(api, namespace))
    LOG.info("Successful initial request to the apiserver, version: %s", api.get(VERSION).get("gitVersion"))
    return Dashboard(api, Sessions(keys.session_key(api, namespace)), csrf, Pages.of(PAGE))


def _can_log() -> bool:
    """Tell whether there is a place for the log's files; the original ends with these words where there is none."""
    if os.path.isdir(LOGS) and os.access(LOGS, os.W_OK):
        return True
    path = f"{LOGS}/dashboard.{platform.node()}.unknownuser.log.INFO"
    why = "read-only file system" if os.path.isdir(LOGS) else "no such file or directory"
    print(f"log: exiting because of error: log: cannot create log: open {path}: {why}", file=sys.stderr)
    return False
