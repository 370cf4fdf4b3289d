"""What tells one student's lab from another's."""

import pytest

from labproof.connection.fake import FakeConnection, Page, Reply
from labproof.ground.errors import NoCluster, TransportError
from labproof.lab.machine import Lab
from steps.cluster.api import ADMIN_CONF, Cluster
from steps.probes import identity
from tests.conftest import encoded

ID = "0123456789abcdef0123456789abcdef"
# Any bytes in base64 will do: a fingerprint is of the bytes, not of what they mean.
CERTIFICATE = "-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n"


def admin_conf(authority: str) -> str:
    """Return a kubeconfig as kubeadm writes it, with this authority."""
    data = {"client-certificate-data": encoded("C"), "client-key-data": encoded("K")}
    return f"clusters: [{{cluster: {{certificate-authority-data: {encoded(authority)}}}}}]\nusers: [{{user: {data}}}]\n"


def test_machine_has_an_id_and_an_age(fake: FakeConnection, pair: Lab) -> None:
    """The id and the time of the file that holds it are what the machine tells."""
    fake.answer("master", "/etc/machine-id", f"{ID}\n")
    fake.answer("master", "stat -c %Y", "1770000000\n")
    assert identity.machine(pair.master) == {"machine-id": ID, "since": "2026-02-02T02:40:00+00:00"}


@pytest.mark.parametrize("said", ["", "uninitialized", "<script>", ID.upper(), f"{ID}0"])
@pytest.mark.parametrize("since", ["", "soon", "-1", "9" * 5000, "²"])
def test_machine_that_tells_no_id(fake: FakeConnection, pair: Lab, said: str, since: str) -> None:
    """What is no id and no time is left out."""
    fake.answer("master", "/etc/machine-id", Reply(said))
    fake.answer("master", "stat -c %Y", since)
    assert identity.machine(pair.master) == {}


@pytest.mark.parametrize(
    ("off", "told"),
    [
        (0, {}),
        (-299, {}),
        (365 * 86400, {"clock": "365 days, 0:00:00 ahead of the grader's"}),
        (-3600, {"clock": "1:00:00 behind the grader's"}),
    ],
)
def test_clock_is_told_when_it_is_off(
    fake: FakeConnection, pair: Lab, monkeypatch: pytest.MonkeyPatch, off: int, told: dict[str, str]
) -> None:
    """A clock that is far from the grader's is told, with how far and to which side."""
    monkeypatch.setattr(identity.time, "time", lambda: 1_800_000_000.0)
    fake.answer("master", "date", f"{1_800_000_000 + off}\n")
    assert identity.clock(pair.master) == told


@pytest.mark.parametrize("said", ["", "soon", "-1", "9" * 5000, "²", "1e9"])
def test_clock_that_tells_no_time(fake: FakeConnection, pair: Lab, said: str) -> None:
    """What is no time is left out."""
    fake.answer("master", "date", said)
    assert identity.clock(pair.master) == {}


def test_cluster_is_known_by_its_authority_and_its_first_namespace(fake: FakeConnection, api: Cluster) -> None:
    """The authority is told as a fingerprint, the data by what etcd made first."""
    fake.answer("master", ADMIN_CONF, admin_conf(CERTIFICATE))
    metadata = {"uid": "u-1", "creationTimestamp": "2026-02-02T02:40:00Z"}
    fake.serve("GET", "/api/v1/namespaces/kube-system", Page({"metadata": metadata}))
    assert identity.cluster(api) == {
        "authority": "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
        "kube-system": "u-1",
        "made": "2026-02-02T02:40:00Z",
    }


def test_no_cluster_has_no_identity(fake: FakeConnection, api: Cluster) -> None:
    """Before kubeadm init there is nothing to tell."""
    fake.answer("master", ADMIN_CONF, Reply(status=44))
    with pytest.raises(NoCluster):
        identity.cluster(api)


@pytest.mark.parametrize("authority", ["", "no certificate", CERTIFICATE.replace("aGVsbG8=", "é")])
def test_authority_that_is_no_certificate(fake: FakeConnection, api: Cluster, authority: str) -> None:
    """What master holds in the certificate's place is refused as such."""
    fake.answer("master", ADMIN_CONF, admin_conf(authority))
    with pytest.raises(TransportError):
        identity.cluster(api)
