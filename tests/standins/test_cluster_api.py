from pathlib import Path

import pytest

from standins.cluster_api import Answer, ApiError, ApiUnreachable, ClusterApi
from tests.standins.fake_cluster import FakeCluster


def test_refusal_carries_status_and_message(cluster: FakeCluster) -> None:
    """A refusal is an error with the API's status, message and reason."""
    with pytest.raises(ApiError, match="not found") as caught:
        cluster.api().get("/api/v1/nodes/gone")
    assert (caught.value.status, caught.value.reason) == (404, "NotFound")


@pytest.mark.parametrize("body", [b"<html>", b"", b"[]"])
def test_answer_that_is_no_object_is_an_error(body: bytes) -> None:
    """What is not a JSON object is never taken for one."""
    with pytest.raises(ApiError):
        Answer(200, body).parsed()


def test_no_answer_is_unreachable() -> None:
    """A port where nothing listens is unreachable, not refused."""
    with pytest.raises(ApiUnreachable):
        ClusterApi("http://127.0.0.1:1", None, lambda: None, "tests").get("/version")


@pytest.mark.parametrize("token", ["a\nb", "café"])
def test_token_that_cannot_be_sent_is_unauthorized(cluster: FakeCluster, token: str) -> None:
    """A token with control or foreign characters is refused without asking."""
    with pytest.raises(ApiError) as caught:
        cluster.api(token).get("/version")
    assert caught.value.status == 401
    assert cluster.seen == []


def test_settings_come_from_the_surroundings(
    cluster: FakeCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A developer names another API and a file with a token."""
    (tmp_path / "token").write_text("admin-token\n")
    monkeypatch.setenv("STANDIN_API", cluster.url)
    monkeypatch.setenv("STANDIN_TOKEN", str(tmp_path / "token"))
    assert ClusterApi.in_cluster("tests").get("/version") == {"gitVersion": "v1.20.2"}
