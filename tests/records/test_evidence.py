"""The chain of evidence: what was written cannot be changed unseen."""

import json
import threading
from collections.abc import Callable
from contextvars import copy_context
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labproof.connection.base import Purpose
from labproof.connection.http import BODY_LIMIT
from labproof.ground.errors import ConfigError
from labproof.records import evidence
from labproof.records.evidence import GENESIS, EvidenceLog
from labproof.records.model import Exchange
from tests.anything import is_a, not_a_file, spoilt, texts


def add(log: EvidenceLog, request: str, output: str = "") -> None:
    log.append(
        machine="master", kind="command", request=request, purpose=Purpose.OBSERVE, started="2026-03-01T10:00:00.000",
        seconds=0.25, status=0, output=output,
    )  # fmt: skip


def write(path: Path, *outputs: str) -> str:
    """Write one entry for each output and return the head."""
    log = EvidenceLog(path)
    for number, output in enumerate(outputs):
        add(log, f"command {number}", output)
    log.close()
    return log.head


OUTPUTS = ("plain\n", "控制 é\t\x1b[31m\x00\u2028", '{"status": 1e-05, "x": "\\u00e9"}', "")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "evidence.jsonl"


def test_what_was_written_is_read(path: Path) -> None:
    """Entries come back as they were written, in order and numbered from one."""
    write(path, *OUTPUTS)
    entries = evidence.read(path)
    assert [e.output for e in entries] == list(OUTPUTS)
    assert [e.number for e in entries] == [1, 2, 3, 4]
    assert entries[0].purpose == "observe"


def test_what_is_told_before_there_is_a_file_is_kept(path: Path) -> None:
    """A log without a file writes nothing; once it has one the chain is whole from the first entry on."""
    log = EvidenceLog()
    with log.collect() as collected:
        add(log, "early")
    assert ([one.request for one in collected], path.exists()) == (["early"], False)
    log.open(path)
    add(log, "late")
    log.close()
    assert [(one.number, one.request) for one in evidence.read(path)] == [(1, "early"), (2, "late")]
    assert evidence.find_break(path, log.head) == ""


def test_a_log_that_never_had_a_file_leaves_nothing(tmp_path: Path) -> None:
    """Where no run came to be there is no evidence of one."""
    log = EvidenceLog()
    add(log, "early")
    log.close()
    assert list(tmp_path.iterdir()) == []


def test_untouched_chain_is_whole(path: Path) -> None:
    """A file that nobody touched is whole and ends in the head that the result names."""
    head = write(path, *OUTPUTS)
    assert evidence.find_break(path, head) == ""
    assert evidence.find_break(path) == ""


def test_empty_file_is_whole(path: Path) -> None:
    """A run that saw nothing has evidence without an entry."""
    assert write(path) == GENESIS
    assert evidence.read(path) == []
    assert evidence.find_break(path, GENESIS) == ""


def broken(path: Path, head: str) -> bool:
    """Tell whether the file is seen to be changed, in whatever way that is said."""
    try:
        return evidence.find_break(path, head) != ""
    except ConfigError as problem:
        return str(path) in str(problem)


@given(st.data())
def test_no_byte_can_be_changed(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """Whichever byte is changed, into whichever other byte, the chain is broken."""
    path = tmp_path_factory.mktemp("chain") / "evidence.jsonl"
    head = write(path, *OUTPUTS)
    whole = bytearray(path.read_bytes())
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] = data.draw(st.integers(0, 255).filter(lambda byte: byte != whole[at]))
    path.write_bytes(whole)
    assert broken(path, head)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'": "', b'":\t"'),
        (b'"seconds": 0.25', b'"seconds": 0.250'),
        (b"\\u001b", b"\\u001B"),
        (b'"status": 0', b'"status": 1, "status": 0'),
        (b'"hash": "', b'"hash": 1, "more": "'),
    ],
    ids=repr,
)
def test_other_spelling_is_a_change(path: Path, old: bytes, new: bytes) -> None:
    """An entry that says the same in other bytes was changed."""
    head = write(path, *OUTPUTS)
    path.write_bytes(path.read_bytes().replace(old, new, 1))
    assert broken(path, head)


@pytest.mark.parametrize("gone", range(len(OUTPUTS)))
def test_no_line_can_be_removed(path: Path, gone: int) -> None:
    """Whichever line is removed, the first and the last too, the chain is broken."""
    head = write(path, *OUTPUTS)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(line for number, line in enumerate(lines) if number != gone))
    assert broken(path, head)


def test_removed_line_is_named(path: Path) -> None:
    """The message says which entry is missing."""
    head = write(path, *OUTPUTS)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:1] + lines[2:]))
    assert "entry 2 is missing" in evidence.find_break(path, head)


def test_lines_cannot_change_places(path: Path) -> None:
    """Two entries that change places break the chain."""
    head = write(path, *OUTPUTS)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([lines[1], lines[0], *lines[2:]]))
    assert broken(path, head)


def test_nothing_can_be_added(path: Path) -> None:
    """An entry that was added after the run does not belong to its result."""
    head = write(path, *OUTPUTS)
    last = json.loads(path.read_text("utf-8").split("\n")[-2])
    last["number"] += 1
    said = last.pop("hash")
    forged = {**last, "hash": evidence.chain(said, last)}
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(forged, ensure_ascii=False) + "\n")
    assert evidence.find_break(path) == ""
    assert "ends in" in evidence.find_break(path, head)


def test_line_cut_off_by_a_crash_is_left_out(path: Path) -> None:
    """A last line that a crash has cut off is left out, and what came before it is whole."""
    write(path, *OUTPUTS[:2])
    before = path.read_bytes()
    write(path)
    path.write_bytes(before + before.splitlines(keepends=True)[-1][:-20])
    assert len(evidence.read(path)) == 2
    assert evidence.find_break(path) == ""


@pytest.mark.parametrize(
    "line",
    [
        *(b"not json", b"[1]", b"\xff\xfe", b'{"number": 1}', b'{"hash": 5}', b'{"number": ' + b"9" * 5000 + b"}"),
        *(b"[" * 5000, b'{"a":' * 5000),
    ],
    ids=lambda line: repr(line[:20]),
)
def test_line_that_is_no_entry(path: Path, line: bytes) -> None:
    """A line that is no entry is said to be a change, and never crashes the check."""
    path.write_bytes(line + b"\n")
    assert broken(path, "")
    with pytest.raises(ConfigError, match="the file was changed"):
        evidence.read(path)


ENTRY = {
    **{"number": 1, "machine": "master", "kind": "command", "request": "hostname", "purpose": "observe"},
    **{"started": "2026-03-01T10:00:00.000", "seconds": 0.25, "status": 0, "output": "master", "hash": "0"},
}


@given(st.lists(spoilt(ENTRY).map(json.dumps) | texts("{", '"number": 1', "}"), min_size=1, max_size=3))
def test_any_line_is_an_entry_or_a_change(tmp_path_factory: pytest.TempPathFactory, lines: list[str]) -> None:
    """Whatever stands in the file: entries with the values that they can have, or one error that names the file."""
    path = tmp_path_factory.getbasetemp() / "any.jsonl"
    path.write_bytes("".join(f"{line}\n" for line in lines).encode("utf-8", errors="surrogatepass"))
    assert broken(path, "")
    entries: list[Exchange] = []
    said = str(path)
    try:
        entries = evidence.read(path)
    except ConfigError as problem:
        said = str(problem)
    assert str(path) in said
    assert is_a(entries, list[Exchange])


def test_value_of_another_kind_is_a_change(path: Path) -> None:
    """An entry with a number for its output was changed by somebody, and is not handed on."""
    path.write_text(json.dumps({**ENTRY, "output": 3}) + "\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"a line is not an entry \(output is of another kind\)"):
        evidence.read(path)


def test_missing_file_says_what_to_name(tmp_path: Path) -> None:
    """A folder without evidence says what to name instead."""
    with pytest.raises(ConfigError, match="no evidence here; name a folder"):
        evidence.read(tmp_path / "evidence.jsonl")


def test_any_text_can_be_written(path: Path) -> None:
    """Half a surrogate, as a hostile page may send it, is written and read back."""
    head = write(path, "\ud800 half")
    assert evidence.read(path)[0].output == "\ud800 half"
    assert evidence.find_break(path, head) == ""


def test_collecting_takes_what_happens_inside(path: Path) -> None:
    """A block collects the entries that are written in it and no others; inner blocks have their own."""
    log = EvidenceLog(path)
    add(log, "before")
    with log.collect() as outer:
        add(log, "outer")
        with log.collect() as inner:
            add(log, "inner")
        add(log, "outer again")
    add(log, "after")
    log.close()
    assert [e.request for e in outer] == ["outer", "outer again"]
    assert [e.request for e in inner] == ["inner"]
    assert len(evidence.read(path)) == 5


def test_threads_collect_for_who_sent_them(path: Path) -> None:
    """A thread that copied the context adds to its sender's evidence, another thread does not."""
    log = EvidenceLog(path)
    with log.collect() as collected:
        for run in (lambda: copy_context().run(add, log, "sent"), lambda: add(log, "sent here")):
            run()
        stranger = threading.Thread(target=add, args=(log, "stranger"))
        stranger.start()
        stranger.join()
        context = copy_context()
        sent = threading.Thread(target=context.run, args=(add, log, "by thread"))
        sent.start()
        sent.join()
    log.close()
    assert [e.request for e in collected] == ["sent", "sent here", "by thread"]


def test_threads_write_one_chain(path: Path) -> None:
    """Entries of several threads make one whole chain."""
    log = EvidenceLog(path)
    threads = [threading.Thread(target=lambda: [add(log, "x") for _ in range(20)]) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log.close()
    assert len(evidence.read(path)) == 100
    assert evidence.find_break(path, log.head) == ""


def test_killed_run_went_on_after_its_result(path: Path) -> None:
    """A run that was killed has a result from the middle of its evidence; the head must still be in the chain."""
    write(path, *OUTPUTS)
    heads = [GENESIS, *(json.loads(line)["hash"] for line in path.read_text("utf-8").split("\n")[:-1])]
    assert [evidence.find_break(path, head, is_running=True) for head in heads] == [""] * 5
    assert [evidence.find_break(path, head) != "" for head in heads] == [True] * 4 + [False]
    assert "no entry ends in 9999" in evidence.find_break(path, "9" * 64, is_running=True)


def test_half_a_line_belongs_to_a_killed_run_only(path: Path) -> None:
    """Half a line at the end is what a kill leaves; a run that came to its end has whole lines."""
    head = write(path, *OUTPUTS)
    with path.open("ab") as file:
        file.write(b'{"number": 5')
    assert evidence.find_break(path, head, is_running=True) == ""
    assert evidence.find_break(path, head) == "half a line stands after entry 4, the last one"


def test_killed_run_that_was_cut_is_broken(path: Path) -> None:
    """Also of a killed run nothing can be cut off that its result was made from."""
    head = write(path, *OUTPUTS)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:2]))
    assert evidence.find_break(path, head, is_running=True) != ""


@pytest.mark.parametrize("look", [evidence.find_break, evidence.read], ids=["check", "read"])
def test_endless_line_is_refused(path: Path, look: Callable[[Path], object]) -> None:
    """A line of 200 MB is refused when it has become longer than any that a run writes."""
    write(path, "plain")
    with path.open("ab") as file:
        file.truncate(200 << 20)
    with pytest.raises(ConfigError, match="line 2 is longer than 64 MiB; the file was changed"):
        look(path)


def test_longest_line_is_read(path: Path) -> None:
    """A page of 8 MiB of control characters, the most that is kept of an answer, is written and read back."""
    head = write(path, "\x01" * BODY_LIMIT)
    assert evidence.find_break(path, head) == ""
    assert len(evidence.read(path)[0].output) == BODY_LIMIT


@pytest.mark.parametrize("kind", ["folder", "pipe", "device"])
def test_evidence_that_is_no_file_is_refused(path: Path, kind: str) -> None:
    """A folder, a pipe that nobody writes to and a device are refused at once."""
    not_a_file(path, kind)
    with pytest.raises(ConfigError, match=r"evidence\.jsonl: expected a file, found something else"):
        evidence.find_break(path)
