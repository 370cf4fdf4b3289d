"""The grader's own SSH key."""

from pathlib import Path

import paramiko
import pytest

from labproof.providers.grader_key import private_key, public_line


def test_the_key_is_made_once_and_is_only_ours_to_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """paramiko reads it, its public half fits, others may not read it, and the next run has the same."""
    monkeypatch.setenv("LABPROOF_CACHE", str(tmp_path))
    path = private_key()
    assert path.stat().st_mode & 0o777 == 0o600
    assert paramiko.Ed25519Key(filename=str(path)).get_base64() == public_line().split()[1]
    before = path.read_bytes()
    assert private_key().read_bytes() == before
