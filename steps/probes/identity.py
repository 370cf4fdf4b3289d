"""What tells one student's cluster from another's: read once a run, never judged.

The same twice in a class means one cluster for two students, or a copy; see docs/threat-model.md.
"""

import hashlib
import ssl

from labproof.ground.errors import TransportError
from labproof.ground.untrusted import reads_objects
from steps.cluster.api import Cluster


@reads_objects
def cluster(asked: Cluster) -> dict[str, str]:
    """Return the fingerprint of the authority that signs the API, and what etcd made first.

    Raises NoCluster when there is no cluster yet, TransportError when it cannot be asked.
    """
    found = {"authority": _fingerprint(asked.authority)}
    namespace = asked.read("/api/v1/namespaces/{}", "kube-system") or {}
    metadata = namespace.get("metadata", {})
    found |= {"kube-system": str(metadata.get("uid", "")), "made": str(metadata.get("creationTimestamp", ""))}
    return {name: text[:100] for name, text in found.items() if text}


def _fingerprint(certificate: str) -> str:
    try:
        return f"sha256:{hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate.strip())).hexdigest()}"
    except ValueError as problem:
        raise TransportError(f"master's authority is no certificate: {problem}") from problem
