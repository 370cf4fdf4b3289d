"""What tells one student's lab from another's."""

import pytest

from labproof.connection.fake import FakeConnection, Page, Reply
from labproof.ground.errors import NoCluster, TransportError
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
