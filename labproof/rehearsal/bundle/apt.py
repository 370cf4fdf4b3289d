"""Fetches Debian packages and sources through a configuration of our own; the host's stays untouched."""

import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from labproof.ground.errors import BundleError
from labproof.host.packages import missing
from labproof.rehearsal.bundle.commands import BuildCommand, output, run
from labproof.rehearsal.bundle.sources import debian_sources, render

FETCH_HINT = "check that apt-get update works on this computer, then build again"
PASSED_ON = re.compile(r"^Acquire::(Check-Valid-Until|Check-Date|https?::|Retries)", re.IGNORECASE)


@dataclass(frozen=True)
class PrivateApt:
    """An apt of our own in a folder: the host's Debian mirrors, with their source packages."""

    directory: Path
    log: Path

    def prepare(self) -> None:
        """Write the configuration and fetch the package lists, once. Raises BundleError."""
        if self._stamp.exists():
            return
        for name in ("lists/partial", "archives/partial", "preferences.d"):
            (self.directory / name).mkdir(parents=True, exist_ok=True)
        self._sources.write_text(render(debian_sources(), "deb deb-src"))
        self._run(["update"], "fetching Debian's package lists", 300)
        self._stamp.touch()

    def fetch_source(self, package: str, into: Path) -> Path:
        """Fetch a source package into a folder and return the path of its .dsc file."""
        self.prepare()
        into.mkdir(parents=True, exist_ok=True)
        self._run(["source", "--download-only", package], f"fetching the source of {package}", 600, into)
        return next(into.glob("*.dsc"))

    def fetch(self, packages: Sequence[str], into: Path) -> list[Path]:
        """Download binary packages, without their dependencies, and return their paths."""
        self.prepare()
        into.mkdir(parents=True, exist_ok=True)
        self._run(["download", *packages], f"downloading {' '.join(packages)}", 900, into)
        return sorted(into.glob("*.deb"))

    @property
    def _sources(self) -> Path:
        return self.directory / "debian.sources"

    @property
    def _stamp(self) -> Path:
        return self.directory / "lists-are-complete"

    def _run(self, arguments: list[str], what: str, seconds: float, cwd: Path | None = None) -> None:
        options = {
            "Dir::Etc::sourcelist": self._sources,
            "Dir::Etc::sourceparts": "-",
            "Dir::Etc::preferencesparts": self.directory / "preferences.d",
            "Dir::Etc::preferences": "-",
            "Dir::State::lists": self.directory / "lists",
            "Dir::Cache::archives": self.directory / "archives",
            "Dir::Cache::pkgcache": "",
            "Dir::Cache::srcpkgcache": "",
            # apt's own user may not enter a cache folder below a home.
            "APT::Sandbox::User": "root",
        }
        argv = ["apt-get", "-q", *(f"-o{name}={value}" for name, value in options.items()), *arguments]
        run(BuildCommand(argv, what, seconds, cwd, hint=FETCH_HINT), self.log)


def mirror_options() -> list[str]:
    """Return the host's apt settings that a mirror or proxy may need, as "NAME VALUE;" lines."""
    return [line for line in output(["apt-config", "dump"]).splitlines() if PASSED_ON.match(line)]


def install_missing(packages: Sequence[str], log: Path) -> None:
    """Install on this host the packages that it lacks. Raises BundleError when it may not or cannot."""
    absent = missing(packages) if packages else []
    if not absent:
        return
    argv = ["apt-get", "-q", "-y", "--no-install-recommends", "-oDPkg::Lock::Timeout=300", "install", *absent]
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise BundleError(
            f"expected the Debian packages {' '.join(absent)}, which build the bundle, found them missing\n"
            f"  try: as root, {' '.join(argv)}"
        )
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run(BuildCommand(["apt-get", "-q", "update"], "fetching the package lists", 300, hint=FETCH_HINT), log)
    run(BuildCommand(argv, f"installing {' '.join(absent)}", 900, env=env, hint=FETCH_HINT), log)


def upstream_version(debian: str) -> str:
    """Return what upstream calls the version: without epoch, revision, "+really" and repack marks.

    >>> upstream_version("1.20.5+really1.20.2-1.1+deb12u1")
    '1.20.2'
    """
    without_epoch = debian.split(":", 1)[-1]
    upstream = without_epoch.rsplit("-", 1)[0].split("+really")[-1]
    return re.split(r"[+~]", upstream)[0]
