"""Writing down everything that passes through a connection."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from labproof.connection.base import Command, Credential, HttpRequest, HttpResponse, Purpose
from labproof.connection.fake import FakeConnection, Page, Reply
from labproof.connection.recorder import Recorder, describe
from labproof.connection.secrets import MARK
from labproof.ground.errors import DeadlineExceeded, Refused
from labproof.records import evidence
from labproof.records.evidence import EvidenceLog
from labproof.records.model import Exchange

TOKEN = f"eyJ{'a' * 20}.{'b' * 20}.{'c' * 20}"
BOOTSTRAP = "abcdef.0123456789abcdef"


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EvidenceLog]:
    log = EvidenceLog(tmp_path / "evidence.jsonl")
    yield log
    log.close()


@pytest.fixture
def recorder(fake: FakeConnection, log: EvidenceLog) -> Recorder:
    return Recorder(fake, log)


def written(tmp_path: Path) -> list[Exchange]:
    return evidence.read(tmp_path / "evidence.jsonl")


def test_command_is_written_down(recorder: Recorder, fake: FakeConnection, tmp_path: Path) -> None:
    """A command is written down with where and why it ran, and with all that it left."""
    fake.answer("node", "docker info", Reply("out", 4, "err"))
    result = recorder.run(Command("node", "docker info"), Purpose.ACT)
    (entry,) = written(tmp_path)
    assert (entry.machine, entry.kind, entry.request, entry.purpose) == ("node", "command", "docker info", "act")
    assert (entry.status, entry.output, entry.error) == (4, "out", "err")
    assert (result.status, result.output, result.error) == (4, "out", "err")
    assert entry.seconds >= 0


def test_page_and_api_are_told_apart(recorder: Recorder, fake: FakeConnection, tmp_path: Path) -> None:
    """A page is asked by the grader, an API path through a machine."""
    fake.serve("GET", "https://x/", Page("body", 302, {"location": "/login", "set-cookie": "id=1"}))
    recorder.fetch(HttpRequest("GET", "https://x/a"), Purpose.OBSERVE)
    recorder.fetch(HttpRequest("GET", "https://x/b", via="master", credential=Credential("admin")), Purpose.BEFORE)
    page, api = written(tmp_path)
    assert (page.machine, page.kind, page.request) == ("grader", "page", "GET https://x/a")
    assert (api.machine, api.kind, api.request) == ("master", "api", "GET https://x/b as admin")
    assert (page.status, page.output, page.error) == (302, "body", "location: /login\n")
    assert [page.purpose, api.purpose] == ["observe", "before"]


def test_error_is_written_down_and_raised(recorder: Recorder, fake: FakeConnection, tmp_path: Path) -> None:
    """What could not be seen is written down with its error's class, and raised all the same."""
    fake.answer("master", "slow", DeadlineExceeded("too late"))
    fake.serve("GET", "https://x/", Refused("nobody there"))
    with pytest.raises(DeadlineExceeded):
        recorder.run(Command("master", "slow"), Purpose.OBSERVE)
    with pytest.raises(Refused):
        recorder.fetch(HttpRequest("GET", "https://x/"), Purpose.OBSERVE)
    command, page = written(tmp_path)
    assert (command.status, command.problem, command.error) == (None, "DeadlineExceeded", "too late")
    assert (page.status, page.problem, page.error) == (None, "Refused", "nobody there")


def test_other_errors_are_not_the_labs(recorder: Recorder, tmp_path: Path) -> None:
    """An error of our own code is no evidence."""
    with pytest.raises(AttributeError):
        recorder.run(None, Purpose.OBSERVE)  # type: ignore[arg-type]
    assert written(tmp_path) == []


def test_secrets_stay_out_of_the_file(recorder: Recorder, fake: FakeConnection, tmp_path: Path) -> None:
    """No secret reaches the file, from question, answer, address, header or error; the asker gets it whole."""
    fake.answer("node", "kubeadm join", Reply(f"out {TOKEN}", 1, f"err {TOKEN}"))
    fake.serve("POST", "https://x/", Page(json.dumps({"jweToken": "abc"}), 200, {"location": f"/?t={TOKEN}"}))
    fake.serve("GET", "https://x/", Refused(f"no {TOKEN}"))
    result = recorder.run(Command("node", f"kubeadm join --token {BOOTSTRAP}"), Purpose.ACT)
    answer = recorder.fetch(
        HttpRequest("POST", f"https://x/?token={TOKEN}", body=json.dumps({"token": TOKEN}).encode()), Purpose.ACT
    )
    with pytest.raises(Refused):
        recorder.fetch(HttpRequest("GET", f"https://x/?token={TOKEN}"), Purpose.ACT)
    text = (tmp_path / "evidence.jsonl").read_text(encoding="utf-8")
    assert TOKEN not in text
    assert BOOTSTRAP not in text
    assert '"abc' not in text
    assert text.count(MARK) >= 8
    assert TOKEN in result.output
    assert answer.body == '{"jweToken": "abc"}'


def test_headers_are_no_evidence() -> None:
    """Of a request its headers, and so its cookies and tokens, are left out."""
    request = HttpRequest("GET", "https://x/", {"Authorization": f"Bearer {TOKEN}"})
    assert describe(request) == "GET https://x/"


def test_big_body_is_described_by_its_sum() -> None:
    """A big body stands in the evidence as its sum: the same body the same sum."""
    big = HttpRequest("POST", "https://x/", body=b"x" * 3000)
    small = HttpRequest("POST", "https://x/", body=b"x" * 2000)
    assert describe(small).endswith("x" * 2000)
    assert describe(big).startswith("POST https://x/\nsha256 ")
    assert describe(big) == describe(HttpRequest("POST", "https://x/", body=b"x" * 3000))
    assert describe(big) != describe(HttpRequest("POST", "https://x/", body=b"x" * 3001))


def test_entries_are_chained(recorder: Recorder, fake: FakeConnection, log: EvidenceLog, tmp_path: Path) -> None:
    """The file that a recorder leaves is whole and ends in the log's head."""
    fake.answer("master", "uptime", "up")
    for _ in range(3):
        recorder.run(Command("master", "uptime"), Purpose.OBSERVE)
    assert evidence.find_break(tmp_path / "evidence.jsonl", log.head) == ""


def test_closing_leaves_the_log_open(recorder: Recorder, fake: FakeConnection, log: EvidenceLog) -> None:
    """Closing the recorder closes the connection inside, and not the log."""
    recorder.close()
    assert fake.is_closed
    log.append(machine="m", kind="command", request="", purpose=Purpose.ACT, started="", seconds=0.0, status=0)


def test_answer_is_handed_on_unchanged(recorder: Recorder, fake: FakeConnection) -> None:
    """The one who asks gets the very answer, headers and all."""
    fake.serve("GET", "https://x/", Page("b", 200, {"set-cookie": "id=1"}))
    answer = recorder.fetch(HttpRequest("GET", "https://x/"), Purpose.OBSERVE)
    assert answer == HttpResponse(200, {"set-cookie": "id=1"}, "b")
