"""What a probe Pod is: a server that tells over HTTP what it sees from inside the cluster."""

from typing import Any

from steps.cluster.api import Json

SERVICE = "kubernetes.default.svc.cluster.local."
"""It ends in a dot: otherwise the machine's own search domains are asked first, and may have an answer."""
NAMES, RESOLVER, REACH = "/names", "/resolver", "/reach/"
GREETING = "Welcome to nginx!"
_LOOK = """
printf '%s' "$CONFIG" >/tmp/nginx.conf
until getent ahostsv4 "$SERVICE" >/tmp/names; do read -r -t 1 <> <(:); done &
exec nginx -e /dev/stderr -c /tmp/nginx.conf
"""
# `/` greets; `/names` is what the resolver found and `/resolver` whom it asked; `/reach/ADDRESS` is the page of
# another Pod, fetched by this one.
_CONFIG = """
daemon off;
pid /tmp/nginx.pid;
worker_processes 1;
error_log /dev/stderr;
events {}
http {
    access_log off;
    default_type text/plain;
    client_body_temp_path /tmp/body;
    proxy_temp_path /tmp/proxy;
    fastcgi_temp_path /tmp/fastcgi;
    uwsgi_temp_path /tmp/uwsgi;
    scgi_temp_path /tmp/scgi;
    server {
        listen 80;
        root /tmp;
        location = / {
            return 200 "GREETING";
        }
        location = /names {}
        location = /resolver {
            alias /etc/resolv.conf;
        }
        location ~ ^/reach/(?<peer>[0-9.]+)$ {
            proxy_connect_timeout 2s;
            proxy_read_timeout 2s;
            proxy_pass http://$peer/;
        }
        location / {
            return 404;
        }
    }
}
""".replace("GREETING", GREETING)


def pod(name: str, node: str, image: str, seconds: float) -> Json:
    """Return the Pod that is made on a node and ends after `seconds`; `image` needs nginx, bash and getent."""
    container: dict[str, Any] = {"name": "probe", "image": image, "imagePullPolicy": "IfNotPresent"}
    container["command"] = ["/bin/bash", "-c", _LOOK]
    container["env"] = [{"name": "SERVICE", "value": SERVICE}, {"name": "CONFIG", "value": _CONFIG}]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"app.kubernetes.io/managed-by": "labproof"}},
        "spec": {
            "nodeName": node,
            "restartPolicy": "Never",
            "activeDeadlineSeconds": round(seconds),
            "terminationGracePeriodSeconds": 0,
            "automountServiceAccountToken": False,
            "tolerations": [{"operator": "Exists"}],
            "containers": [container],
        },
    }
