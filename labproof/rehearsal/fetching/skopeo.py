"""Moves images out of registries with skopeo, which checks every layer and every manifest by its sum."""

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from labproof.ground.errors import BundleError
from labproof.ground.places import Progress
from labproof.rehearsal.bundle.commands import BuildCommand, output, run
from labproof.rehearsal.judging.references import normal, repository

PROGRAM = "skopeo"
SECONDS = 1800
_DIGEST = re.compile(r"^sha256:[0-9a-f]{64}$")
_PLATFORM = ("--override-os", "linux", "--override-arch", "amd64")


@dataclass(frozen=True)
class Pulled:
    """An image on disk, in an archive of its own, and the registry's sum of what was taken."""

    name: str
    digest: str
    source: str
    path: Path


def require() -> None:
    """Raise BundleError when skopeo is not on this computer."""
    if shutil.which(PROGRAM) is None:
        raise BundleError(
            f"expected the program {PROGRAM}, which moves images, found none on this computer\n"
            "  try: apt-get install skopeo, dnf install skopeo or brew install skopeo"
        )


@dataclass(frozen=True)
class Puller:
    """Where images are kept while a bundle is fetched, and how registries are spoken to."""

    folder: Path
    log: Path
    plain_http: bool
    progress: Progress

    def pull(self, name: str, places: Sequence[str], digest: str) -> Pulled:
        """Return an image, from the first place that has it. Raises BundleError that names every place."""
        problems = []
        for place in places:
            try:
                return self._from(place, name, digest)
            except BundleError as problem:
                self.progress(f"{name}: not from {place}")
                problems.append(f"  {place}: {_reason(problem)}")
        wanted = f" with {digest}" if digest else ""
        again = "  try: the same command again; images that are here already are kept"
        raise BundleError("\n".join((f"expected the image {name}{wanted}, found it nowhere", *problems, again)))

    def _from(self, place: str, name: str, digest: str) -> Pulled:
        found = digest or self._digest(place)
        target = self.folder / f"{found.removeprefix('sha256:')}-{re.sub(r'[^a-z0-9.]+', '_', normal(name))}.tar"
        source = f"docker://{repository(place)}@{found}"
        if not target.exists():
            part = target.with_suffix(".part")
            # skopeo adds to no archive: what a cut run left is in the way.
            part.unlink(missing_ok=True)
            self.progress(f"{name}: fetching from {place}")
            tls = [f"--src-tls-verify={'false' if self.plain_http else 'true'}"]
            argv = [
                PROGRAM,
                *_PLATFORM,
                "copy",
                "--retry-times=2",
                *tls,
                source,
                f"docker-archive:{part}:{normal(name)}",
            ]
            hint = "see whether the disk is full and the registry answers; then the same command again"
            run(BuildCommand(argv, f"fetching {name}", SECONDS, hint=hint), self.log)
            part.replace(target)
        return Pulled(name, found, place, target)

    def _digest(self, place: str) -> str:
        tls = f"--tls-verify={'false' if self.plain_http else 'true'}"
        argv = [PROGRAM, *_PLATFORM, "inspect", tls, "--format", "{{.Digest}}", f"docker://{place}"]
        found = output(argv, 120).strip()
        if not _DIGEST.match(found):
            raise BundleError(f"the registry gave no digest: {found[:100]!r}")
        return found


def _reason(problem: BundleError) -> str:
    lines = str(problem).splitlines()
    quoted = [line.removeprefix("  | ") for line in lines if line.startswith("  | ") and "level=" in line]
    return " ".join((quoted or lines)[-1].split())[:400]
