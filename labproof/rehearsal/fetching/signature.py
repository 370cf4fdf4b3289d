"""Checks a yum repository's key and the signature of its index, with gpg where there is one."""

import functools
import shutil
import tempfile
from pathlib import Path

from labproof.ground.errors import BundleError
from labproof.ground.places import Progress
from labproof.rehearsal.bundle.commands import output
from labproof.rehearsal.fetching.download import Download, download
from labproof.rehearsal.fetching.sources import RepositorySource

NOT_CHECKED = "not checked: no gpg on this computer"
KEY_ONLY = "key checked"
CHECKED = "key and index checked"
_HEAD = 64 * 1024


def check(repository: RepositorySource, folder: Path, progress: Progress) -> tuple[Path, str]:
    """Fetch a repository's key and return its path, and what was checked of it.

    Raises BundleError when the key is another one, or did not sign the index.
    """
    target = folder / f"{repository.name}.key"
    if shutil.which("gpg") is None:
        return download(Download(repository.keys, target, what="a key", require=_looks_like_one), progress), NOT_CHECKED
    # gpg's own folder: nothing of ours comes into the keyring of whoever fetches.
    with tempfile.TemporaryDirectory(prefix="labproof-gpg-") as home:
        gpg = ["gpg", "--homedir", home, "--batch", "--no-tty", "--no-autostart"]
        require = functools.partial(_require_key, gpg, repository.fingerprint)
        what = f"the key {repository.fingerprint}" if repository.fingerprint else "a key"
        key = download(Download(repository.keys, target, what=what, require=require), progress)
        if not repository.signed_index:
            return key, KEY_ONLY
        _check_index(gpg, key, repository, folder, progress)
        return key, CHECKED


def _looks_like_one(path: Path) -> None:
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    # Packed in letters, or the first byte of a packet.
    if b"-----BEGIN PGP PUBLIC KEY BLOCK-----" not in head and head[:1] < b"\x80":
        raise BundleError("something that is no key")


def _require_key(gpg: list[str], fingerprint: str, path: Path) -> None:
    """Raise BundleError unless a file has the key with this fingerprint, or any key where none is named."""
    try:
        shown = output([*gpg, "--show-keys", "--with-colons", str(path)])
    except BundleError as problem:
        raise BundleError("something that is no key") from problem
    found = [line.split(":")[9] for line in shown.splitlines() if line.startswith("fpr:")]
    if fingerprint and fingerprint not in found:
        others = ", ".join(found[:5]) or "none"
        raise BundleError(f"the key {others}; where the repository has a new one, correct `fingerprint`")


def _check_index(gpg: list[str], key: Path, repository: RepositorySource, folder: Path, progress: Progress) -> None:
    problems = []
    for url in repository.urls:
        index, signed = folder / f"{repository.name}-repomd.xml", folder / f"{repository.name}-repomd.xml.asc"
        # An index changes from day to day: one of an earlier run says nothing.
        for old in (index, signed):
            old.unlink(missing_ok=True)
        try:
            download(Download([f"{url.rstrip('/')}/repodata/repomd.xml"], index), progress)
            download(Download([f"{url.rstrip('/')}/repodata/repomd.xml.asc"], signed), progress)
            output([*gpg, "--import", str(key)])
            output([*gpg, "--verify", str(signed), str(index)])
            return
        except BundleError as problem:
            problems.append(f"  {url}: {' '.join(str(problem).split())[:400]}")
    raise BundleError(
        "\n".join((f"{repository.name}: expected an index that its key signed, found none", *problems))
        + "\n  try: another mirror in `urls`"
    )
