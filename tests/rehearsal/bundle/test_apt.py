"""What upstream calls a version."""

import pytest

from labproof.rehearsal.bundle.apt import upstream_version


@pytest.mark.parametrize(
    ("debian", "upstream"),
    [
        ("1.20.5+really1.20.2-1.1+deb12u1", "1.20.2"),
        ("20.10.24+dfsg1-1+deb12u1+b6", "20.10.24"),
        ("1.6.20~ds1-1+deb12u3", "1.6.20"),
        ("2:1.02.185-2", "1.02.185"),
        ("0.9.0-2", "0.9.0"),
    ],
)
def test_upstream_version(debian: str, upstream: str) -> None:
    """Debian's additions to a version are taken off."""
    assert upstream_version(debian) == upstream
