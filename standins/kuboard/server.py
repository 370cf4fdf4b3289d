"""Serves the Kuboard console over plain HTTP, by nginx, as the original does.

To try it from a checkout: `kubectl proxy --port 8001 &`, then
`STANDIN_API=http://127.0.0.1:8001 python3 -m standins kuboard --port 8080`.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from standins.cluster_api import ACCOUNT

HERE = Path(__file__).resolve().parent
PAGE, SETTINGS = HERE / "page", HERE / "nginx.conf"
NGINX = "/usr/sbin/nginx"
PORT = 80
TLS = "proxy_ssl_verify on; proxy_ssl_name kubernetes; proxy_ssl_trusted_certificate {ca};"


def main(arguments: list[str]) -> int:
    """Become nginx; return 1 where it is not installed."""
    parser = argparse.ArgumentParser(prog="kuboard", description="a console, a stand-in for rehearsals")
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--nginx", default=NGINX, help="path of the program")
    options = parser.parse_args(arguments)
    scratch = Path(tempfile.mkdtemp(prefix="kuboard-"))
    # nginx's workers, who have no rights, go through it to files of their own.
    scratch.chmod(0o711)
    path = scratch / "nginx.conf"
    path.write_text(settings(options.port, scratch, api_url()))
    print(f"stand-in for Kuboard, made for rehearsals: port {options.port}", file=sys.stderr, flush=True)
    try:
        # It takes this process's place, so that what ends the container ends nginx.
        os.execv(options.nginx, ["nginx", "-e", "/dev/stderr", "-c", str(path)])
    except OSError as error:
        print(f"error: expected nginx at {options.nginx}, found: {error.strerror}; name it by --nginx", file=sys.stderr)
        return 1


def api_url() -> str:
    """Return where the API is: what the Pod was told, unless STANDIN_API replaces it."""
    host = os.environ.get("KUBERNETES_SERVICE_HOST", "kubernetes.default.svc")
    return os.environ.get("STANDIN_API", f"https://{host}:{os.environ.get('KUBERNETES_SERVICE_PORT', '443')}")


def settings(port: int, scratch: Path, api: str) -> str:
    """Return nginx's configuration; over https the API has to show a certificate of the cluster."""
    ca = os.environ.get("STANDIN_CA", str(ACCOUNT / "ca.crt"))
    text = SETTINGS.read_text()
    values = {
        "port": str(port),
        "page": str(PAGE),
        "scratch": str(scratch),
        "api": api,
        "tls": TLS.format(ca=ca) if api.startswith("https:") else "",
    }
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    return text
