"""The host's apt sources, in both formats."""

from pathlib import Path

import pytest

from labproof.ground.errors import BundleError
from labproof.rehearsal.bundle.sources import PackageSource, debian_sources, parse_deb822, parse_one_line, render

MODERN = """\
# where packages come from
Types: deb
# an older snapshot
URIs: http://mirror.test/debian
Suites: bookworm bookworm-updates bookworm-backports
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: https://vendor.test/node_20.x
Suites: nodistro
Components: main

Enabled: no
Types: deb
URIs: http://off.test/debian
Suites: bookworm
Components: main
"""
CLASSIC = """\
# deb http://commented.test/debian bookworm main
deb http://mirror.test/debian bookworm main contrib # with a remark
deb-src [arch=amd64 signed-by=/keys/debian-archive-keyring.gpg] http://mirror.test/debian bookworm main
deb https://vendor.test/apt tool-bookworm main

not an entry
"""


def test_modern_format() -> None:
    """A .sources file gives its enabled stanzas, comments left out."""
    debian, vendor = parse_deb822(MODERN)
    assert debian.uris == ("http://mirror.test/debian",)
    assert debian.suites == ("bookworm", "bookworm-updates", "bookworm-backports")
    assert debian.signed_by.endswith("debian-archive-keyring.gpg")
    assert vendor.suites == ("nodistro",)


def test_embedded_key_is_kept() -> None:
    """A key that is written into the stanza survives parsing and rendering."""
    key = "Signed-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mQINBGPL"
    (source,) = parse_deb822(f"Types: deb\nURIs: http://m.test\nSuites: bookworm\nComponents: main\n{key}\n")
    assert parse_deb822(render([source], "deb")) == [source]
    assert "\n mQINBGPL" in render([source], "deb")


def test_one_line_format() -> None:
    """A sources.list gives its entries with their options, comments and noise left out."""
    entries = parse_one_line(CLASSIC)
    assert [e.uris[0] for e in entries] == [
        "http://mirror.test/debian",
        "http://mirror.test/debian",
        "https://vendor.test/apt",
    ]
    assert entries[0].components == ("main", "contrib")
    assert entries[1].signed_by == "/keys/debian-archive-keyring.gpg"


@pytest.mark.parametrize(
    ("source", "is_debian"),
    [
        (PackageSource(("http://m.test/debian",), ("bookworm",), ("main",)), True),
        (PackageSource(("http://m.test/debian-security",), ("bookworm-security",), ("main",)), True),
        (PackageSource(("http://m.test/debian",), ("trixie",), ("main",)), False),
        (PackageSource(("http://m.test/docker",), ("bookworm",), ("stable",)), False),
        (PackageSource(("http://m.test/php",), ("bookworm",), ("main",), "/keys/vendor.gpg"), False),
    ],
)
def test_only_debian_counts(source: PackageSource, is_debian: bool) -> None:
    """A source is Debian's by its suite, its component and its key."""
    assert source.is_debian is is_debian


def test_host_configuration(tmp_path: Path) -> None:
    """Both formats of a host are read, narrowed to Debian 12's own suites, each once."""
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list").write_text(CLASSIC.replace("deb-src [arch=amd64 signed", "deb-src [signed"))
    (tmp_path / "sources.list.d" / "debian.sources").write_text(MODERN)
    (tmp_path / "sources.list.d" / "old.sources.bak").write_text(MODERN.replace("mirror", "backup"))
    found = debian_sources(tmp_path)
    assert {uri for s in found for uri in s.uris} == {"http://mirror.test/debian"}
    assert found[-1].suites == ("bookworm", "bookworm-updates")
    assert all(s.components == ("main",) for s in found)


def test_no_mirror(tmp_path: Path) -> None:
    """A host without a Debian 12 source is told what was expected and what to add."""
    with pytest.raises(BundleError, match=r"expected a Debian 12 .* found none\n  try: "):
        debian_sources(tmp_path)
