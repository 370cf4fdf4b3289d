"""Keys that outlive a restart: kept in the two Secrets that recommended.yaml makes for them."""

import base64
import logging

from cryptography.fernet import Fernet

from standins.cluster_api import ApiError, ApiUnreachable, ClusterApi

LOG = logging.getLogger(__name__)


def keep(api: ClusterApi, namespace: str, secret: str, entry: str) -> bytes:
    """Return the key in an entry of a Secret; make one, and store it if we may, where there is none."""
    path = f"/api/v1/namespaces/{namespace}/secrets/{secret}"
    try:
        found = api.get(path)
        stored = base64.b64decode((found.get("data") or {}).get(entry, ""))
        if _is_key(stored):
            return stored
        key = Fernet.generate_key()
        found["data"] = {**(found.get("data") or {}), entry: base64.b64encode(key).decode()}
        api.replace(path, found)
    except (ApiError, ApiUnreachable) as error:
        LOG.warning("Secret %s/%s not usable (%s): a key of this run only", namespace, secret, error)
        return Fernet.generate_key()
    return key


def _is_key(found: bytes) -> bool:
    try:
        Fernet(found)
    except ValueError:
        return False
    return True
