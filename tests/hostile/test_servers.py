"""A student's own servers: what they send, where they lead, and what we never send them."""

import shutil
import subprocess

import pytest

from tests.hostile.markup import strange

REDIRECTING = """import http.server
class Away(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(302)
        self.send_header("Location", "http://192.168.200.1:{port}/Welcome to nginx!")
        self.end_headers()
http.server.HTTPServer(("0.0.0.0", 8090), Away).serve_forever()"""
SILENT = """import socket, time
server = socket.create_server(("0.0.0.0", 8091))
kept = []
while True:
    kept.append(server.accept())"""
DRIPPING = """import socket, threading, time
def drip(peer):
    peer.recv(65536)
    peer.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Type: text/html\\r\\n\\r\\n<html")
    while True:
        time.sleep(0.5)
        peer.sendall(b" ")
server = socket.create_server(("0.0.0.0", 8092))
while True:
    threading.Thread(target=drip, args=(server.accept()[0],), daemon=True).start()"""

SCRIPTED = """import http.server
class Scripted(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Server", "<script>document.title='owned'</script>")
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<html><title>\\x1b]0;owned\\x07</title><script>document.title='owned'</script>")
        self.wfile.write(b"<img src=x onerror=document.title='owned'><svg onload=document.title='owned'>")
http.server.HTTPServer(("0.0.0.0", 8093), Scripted).serve_forever()"""


def rerouted(verb: str, port: str, to: int) -> str:
    """Return the command that leads a port of the node to a server of ours, or no longer does."""
    return f"iptables -w 5 -t nat -{verb} PREROUTING -p tcp --dport {port} -j REDIRECT --to-ports {to}"


@pytest.fixture
def nginx_port(lab) -> str:  # type: ignore[no-untyped-def]
    """The node port of nginx."""
    return str(lab.ask("master", "kubectl get service nginx -o jsonpath='{.spec.ports[0].nodePort}'")).strip()


def test_redirect_is_not_followed(lab, listener, nginx_port: str) -> None:  # type: ignore[no-untyped-def]
    """A page that sends us elsewhere is not the page, and nobody goes where it points."""
    with lab.made(
        "node",
        *lab.served("away", REDIRECTING.format(port=listener.port)),
        rerouted("I", nginx_port, 8090),
        undo=(rerouted("D", nginx_port, 8090), "systemctl stop away"),
    ):
        seen = lab.grade("redirect")
    assert seen.gained("nginx.page@node") == []
    assert "302" in seen["nginx.page@node"].found
    assert listener.visits == 0


def test_stalling_and_dripping_servers_are_given_up(lab) -> None:  # type: ignore[no-untyped-def]
    """A TLS server that says nothing and a page that never ends gain nothing; the run ends all the same."""
    with lab.made(
        "node",
        *lab.served("silent", SILENT),
        *lab.served("dripping", DRIPPING),
        rerouted("I", "30000", 8091),
        rerouted("I", "32567", 8092),
        undo=(
            rerouted("D", "30000", 8091),
            rerouted("D", "32567", 8092),
            "systemctl stop silent dripping",
        ),
    ):
        seen = lab.grade("stalling")
    own = ("join.dashboard", "kuboard.page@node")
    assert seen.gained(*own) == []
    assert seen.spoilt(*own) == {}


def test_page_with_a_script_stays_text(lab, nginx_port: str) -> None:  # type: ignore[no-untyped-def]
    """Script, markup and escapes in a page, its headers and its title are text in the report, also in a browser."""
    with lab.made(
        "node",
        *lab.served("scripted", SCRIPTED),
        rerouted("I", nginx_port, 8093),
        undo=(rerouted("D", nginx_port, 8093), "systemctl stop scripted"),
    ):
        seen = lab.grade("scripted")
    page = (seen.folder / "report.html").read_text()
    assert seen.gained("nginx.page@node") == []
    assert "owned" in page
    assert strange(page) == []
    assert not any(mark in page.lower() for mark in ("<script>alert", "<img src=x", "\x1b"))
    assert "\x1b]0;" not in seen.said
    if browser := shutil.which("chromium"):
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
        shown = subprocess.run(
            # The tests' own limit of memory is less address space than a browser reserves.
            [
                "prlimit",
                "--as=unlimited",
                browser,
                *flags,
                f"--user-data-dir={seen.folder / 'browser'}",
                "--dump-dom",
                seen.folder / "report.html",
            ],
            check=True,
            capture_output=True,
            text=True,
            timeout=60,
        ).stdout
        assert "· Labproof " in shown.split("</title>")[0]


def kubeconfig(change: str) -> tuple[str, ...]:
    """Return the commands that change root's kubeconfig on the node."""
    return ("cp -a /root/.kube/config /root/.kube/config.before", change)


BACK = ("mv /root/.kube/config.before /root/.kube/config",)


@pytest.mark.parametrize(
    ("key", "plugin"),
    [
        ("exec", "{{apiVersion: client.authentication.k8s.io/v1beta1, command: touch, args: [{mark}]}}"),
        ("auth-provider", "{{name: gcp, config: {{cmd-path: /usr/bin/touch, cmd-args: {mark}}}}}"),
    ],
)
def test_kubeconfig_runs_nothing_on_the_grader(lab, tmp_path, key: str, plugin: str) -> None:  # type: ignore[no-untyped-def]
    """A kubeconfig with a program to run is read as data: nothing runs, nothing is gained."""
    mark = tmp_path / "owned"
    user = f"{key}: {plugin.format(mark=mark)}"
    change = f"sed -i -e '/client-.*-data:/d' -e 's#^  user:$#  user: {{{user}}}#' /root/.kube/config"
    with lab.made("node", *kubeconfig(change), undo=BACK):
        seen = lab.grade(key)
    assert seen.gained("join.kubectl") == []
    assert not mark.exists()
    assert seen.spoilt("join.kubectl") == {}


@pytest.mark.parametrize("key", ["server", "proxy-url"])
def test_kubeconfig_leads_us_nowhere_else(lab, listener, key: str) -> None:  # type: ignore[no-untyped-def]
    """A foreign server is not this cluster's, and neither it nor a proxy is ever asked by us."""
    where = f"http{'s' if key == 'server' else ''}://192.168.200.1:{listener.port}"
    changes = {
        "server": f"sed -i 's#server: .*#server: {where}#' /root/.kube/config",
        "proxy-url": f"sed -i 's#^\\( *\\)server: .*#&\\n\\1proxy-url: {where}#' /root/.kube/config",
    }
    with lab.made("node", *kubeconfig(changes[key]), undo=BACK):
        seen = lab.grade(key)
    assert listener.visits == 0
    assert seen.spoilt("join.kubectl") == {}
    assert seen.gained("join.kubectl") == ([] if key == "server" else ["join.kubectl"])


def test_oversized_kubeconfig_ends(lab) -> None:  # type: ignore[no-untyped-def]
    """A kubeconfig of ten megabytes gains nothing and does not hold us up."""
    change = "{ head -c 10000000 /dev/zero | tr '\\0' '#'; echo; cat /root/.kube/config.before; } > /root/.kube/config"
    with lab.made("node", *kubeconfig(change), undo=BACK):
        seen = lab.grade("oversized")
    assert seen.gained("join.kubectl") == []
    assert seen.spoilt("join.kubectl") == {}


FAKE_API = """import http.server, json, ssl
class Yes(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b"ok" if self.path == "/readyz" else json.dumps({"items": [], "status": {"allowed": True}}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    do_GET = do_POST = do_PUT = do_DELETE = answer
    def log_message(self, *words): pass
server = http.server.ThreadingHTTPServer(("0.0.0.0", 6443), Yes)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("/etc/kubernetes/pki/apiserver.crt", "/etc/kubernetes/pki/apiserver.key")
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()"""
MANIFEST = "/etc/kubernetes/manifests/kube-apiserver.yaml"


def test_api_of_their_own_gains_nothing(lab) -> None:  # type: ignore[no-untyped-def]
    """A program in the API's place, with the API's own certificate, that says yes to everything is not the API."""
    with lab.made(
        "master",
        f"mv {MANIFEST} /root/kube-apiserver.yaml.before",
        "timeout 60 sh -c 'while curl -sk -o /dev/null https://127.0.0.1:6443/readyz; do sleep 0.5; done'",
        *lab.served("yes", FAKE_API),
        undo=(
            "systemctl stop yes",
            f"mv /root/kube-apiserver.yaml.before {MANIFEST}",
            "timeout 150 sh -c 'until kubectl get --raw /readyz > /dev/null 2>&1; do sleep 1; done'",
        ),
    ):
        seen = lab.grade("own-api")
    api = ("init", "calico", "dashboard", "join", "nginx")
    own = [c.id for c in seen.run.criteria if c.id.split(".")[0] in api]
    # These are read from the machines and from pages, which go on without the API.
    independent = ("init.packages", "init.kubelet", "init.images", "init.cgroup", "init.kubeconfig-private")
    pages = ("dashboard.page", "join.dashboard", "nginx.page")
    assert [c for c in seen.gained(*own) if not c.startswith((*independent, *pages))] == []
