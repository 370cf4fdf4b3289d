"""What a request brings: its body as JSON."""

import json

from standins.cluster_api import Json
from standins.serving import Request


class BadBody(Exception):
    """Report a body that is not the JSON object that was expected."""


def body_of(request: Request) -> Json:
    """Return the body as a JSON object; raise BadBody."""
    try:
        found = json.loads(request.body)
    except ValueError as error:
        raise BadBody(f"expected a JSON object: {error}") from error
    if not isinstance(found, dict):
        raise BadBody(f"expected a JSON object, found {type(found).__name__}")
    return found
