"""Builds the yum repository k8s-docker.tar.gz from the table in rpms."""

import json
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

from labproof.rehearsal.bundle.apt import upstream_version
from labproof.rehearsal.bundle.commands import BuildCommand, run
from labproof.rehearsal.bundle.debian import versions
from labproof.rehearsal.bundle.parts import Part, Workplace, fingerprint
from labproof.rehearsal.bundle.rpms import FILES, KUBERNETES, OURS, RPMS, Rpm

NAME = "k8s-docker"
TARBALL = f"{NAME}.tar.gz"
HOST_PACKAGES = ("createrepo-c", "pigz", "rpm")
RPM_SETTINGS = {
    # Quick to unpack counts for more here than small: the lab installs these on every machine.
    "_binary_payload": "w3.zstdio",
    "_build_id_links": "none",
    "_buildhost": "labproof",
    "_rpmfilename": "%%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm",
    "__os_install_post": "%{nil}",
    "debug_package": "%{nil}",
}
PARALLEL = 2


def part(kubernetes: Part, debian: Part) -> Part:
    """Return the part with k8s-docker.tar.gz and packages.json."""
    ours = fingerprint(*sorted(FILES.iterdir()), FILES.parent / "fit_container.py", Path(__file__))
    return Part(
        "repository", [[asdict(rpm) for rpm in RPMS], RPM_SETTINGS, ours], make, (kubernetes, debian), HOST_PACKAGES
    )


def make(bench: Workplace) -> None:
    """Build all packages, index them and pack the repository."""
    bench.progress(f"building {len(RPMS)} packages and the yum repository")
    found = _versions(bench.needs)
    repository = bench.scratch / NAME
    repository.mkdir()
    with ThreadPoolExecutor(PARALLEL) as pool:
        list(pool.map(lambda rpm: _build(rpm, found[rpm.origin], bench, repository), RPMS))
    index = ["createrepo_c", "--quiet", "--no-database", "--simple-md-filenames", str(repository)]
    run(BuildCommand(index, "indexing the yum repository", 120), bench.log)
    pack = ["tar", "-I", "pigz -1", "--owner=0", "--group=0", "--sort=name", "-cf"]
    tarball = [*pack, str(bench.output / TARBALL), "-C", str(bench.scratch), NAME]
    run(BuildCommand(tarball, "packing the yum repository", 300), bench.log)
    (bench.output / "packages.json").write_text(json.dumps(list(describe(found))))


def describe(found: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Yield each package's name, version and origin, given the Debian version of each origin."""
    for rpm in RPMS:
        version = f"{upstream_version(found[rpm.origin])}-{rpm.release}"
        yield {"name": rpm.name, "version": version, "origin": origin(rpm, found[rpm.origin])}


def origin(rpm: Rpm, debian: str) -> str:
    """Return in words where a package's content comes from."""
    if rpm.origin == KUBERNETES:
        return f"built from Debian's source of Kubernetes {debian}"
    return f"repackaged from Debian {rpm.origin} {debian}"


def spec(rpm: Rpm, debian: str, stage: Path) -> str:
    """Return the spec file of a package whose files stand in `stage` as they shall be installed."""
    requires = "".join(f"Requires: {name}\n" for name in rpm.requires)
    before = f"%pre\n{rpm.before}\n\n" if rpm.before else ""
    after = "%post\n[ ! -d /run/systemd/system ] || systemctl daemon-reload\n\n" if rpm.has_units else ""
    files = "\n".join(_file_lines(rpm, stage))
    return f"""\
Name: {rpm.name}
Version: {upstream_version(debian)}
Release: {rpm.release}
Summary: {rpm.summary}
License: {rpm.licence}
Vendor: Labproof rehearsal bundle
AutoReqProv: no
{requires}
%description
{rpm.summary}, for the rehearsal lab: {origin(rpm, debian)}.

%install
cp -a {stage}/. %{{buildroot}}/

{before}{after}%files
{files}
"""


def _build(rpm: Rpm, debian: str, bench: Workplace, repository: Path) -> None:
    work = bench.scratch / rpm.name
    stage = work / "stage"
    _fill(rpm, stage, bench.needs)
    recipe = work / f"{rpm.name}.spec"
    recipe.write_text(spec(rpm, debian, stage))
    settings = {**RPM_SETTINGS, "_topdir": str(work), "_rpmdir": str(repository), "_dbpath": str(work / "db")}
    defines = [word for name, value in settings.items() for word in ("--define", f"{name} {value}")]
    log = bench.log.with_name(f"repository-{rpm.name}.log")
    log.unlink(missing_ok=True)
    run(BuildCommand(["rpmbuild", "-bb", "--nodeps", *defines, str(recipe)], f"building {rpm.name}", 300), log)
    shutil.rmtree(work)


def _fill(rpm: Rpm, stage: Path, needs: Mapping[str, Path]) -> None:
    """Copy a package's files to where they shall stand, and the licence of what they come from."""
    for folder in rpm.folders:
        (stage / folder.lstrip("/")).mkdir(parents=True)
    for target, source in (*rpm.files.items(), (f"/usr/share/licenses/{rpm.name}/copyright", _licence(rpm))):
        _copy(_locate(source, needs), stage / target.lstrip("/"))
    for target, points_to in rpm.links.items():
        link = stage / target.lstrip("/")
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(points_to)


def _licence(rpm: Rpm) -> str:
    if rpm.origin == KUBERNETES:
        return f"{KUBERNETES}:LICENSE"
    return f"{rpm.origin}:usr/share/doc/{rpm.origin}/copyright"


def _locate(source: str, needs: Mapping[str, Path]) -> Path:
    where, path = source.split(":", 1)
    if where == OURS:
        return (FILES / path).resolve()
    return (needs[KUBERNETES] if where == KUBERNETES else needs["debian"] / where) / path


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, target)


def _file_lines(rpm: Rpm, stage: Path) -> Iterator[str]:
    """Yield the lines of %files: no folder is owned but those that the package names."""
    yield "%defattr(-, root, root, 0755)"
    for folder in rpm.folders:
        yield f"%dir {folder}"
    for path in sorted(stage.rglob("*")):
        if path.is_symlink() or path.is_file():
            name = f"/{path.relative_to(stage)}"
            yield f"%config(noreplace) {name}" if name.startswith("/etc/") else name


def _versions(needs: Mapping[str, Path]) -> dict[str, str]:
    built = json.loads((needs[KUBERNETES] / "versions.json").read_text())
    return {**versions(needs["debian"]), KUBERNETES: built["debian"]}
