"""root's kubeconfig: what is in it, and what it opens."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from labproof.connection.fake import FakeConnection, Page, Reply
from labproof.ground.errors import NoCluster, Unreachable
from labproof.lab.machine import Lab
from steps.cluster.api import ADMIN_CONF, Cluster
from steps.course import expect
from steps.probes import kubeconfig
from steps.probes.kubeconfig import FileState
from tests.anything import texts
from tests.conftest import encoded

SERVER = "https://192.168.200.10:6443"
REVIEW = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"


def config(**user: Any) -> dict[str, Any]:
    user = user or {"client-certificate-data": encoded("CERT"), "client-key-data": encoded("KEY")}
    return {
        "current-context": "admin@kubernetes",
        "contexts": [
            {"name": "other", "context": {"cluster": "other", "user": "other"}},
            {"name": "admin@kubernetes", "context": {"cluster": "kubernetes", "user": "admin"}},
        ],
        "clusters": [
            {"name": "kubernetes", "cluster": {"server": SERVER, "certificate-authority-data": encoded("AUTHORITY")}}
        ],
        "users": [{"name": "admin", "user": user}],
    }


def test_credential_of_the_current_context() -> None:
    """The current context's server, authority and certificate are read, wherever they stand."""
    server, credential, problem = kubeconfig.parse(yaml.safe_dump(config()))
    assert (server, problem) == (SERVER, "")
    assert credential is not None
    assert (credential.certificate, credential.key, credential.authority) == ("CERT", "KEY", "AUTHORITY")


def test_token_is_a_credential_too() -> None:
    """A bearer token opens the cluster as well as a certificate."""
    _, credential, _ = kubeconfig.parse(yaml.safe_dump(config(token="secret")))
    assert credential is not None
    assert (credential.token, credential.certificate) == ("secret", "")


@pytest.mark.parametrize(
    "user",
    [
        {"exec": {"command": "/bin/evil"}},
        {"auth-provider": {"name": "oidc"}},
        {"client-certificate": "/root/cert.pem", "client-key": "/root/key.pem"},
        {"token": ["x"]},
        {1: 2, "b": 3},
    ],
)
def test_what_would_run_or_read_is_left_alone(user: Any) -> None:
    """A command, a provider or the path of a file is named, and neither run nor read."""
    text = yaml.safe_dump({**config(), "users": [{"name": "admin", "user": user}]})
    server, credential, problem = kubeconfig.parse(text)
    assert (server, credential) == (SERVER, None)
    assert all(str(key) in problem for key in user)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "garbage",
        "[1, 2]",
        "{",
        "\t- x",
        "kind: Config",
        "current-context: [x]\ncontexts: 3",
        "current-context: 2020-13-45",
        yaml.safe_dump({**config(), "current-context": ""}),
        yaml.safe_dump({**config(), "contexts": None}),
        yaml.safe_dump({**config(), "users": [{"name": "admin", "user": None}]}),
        yaml.safe_dump(config(**{"client-certificate-data": 3, "client-key-data": []})),
        yaml.safe_dump({**config(), "clusters": [{"name": "kubernetes", "cluster": {"server": SERVER}}]}),
        yaml.safe_dump({**config(), "clusters": [3]}),
        yaml.safe_dump(config()).replace(SERVER, "&a x").replace(encoded("AUTHORITY"), "*a"),
        "[" * 5000,
        "{a: " * 5000,
    ],
    ids=lambda text: text[:40],
)
def test_garbage_is_told(text: str) -> None:
    """A file that is no kubeconfig is told with the reason, and is no crash."""
    server, credential, problem = kubeconfig.parse(text)
    assert (server, credential) == (None, None)
    assert problem.startswith("/root/.kube/config is no usable kubeconfig (")
    assert len(problem) <= 400


def allow(fake: FakeConnection, allowed: bool) -> None:
    fake.serve("POST", REVIEW, Page({"status": {"allowed": allowed}}, 201))


@pytest.mark.parametrize("allowed", [True, False])
def test_working_kubeconfig(fake: FakeConnection, pair: Lab, api: Cluster, allowed: bool) -> None:
    """A kubeconfig is tried at the lab's own API, as whoever it says, whatever server it names."""
    text = yaml.safe_dump(config()).replace(SERVER, "https://evil.test")
    fake.answer("node", kubeconfig.PATH, text)
    allow(fake, allowed)
    state = kubeconfig.read(pair["node"], api)
    assert (state.server, state.is_this_cluster, state.may_do_everything) == ("https://evil.test", True, allowed)
    request, _ = fake.requests[-1]
    assert request.url == f"{SERVER}{REVIEW}"
    assert request.credential is not None
    assert (request.credential.certificate, request.credential.authority) == ("CERT", "AUTHORITY")


def test_kubeconfig_of_another_cluster(fake: FakeConnection, pair: Lab, api: Cluster) -> None:
    """A kubeconfig of another cluster is not tried here: its credential is nobody's business."""
    fake.answer("node", kubeconfig.PATH, yaml.safe_dump(config()).replace(encoded("AUTHORITY"), encoded("OTHER")))
    state = kubeconfig.read(pair["node"], api)
    assert (state.is_this_cluster, state.may_do_everything) == (False, False)
    assert str(state) == f"it leads to {SERVER}, another cluster, and may do less than everything there"
    assert [r.credential.name for r, _ in fake.requests if r.credential] == ["nobody"]


def test_refused_credential_may_do_nothing(fake: FakeConnection, pair: Lab, api: Cluster) -> None:
    """A credential that the API does not know may do nothing."""
    fake.answer("node", kubeconfig.PATH, yaml.safe_dump(config(token="stale")))
    fake.serve("POST", REVIEW, Page({"message": "Unauthorized"}, 401))
    assert not kubeconfig.read(pair["node"], api).may_do_everything


def test_missing_kubeconfig_is_told(fake: FakeConnection, pair: Lab, api: Cluster) -> None:
    """A kubeconfig that is not there is told with its machine."""
    fake.answer("node", "/etc/profile", "=/etc/profile\n>export PATH\n")
    fake.answer("node", kubeconfig.PATH, Reply(status=44))
    assert str(kubeconfig.read(pair["node"], api)) == "/root/.kube/config is not on node"


def test_blindness_passes_through(fake: FakeConnection, pair: Lab, api: Cluster) -> None:
    """An API that cannot be asked is no fault of the kubeconfig; a master without a cluster is a fact."""
    fake.answer("node", kubeconfig.PATH, yaml.safe_dump(config()))
    fake.serve("POST", REVIEW, Unreachable("lost"))
    with pytest.raises(Unreachable):
        kubeconfig.read(pair["node"], api)
    fake.answer("master", ADMIN_CONF, Reply(status=44))
    api.forget()
    with pytest.raises(NoCluster):
        kubeconfig.read(pair["node"], api)


def test_owner_and_rights(fake: FakeConnection, pair: Lab) -> None:
    """Owner, group and rights of the file are read; without a file there are none."""
    fake.answer("node", "test -e /root/.kube/config", "", Reply(status=1))
    fake.answer("node", "stat -Lc %U", "root")
    fake.answer("node", "stat -Lc %G", "wheel")
    fake.answer("node", "stat -Lc %a", "640")
    state = kubeconfig.file_state(pair["node"])
    assert (state, str(state)) == (FileState(True, "root", "wheel", 0o640), "root:wheel 640")
    assert str(kubeconfig.file_state(pair["node"])) == "absent"


KEYS = st.sampled_from(list(config()))
DATA = st.recursive(
    st.none() | st.text(max_size=5) | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
)


@given(texts("users: ", "clusters: [{name: ", "}]", "!!timestamp ") | DATA.map(yaml.safe_dump))
def test_any_text_is_read(text: str) -> None:
    """Whatever the file holds, reading it does not break."""
    kubeconfig.parse(text)


@pytest.mark.parametrize(
    ("line", "allowed", "says"),
    [
        (
            "export KUBECONFIG=/etc/kubernetes/admin.conf",
            True,
            "KUBECONFIG=/etc/kubernetes/admin.conf, set at login, works",
        ),
        ("export KUBECONFIG=/etc/kubernetes/admin.conf", False, "set at login, does not work (it leads to"),
        ("# export KUBECONFIG=/etc/kubernetes/admin.conf", True, "is not on node"),
        ("export KUBECONFIG=/nowhere", True, "is not on node"),
        ("KUBECONFIG=/etc/kubernetes/admin.conf\n>export KUBECONFIG", True, "set at login, works"),
        ('export KUBECONFIG="$HOME/admin.conf"', True, "KUBECONFIG=/root/admin.conf, set at login, works"),
        ("export KUBECONFIG=~/admin.conf", True, "KUBECONFIG=/root/admin.conf, set at login, works"),
        ("declare -x KUBECONFIG=${HOME}/admin.conf", True, "KUBECONFIG=/root/admin.conf, set at login, works"),
        ("export KUBECONFIG=/nowhere:/root/admin.conf", True, "KUBECONFIG=/root/admin.conf, set at login, works"),
        ("KUBECONFIG=/etc/kubernetes/admin.conf", True, "is not on node"),
        ("KUBECONFIG=/etc/kubernetes/admin.conf kubectl get nodes", True, "is not on node"),
        ("export KUBECONFIG=/root/admin.conf\r", True, "is not on node"),
        ("export KUBECONFIG=/root/$USER.conf", True, "is not on node"),
    ],
    ids=[
        *("works", "no rights", "comment", "no file", "two steps", "home", "tilde", "declared", "one of two"),
        *("not handed on", "for one command", "of Windows", "unknown variable"),
    ],
)
def test_kubeconfig_elsewhere_is_told(
    fake: FakeConnection, pair: Lab, api: Cluster, line: str, allowed: bool, says: str
) -> None:
    """A kubeconfig that KUBECONFIG leads to is tried: the finding says that it works, and where it should be."""
    fake.serve("POST", REVIEW, Page({"status": {"allowed": allowed}}))
    fake.answer("node", "/etc/profile", f"=/etc/profile\n>{line}\n")
    fake.answer("node", kubeconfig.PATH, Reply(status=44))
    for path in ("/nowhere", "/root/$USER.conf", "/root/admin.conf\r"):
        fake.answer("node", path, Reply(status=44))
    for path in ("/etc/kubernetes/admin.conf", "/root/admin.conf "):
        fake.answer("node", path, yaml.safe_dump(config()))
    state = kubeconfig.read(pair["node"], api)
    assert says in str(state)
    assert ("where kubectl looks by itself" in str(state)) is ("set at login" in says)
    assert not expect.opens(SERVER).is_met(state)


@pytest.mark.parametrize(
    ("files", "is_told"),
    [
        ("=/etc/environment\n>KUBECONFIG=/root/admin.conf\n", True),
        ("=/etc/bashrc\n>export KUBECONFIG=/root/admin.conf\n", True),
        ("=/etc/bashrc\n>KUBECONFIG=/root/admin.conf\n", False),
        ("=/etc/rc.local\n>export KUBECONFIG=/root/admin.conf\n", False),
    ],
    ids=["for every program", "for every shell", "not handed on", "at boot"],
)
def test_rarer_places_set_it_too(fake: FakeConnection, pair: Lab, api: Cluster, files: str, is_told: bool) -> None:
    """Where the usual files of a login say nothing, what PAM and bash read besides is looked at."""
    fake.serve("POST", REVIEW, Page({"status": {"allowed": True}}))
    fake.answer("node", "/etc/bashrc", files if "/rc." not in files else "")
    fake.answer("node", "/etc/profile", files if "/rc." in files else "")
    fake.answer("node", kubeconfig.PATH, Reply(status=44))
    fake.answer("node", "/root/admin.conf", yaml.safe_dump(config()))
    state = kubeconfig.read(pair["node"], api)
    assert ("KUBECONFIG=/root/admin.conf, set at login, works" in str(state)) is is_told
