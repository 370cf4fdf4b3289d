"""Keys that outlive a restart: kept in the two Secrets that recommended.yaml makes for them."""

import base64
import logging
import secrets
from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from standins.cluster_api import ApiError, ClusterApi

LOG = logging.getLogger(__name__)
CSRF, HOLDER = "kubernetes-dashboard-csrf", "kubernetes-dashboard-key-holder"
CSRF_BYTES = 256
RSA_BITS = 2048


def csrf_key(api: ClusterApi, namespace: str) -> bytes:
    """Return the key of the CSRF tokens; make and store it where its Secret is empty.

    Raises ApiError and ApiUnreachable: without this Secret the original does not start.
    """
    LOG.info("Initializing csrf token from %s secret", CSRF)
    path = _path(namespace, CSRF)
    found = api.get(path)
    stored = base64.b64decode((found.get("data") or {}).get("csrf") or "")
    if stored:
        return stored
    LOG.info("Empty token. Generating and storing in a secret %s", CSRF)
    key = secrets.token_bytes(CSRF_BYTES)
    api.replace(path, {**found, "data": {**(found.get("data") or {}), **_encoded({"csrf": key})}})
    return key


def session_key(api: ClusterApi, namespace: str) -> RSAPrivateKey:
    """Return the key of the login tokens; make it where there is none, and store it if we may.

    Raises ApiUnreachable.
    """
    LOG.info("Initializing JWE encryption key from synchronized object")
    path = _path(namespace, HOLDER)
    try:
        found = api.get(path)
        if stored := _private_key(base64.b64decode((found.get("data") or {}).get("priv") or "")):
            return stored
        key = generate_private_key(65537, RSA_BITS)
        api.replace(path, {**found, "data": {**(found.get("data") or {}), **_encoded(_pem(key))}})
    except ApiError as error:
        LOG.warning("Secret %s/%s not usable (%s): a key of this run only", namespace, HOLDER, error)
        return generate_private_key(65537, RSA_BITS)
    return key


def _path(namespace: str, secret: str) -> str:
    return f"/api/v1/namespaces/{namespace}/secrets/{secret}"


def _encoded(entries: Mapping[str, bytes]) -> dict[str, str]:
    return {name: base64.b64encode(value).decode() for name, value in entries.items()}


def _pem(key: RSAPrivateKey) -> dict[str, bytes]:
    return {
        "priv": key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()),
        "pub": key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    }


def _private_key(pem: bytes) -> RSAPrivateKey | None:
    try:
        found = load_pem_private_key(pem, None)
    except (ValueError, TypeError):
        return None
    return found if isinstance(found, RSAPrivateKey) else None
