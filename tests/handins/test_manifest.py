"""What binds a hand-in to its student: the answer to the challenge, over all that the hand-in says."""

import json
from dataclasses import fields, replace

import pytest
from hypothesis import given

from labproof.handins import manifest
from tests.anything import spoilt
from tests.handins import samples

TASK = samples.challenge("s001", "s002")
PACKED = samples.files("s001", TASK)[manifest.NAME]
SAID = manifest.read(PACKED)
OWN = TASK.student[0].secret


def test_answer_fits_its_own_secret_alone() -> None:
    """The answer is good with the student's secret, and with no other one."""
    assert manifest.is_answered(SAID, OWN)
    assert not manifest.is_answered(SAID, TASK.student[1].secret)
    assert not manifest.is_answered(replace(SAID, answer=""), OWN)
    assert not manifest.is_answered(replace(SAID, answer="é\ud800"), OWN)


@pytest.mark.parametrize("name", [f.name for f in fields(SAID) if f.name != "lab"])
def test_answer_covers_every_field(name: str) -> None:
    """Whatever is changed after it was packed, the answer does not fit any more."""
    assert not manifest.is_answered(replace(SAID, **{name: "changed"}), OWN)


def test_answer_covers_the_lab() -> None:
    """What it says of the lab cannot be changed either."""
    assert not manifest.is_answered(replace(SAID, lab=replace(SAID.lab, provider="other")), OWN)


def test_what_is_packed_is_read_back() -> None:
    """A manifest comes back as it was written, byte for byte."""
    assert manifest.write(SAID) == PACKED


@given(spoilt(json.loads(PACKED)))
def test_any_other_manifest_is_refused_with_its_key(data: object) -> None:
    """Whatever a student puts there is read as a manifest or refused with a reason, and nothing else happens."""
    said = ""
    try:
        found = manifest.read(json.dumps(data).encode())
        assert found == SAID or not manifest.is_answered(found, OWN)
    except ValueError as problem:
        said = str(problem)
        found = SAID
    assert said or isinstance(found.run, str)


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"{", b"[" * 100_000, b"1", b"null", b'{"schema": 2}'])
def test_what_is_no_manifest_is_refused(data: bytes) -> None:
    """Bytes that are no JSON, or another thing in JSON, are refused."""
    with pytest.raises(ValueError, match=r"."):
        manifest.read(data)
