"""Service accounts: whom a token belongs to and what it may do."""

from dataclasses import dataclass

from labproof.connection.secrets import decode_secret
from labproof.ground.untrusted import reads_objects
from steps.cluster.api import ApiProblem, Cluster

_EVERYTHING = {
    "apiVersion": "authorization.k8s.io/v1",
    "kind": "SelfSubjectAccessReview",
    "spec": {"resourceAttributes": {"group": "*", "resource": "*", "verb": "*"}},
}


@dataclass(frozen=True)
class AccountState:
    """A service account and the roles that cluster-wide bindings give it."""

    exists: bool
    cluster_roles: tuple[str, ...] = ()

    def __str__(self) -> str:
        if not self.exists:
            return "the account does not exist"
        if not self.cluster_roles:
            return "the account is bound to no cluster role"
        return f"the account is bound to {', '.join(self.cluster_roles)}"


@dataclass(frozen=True)
class TokenState:
    """Whom the API takes the bearer of a token for, and whether it may do everything."""

    user: str | None
    may_do_everything: bool = False

    def __str__(self) -> str:
        if self.user is None:
            return "there is no token that the API knows"
        return f"{self.user}, who may do {'everything' if self.may_do_everything else 'less than everything'}"


@reads_objects
def read(cluster: Cluster, namespace: str, name: str) -> AccountState:
    """Read an account and who it is bound to."""
    account = cluster.read("/api/v1/namespaces/{}/serviceaccounts/{}", namespace, name)
    bindings = cluster.read("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings") or {}
    subject = {"kind": "ServiceAccount", "name": name, "namespace": namespace}
    roles = [
        str(binding["roleRef"]["name"])
        for binding in bindings.get("items", [])
        if any(subject.items() <= s.items() for s in binding.get("subjects") or [])
    ]
    return AccountState(account is not None, tuple(sorted(roles)))


@reads_objects
def token(cluster: Cluster, namespace: str, name: str) -> str | None:
    """Return the account's token as its Secret holds it, or None when it has none."""
    secrets = cluster.read(
        "/api/v1/namespaces/{}/secrets", namespace, fieldSelector="type=kubernetes.io/service-account-token"
    )
    for secret in (secrets or {}).get("items", []):
        owner = secret["metadata"].get("annotations", {}).get("kubernetes.io/service-account.name")
        if owner == name and "token" in (secret.get("data") or {}):
            return decode_secret(secret["data"]["token"])
    return None


@reads_objects
def token_state(cluster: Cluster, namespace: str, name: str) -> TokenState:
    """Ask the API whom the account's token belongs to and what its bearer may do."""
    value = token(cluster, namespace, name)
    if value is None:
        return TokenState(None)
    review = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": {"token": value}}
    status = (cluster.create("/apis/authentication.k8s.io/v1/tokenreviews", body=review) or {}).get("status", {})
    if not status.get("authenticated"):
        return TokenState(None)
    return TokenState(str(status["user"]["username"]), may_do_everything(cluster.as_bearer(name, value)))


@reads_objects
def may_do_everything(cluster: Cluster) -> bool:
    """Ask the API whether the one who asks may do everything."""
    try:
        answer = cluster.create("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", body=_EVERYTHING)
    except ApiProblem as problem:
        if problem.status in (401, 403):
            return False
        raise
    return bool((answer or {}).get("status", {}).get("allowed"))
