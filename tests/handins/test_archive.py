"""What students upload may be anything: each hostile file has its word, and takes neither time nor memory."""

import io
import os
import struct
import zipfile
from pathlib import Path

import pytest

from labproof.handins import archive
from labproof.handins.archive import DOWNLOAD, HAND_IN, MIB, Chain, FolderTree, Unfit, ZipTree


def zipped(*names: str, data: bytes = b"x", **fields: int) -> bytes:
    """Return a zip with these entries, every one with the same data and fields."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as target:
        for name in names:
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            for field, value in fields.items():
                setattr(entry, field, value)
            target.writestr(entry, data)
    return whole.getvalue()


def tree(data: bytes, limits: archive.Limits = HAND_IN) -> ZipTree:
    return ZipTree(io.BytesIO(data), limits)


def encrypted(name: str) -> bytes:
    """Return a zip whose one entry says that it is encrypted: bit 0 of its flags, in both headers."""
    data = bytearray(zipped(name))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (zipped("../../etc/passwd"), "a name that leads out of the zip"),
        (zipped("a/../../b"), "a name that leads out of the zip"),
        (zipped("/etc/passwd"), "a name that leads out of the zip"),
        (zipped("..\\..\\evidence.jsonl"), "a name that leads out of the zip"),
        (zipped("C:\\evidence.jsonl"), "a name that leads out of the zip"),
        (zipped("evidence.jsonl", external_attr=0o120777 << 16), "a link or a device"),
        (zipped("evidence.jsonl", external_attr=0o010644 << 16), "a link or a device"),
        (zipped("evidence.jsonl", compress_type=zipfile.ZIP_LZMA), "packed in an unusual way"),
        (encrypted("evidence.jsonl"), "encrypted; hand in the file without a password"),
    ],
)
def test_hostile_entry_is_not_touched(data: bytes, words: str) -> None:
    """An entry that leads out, that is a link, or that cannot be read is named with what is wrong, and not offered."""
    found = tree(data)
    assert not found.sizes
    assert words in next(iter(found.bad.values()))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_entries_of_one_name_are_neither() -> None:
    """Which of two would be read depends on the reader: none is."""
    found = tree(zipped("evidence.jsonl", "evidence.jsonl", "result.json"))
    assert "two entries have this name" in found.bad["evidence.jsonl"]
    assert set(found.sizes) == {"result.json"}


def test_bomb_is_told_by_its_headers() -> None:
    """A small zip that says it unpacks to very much is refused before any of it is unpacked."""
    with pytest.raises(Unfit, match=r"a zip bomb: .* bytes that say they unpack to 20,971,520"):
        tree(zipped("evidence.jsonl", data=bytes(20 * MIB)))


def test_bomb_of_another_student_costs_a_class_nothing() -> None:
    """In the download of a class an entry that is too much is bad by itself; the others can be read."""
    whole = io.BytesIO(zipped("a.zip", data=bytes(HAND_IN.packed + 1)))
    with zipfile.ZipFile(whole, "a") as target:
        target.writestr("b.zip", b"small")
    found = tree(whole.getvalue(), DOWNLOAD)
    assert set(found.bad) == {"a.zip"}
    assert found.read("b.zip", 10) == b"small"


def test_headers_that_lie_are_found_out() -> None:
    """An entry that unpacks to more than its header says is damaged; no more than the limit is read of any."""
    data = bytearray(zipped("evidence.jsonl", data=b"y" * 1000))
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<L", 10)
    with pytest.raises(Unfit, match="damaged"):
        tree(bytes(data)).read("evidence.jsonl", 2000)
    with pytest.raises(Unfit, match="expected at most 0 MiB"):
        tree(zipped("evidence.jsonl", data=b"y" * 1000)).read("evidence.jsonl", 999)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK",
        b"%PDF-1.7 not a zip at all",
        b"PK\x05\x06" + bytes(3),
        zipped("a")[:-30],
        zipped("a")[40:],
        bytes(100),
    ],
)
def test_what_is_no_zip_is_called_so(data: bytes) -> None:
    """Whatever is no zip, or only a part of one, says that it is to be uploaded again."""
    with pytest.raises(Unfit, match="not a zip, or only a part of one"):
        tree(data)


def test_too_many_entries_are_not_even_listed() -> None:
    """A zip of very many entries is refused by its last line, and so is one that says it has few."""
    many = zipped(*(str(number) for number in range(HAND_IN.entries + 1)))
    with pytest.raises(Unfit, match="expected at most 1000 files"):
        tree(many)
    end = many.rindex(b"PK\x05\x06")
    long = many[: end + 10] + struct.pack("<HL", 1, HAND_IN.entries * 512 + 1) + many[end + 16 :]
    with pytest.raises(Unfit, match="expected at most 1000 files"):
        tree(long)


def long_form(data: bytes, count: int | None = None) -> bytes:
    """Return a zip whose end is in its longer form, and says that there are so many entries."""
    at = data.rindex(b"PK\x05\x06")
    entries, size, offset = struct.unpack("<HLL", data[at + 10 : at + 20])
    entries = count or entries
    end = struct.pack("<4sQHHLLQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, entries, entries, size, offset)
    way = struct.pack("<4sLQL", b"PK\x06\x07", 0, at, 1)
    return data[:at] + end + way + struct.pack("<4sHHHHLLH", b"PK\x05\x06", 0, 0, *[2**16 - 1] * 2, *[2**32 - 1] * 2, 0)


def test_longer_form_of_a_zip_is_counted_as_well() -> None:
    """ZIP64 is read where it has few entries, and refused where it says it has very many, in a class's zip as well."""
    assert set(tree(long_form(zipped("a", "b"))).sizes) == {"a", "b"}
    for limits in (HAND_IN, DOWNLOAD):
        with pytest.raises(Unfit, match=f"expected at most {limits.entries} files"):
            tree(long_form(zipped("a"), limits.entries + 1), limits)


def test_file_that_is_too_large_is_not_read() -> None:
    """A zip of more than 64 MiB is none of `labproof hand-in`."""
    with pytest.raises(Unfit, match="expected at most 64 MiB, found 65 MiB"):
        tree(bytes(65 * MIB))


def test_links_in_a_folder_are_not_followed(tmp_path: Path) -> None:
    """A link or a pipe where a hand-in was unpacked is named, and nothing behind it is read."""
    (tmp_path / "evidence.jsonl").symlink_to("/etc/passwd")
    (tmp_path / "away").symlink_to("/etc")
    os.mkfifo(tmp_path / "result.json")
    found = FolderTree(tmp_path)
    assert not found.sizes
    assert set(found.bad) == {"evidence.jsonl", "away", "result.json"}
    with pytest.raises(Unfit, match="cannot be read"):
        found.read("result.json", 10)


def test_way_to_a_zip_within_zips_is_gone_again(tmp_path: Path) -> None:
    """What a chain names is opened each time, through every zip on the way."""
    (tmp_path / "all.zip").write_bytes(
        zipped("a.zip", data=zipped("b.zip", data=zipped("in/evidence.jsonl", data=b"e")))
    )
    chain = Chain(tmp_path / "all.zip", DOWNLOAD).to("a.zip").to("b.zip").at("in")
    for _ in range(2):
        with chain.opened() as found:
            assert found.read(chain.name("evidence.jsonl"), 10) == b"e"
