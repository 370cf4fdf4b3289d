"""The stand-ins' copy of what the API holds."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from standins.cluster_api import ApiUnreachable
from standins.mirroring import Mirror


def item(name: str, version: str) -> dict[str, Any]:
    return {"metadata": {"name": name, "resourceVersion": version}}


class Api:
    """An API that lists one object and then says these lines."""

    def __init__(self, *lines: object, listed: object = None) -> None:
        self.lines_said = [json.dumps(line).encode() for line in lines]
        self.listed = {"metadata": {"resourceVersion": "1"}, "items": [item("a", "1")]} if listed is None else listed
        self.asked: list[str] = []

    def get(self, path: str) -> Any:
        self.asked.append(path)
        return self.listed

    def lines(self, path: str, silence: float) -> Iterator[bytes]:
        yield from self.lines_said


def mirror(api: Api) -> "Mirror[Any]":
    return Mirror(api, "/api/v1/nodes", lambda found: found["metadata"]["name"], lambda: None)  # type: ignore[arg-type]


def test_changes_are_followed() -> None:
    """What is listed, added and deleted is what the copy holds."""
    api = Api({"type": "ADDED", "object": item("b", "2")}, {"type": "DELETED", "object": item("a", "3")})
    copy = mirror(api)
    copy.refresh()
    assert list(copy.objects().values()) == ["b"]


@pytest.mark.parametrize("said", [{}, {"type": "ADDED"}, {"type": "ADDED", "object": {}}, {"items": []}, [], 3, None])
def test_something_else_in_the_apis_place_is_outlived(said: object) -> None:
    """What is no event ends the watch, and the next one begins with a new list."""
    api = Api(said)
    copy = mirror(api)
    for _ in range(2):
        with pytest.raises(ApiUnreachable):
            copy.refresh()
    assert len(api.asked) == 2


@pytest.mark.parametrize("listed", [{}, {"metadata": {}}, {"items": [{}], "metadata": {"resourceVersion": "1"}}])
def test_something_else_for_a_list_is_outlived(listed: object) -> None:
    """A list that is none is no list."""
    with pytest.raises(ApiUnreachable):
        mirror(Api(listed=listed)).refresh()
