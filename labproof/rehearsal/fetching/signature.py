"""Checks a yum repository's key and the signature of its index, with gpg where there is one."""

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


def check(repository: RepositorySource, folder: Path, progress: Progress) -> tuple[Path, str]:
    """Fetch a repository's key and return its path, and what was checked of it.

    Raises BundleError when the key is another one, or did not sign the index.
    """
    key = download(Download(repository.keys, folder / f"{repository.name}.key"), progress)
    if shutil.which("gpg") is None:
        return key, NOT_CHECKED
    # gpg's own folder: nothing of ours comes into the keyring of whoever fetches.
    with tempfile.TemporaryDirectory(prefix="labproof-gpg-") as home:
        gpg = ["gpg", "--homedir", home, "--batch", "--no-tty", "--no-autostart"]
        found = _fingerprints(gpg, key, repository)
        if repository.fingerprint and repository.fingerprint not in found:
            key.unlink()
            raise BundleError(
                f"{repository.name}: expected the key {repository.fingerprint}, found {', '.join(found) or 'none'}\n"
                "  try: another mirror in `keys`; where the repository has a new key, correct `fingerprint`"
            )
        if not repository.signed_index:
            return key, KEY_ONLY
        _check_index(gpg, key, repository, folder, progress)
        return key, CHECKED


def _fingerprints(gpg: list[str], key: Path, repository: RepositorySource) -> list[str]:
    try:
        shown = output([*gpg, "--show-keys", "--with-colons", str(key)])
    except BundleError as problem:
        key.unlink()
        raise BundleError(f"{repository.name}: what `keys` gives is no key\n{problem}") from problem
    return [line.split(":")[9] for line in shown.splitlines() if line.startswith("fpr:")]


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
