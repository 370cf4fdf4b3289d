"""Says before a machine is made whether container machines can work with a bundle, and what takes whose place."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from labproof.ground.errors import BundleError, ConfigError
from labproof.ground.places import Progress
from labproof.rehearsal.given import fitness
from labproof.rehearsal.given.fitness import HasPart
from labproof.rehearsal.judging import expected as expectation
from labproof.rehearsal.judging import workloads, yum_archive
from labproof.rehearsal.judging.expected import (
    CALICO,
    HANDOUT,
    KUBOARD,
    OFFICIAL,
    REHEARSAL,
    REPOSITORY,
    Expected,
    Packages,
)
from labproof.rehearsal.judging.finding import Finding, Verdict, plain
from labproof.rehearsal.judging.judge import judge_as, lacking
from labproof.rehearsal.judging.references import normal, repository, tag
from labproof.rehearsal.judging.rpm_header import Package

_HAS = "packages that container machines can install: those are Debian, with rpm"
_OURS = "nothing: those of the rehearsal's own bundle take their place"


@dataclass(frozen=True)
class Instead:
    """What of the rehearsal's own bundle takes whose place: as a finding, and as the report's header says it."""

    finding: Finding
    header: str


@dataclass(frozen=True)
class Examined:
    """What was found in a bundle: the verdict, and what the rehearsal's own bundle has to add."""

    verdict: Verdict
    expected: Expected
    image_archive: str
    """The file that has the images: made for other packages, it has another version in its name."""

    packages: tuple[Package, ...]
    """The packages of the bundle that are used; none where the rehearsal's take their place."""

    instead: tuple[Instead, ...]
    kubernetes: tuple[str, ...]
    """The images that the rehearsal's own bundle adds: its packages ask for their version."""

    @property
    def adds_packages(self) -> bool:
        """Tell whether the packages are the rehearsal's own."""
        return self.expected.packages is Packages.REPLACED

    def problems(self) -> list[Finding]:
        """Return what keeps a lab from coming to its end."""
        return [finding for finding in self.verdict.findings if finding.breaks]

    def require(self) -> None:
        """Raise ConfigError with every problem and its fix, where there is any."""
        if not (found := self.problems()):
            return
        told = [f"- {f.file}: expected {f.expected}, found {f.found}\n  try: {f.fix}" for f in found]
        head = f"--bundle {self.verdict.directory}: on container machines no lab comes to its end with it:"
        raise ConfigError([head, *told])


def examine(directory: Path, course: Path, has: HasPart, progress: Progress) -> Examined:
    """Judge a bundle for container machines. Raises ConfigError when there is no such folder."""
    if not directory.is_dir():
        raise ConfigError([f"--bundle {directory}: expected a folder with a bundle, found none; check the path"])
    packages, replaced = _packages(directory)
    edition = replace(
        expectation.load(course, _edition(directory, course)),
        packages=Packages.REPLACED if replaced else Packages.NEEDED,
    )
    archive = _archive(directory, edition, expectation.load(course, HANDOUT))
    kubernetes = tuple(name for name in edition.images if tag(name) == f"v{edition.kubernetes}")
    others = tuple(name for name in edition.images if name not in kubernetes)
    verdict = judge_as(directory, replace(edition, image_archive=archive, images=others), progress)
    other = _other_version(verdict, kubernetes, archive) if replaced else None
    further = [*_nginx(verdict, edition, archive), *_calico(directory, verdict, has)]
    if other is None and _is_read(verdict, others, archive):
        further += lacking(kubernetes, archive, verdict.images)
    instead = tuple(said for said in (replaced, other) if said)
    found = (*verdict.findings, *further, *(said.finding for said in instead))
    return Examined(
        replace(verdict, findings=found), edition, archive, () if replaced else tuple(packages), instead,
        kubernetes if other else (),
    )  # fmt: skip


def _edition(directory: Path, course: Path) -> str:
    """Return which edition a bundle is for, by the image of Kuboard that it has: no name of a file, and no list."""
    try:
        asked = {normal(c.image) for c in workloads.read(directory / KUBOARD).containers}
    except BundleError:
        return OFFICIAL
    return REHEARSAL if normal(expectation.load(course, REHEARSAL).kuboard) in asked else OFFICIAL


def _archive(directory: Path, edition: Expected, handout: Expected) -> str:
    names = (edition.image_archive, handout.image_archive)
    return next((name for name in names if (directory / name).is_file()), edition.image_archive)


def _packages(directory: Path) -> tuple[list[Package], Instead | None]:
    """Return the packages, and what takes their place where there are none or they need what no machine has."""
    if not (directory / REPOSITORY).is_file():
        header = "packages: those of the rehearsal's own bundle; the bundle that was given has none"
        return [], Instead(Finding(REPOSITORY, _HAS, "no such file", _OURS, breaks=False), header)
    try:
        packages = list(yum_archive.read(directory / REPOSITORY).packages.values())
    except BundleError:
        # It is judged as one that is needed, and what is wrong with it is told there.
        return [], None
    missing = fitness.unmet(packages, fitness.provided())
    if not missing:
        return packages, None
    said = fitness.told(missing)
    header = f"packages: those of the rehearsal's own bundle; of those that were given, {said}"
    found = f"{said}, which they have not"
    return packages, Instead(Finding(REPOSITORY, _HAS, found, _OURS, breaks=False), header)


def _other_version(verdict: Verdict, wanted: tuple[str, ...], archive: str) -> Instead | None:
    """Return what takes the place of images that were saved for other packages: there is none of our version."""
    repositories = {repository(name) for name in wanted}
    there = [name for name in verdict.images if repository(name) in repositories]
    if not there or {normal(name) for name in wanted} & set(there):
        return None
    ours, theirs = tag(wanted[0]), plain(", ".join(sorted({tag(name) for name in there})))
    expected = f"the images of Kubernetes {ours}, which the rehearsal's packages ask for"
    header = f"Kubernetes' own images: {ours} of the rehearsal's own bundle; the bundle that was given has {theirs}"
    return Instead(Finding(archive, expected, theirs, _OURS, breaks=False), header)


def _is_read(verdict: Verdict, others: tuple[str, ...], archive: str) -> bool:
    """Tell whether the archive's images are known; where it cannot be read, that is told already."""
    is_broken = any(finding.breaks and finding.file == archive for finding in verdict.findings)
    return not is_broken or any(normal(name) in verdict.images for name in others)


def _nginx(verdict: Verdict, edition: Expected, archive: str) -> Iterator[Finding]:
    there = sorted(name for name in verdict.images if repository(name) == repository(edition.nginx))
    if there and normal(edition.nginx) not in there:
        wanted = f"the image {edition.nginx}, which is typed into the Dashboard's form on container machines"
        fix = f"docker pull {edition.nginx}, and save it into {archive}"
        yield Finding(archive, wanted, f"only {plain(', '.join(there))}", fix)


def _calico(directory: Path, verdict: Verdict, has: HasPart) -> list[Finding]:
    try:
        return list(fitness.calico(workloads.read(directory / CALICO), verdict.stand_ins, has))
    except BundleError:
        return []
