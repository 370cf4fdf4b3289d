"""Compiles Kubernetes from the complete source that Debian's package of kubectl is built from."""

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from labproof.rehearsal.bundle.apt import upstream_version
from labproof.rehearsal.bundle.commands import BuildCommand, beside, output, run
from labproof.rehearsal.bundle.parts import Part, Workplace

SOURCE_PACKAGE = "kubernetes"
HOST_PACKAGES = (
    "dpkg-dev",
    "gcc",
    "golang-1.19-go",
    "golang-github-modern-go-reflect2-dev",
    "libc6-dev",
    "make",
    "rsync",
)
GO_BIN = "/usr/lib/go-1.19/bin"
PROGRAMS = (
    "kubeadm",
    "kubelet",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kube-proxy",
    "kubectl",
)
TAGS = "providerless"
"""Leaves out the clients of clouds, in which no machine of a course runs. Source: Kubernetes' own build constraints."""
VERSION_VARIABLES = (
    "k8s.io/kubernetes/vendor/k8s.io/component-base/version",
    "k8s.io/kubernetes/vendor/k8s.io/client-go/pkg/version",
)
PAUSE_VERSION = "3.2"
ROOT = "k8s.io/kubernetes/"
VENDORED = f"{ROOT}vendor/"
REFLECT2 = "github.com/modern-go/reflect2"
DEBIAN_GO_SOURCES = Path("/usr/share/gocode/src")
GO_SETTINGS = {"GO111MODULE": "off", "GOPROXY": "off", "CGO_ENABLED": "0", "GOFLAGS": "-trimpath"}
_GO_BUILD = ("nice", "go", "build", "-tags", TAGS)
LOW_ON_MEMORY = "see whether 4 GiB of memory and 8 GiB of disk are free; then build again"


def part() -> Part:
    """Return the part with the programs; its key leaves Debian's point releases out, so it is kept offline."""
    # Named one by one rather than by this file's sum: a new comment must not cost nine minutes.
    recipe = (
        SOURCE_PACKAGE,
        PROGRAMS,
        TAGS,
        VERSION_VARIABLES,
        PAUSE_VERSION,
        REFLECT2,
        GO_BIN,
        sorted(GO_SETTINGS.items()),
    )
    return Part("kubernetes", recipe, make, host_packages=HOST_PACKAGES)


def make(bench: Workplace) -> None:
    """Fetch, prepare and compile; leaves bin/, LICENSE and versions.json."""
    bench.progress("fetching the source of Kubernetes from Debian")
    dsc = bench.apt.fetch_source(SOURCE_PACKAGE, bench.scratch)
    tree = bench.scratch / "go/src/k8s.io/kubernetes"
    tree.parent.mkdir(parents=True)
    run(
        BuildCommand(["dpkg-source", "--no-check", "-x", str(dsc), str(tree)], "unpacking Kubernetes", 120),
        bench.log,
    )
    debian = output(["dpkg-parsechangelog", "-l", str(tree / "debian/changelog"), "-S", "Version"]).strip()
    _replace_reflect2(tree)
    _compile(bench, tree, upstream_version(debian))
    _compile_pause(bench, tree)
    shutil.copy(tree / "LICENSE", bench.output)
    versions = {"version": upstream_version(debian), "debian": debian}
    (bench.output / "versions.json").write_text(json.dumps(versions))


def link_flags(version: str) -> str:
    """Return the linker's flags: no debugging tables, and the version that the programs report."""
    major, minor, _ = version.split(".")
    values = {
        "gitVersion": f"v{version}",
        "gitMajor": major,
        "gitMinor": minor,
        "gitTreeState": "archive",
        "gitCommit": "debian",
    }
    sets = (f"-X {where}.{name}={value}" for where in VERSION_VARIABLES for name, value in values.items())
    return " ".join(("-s -w", *sets))


def _compile(bench: Workplace, tree: Path, version: str) -> None:
    (bench.scratch / "home").mkdir()
    env = {
        **GO_SETTINGS,
        "PATH": f"{GO_BIN}:{os.defpath}",
        "HOME": str(bench.scratch / "home"),
        "GOPATH": str(bench.scratch / "go"),
        "GOCACHE": str(bench.scratch / "gocache"),
        # The compiler tidies up its memory half as often: a sixth less time, for a tenth more memory.
        "GOGC": "200",
        "LC_ALL": "C.UTF-8",
    }
    names = [f"./cmd/{name}" for name in PROGRAMS]
    with beside(_libraries(tree, env, names), bench.log):
        _generate(bench, tree, env)
    bench.progress("Kubernetes: compiling seven programs (4 to 8 minutes, once)")
    (bench.output / "bin").mkdir()
    build = [*_GO_BUILD, "-o", f"{bench.output}/bin/", "-ldflags", link_flags(version), *names]
    run(BuildCommand(build, "compiling Kubernetes", 3600, tree, env, LOW_ON_MEMORY), bench.log)


def _libraries(tree: Path, env: Mapping[str, str], names: Sequence[str]) -> BuildCommand:
    """Return what compiles the libraries that need no generated file, which are written by one processor alone."""
    shape = '{{.ImportPath}} {{join .Deps " "}}'
    listed = output(["go", "list", "-e", "-deps", "-tags", TAGS, "-f", shape, *names], 300, tree, env)
    return BuildCommand([*_GO_BUILD, *independent(listed)], "compiling libraries", 1200, tree, env)


def independent(listed: str) -> list[str]:
    """Return the packages that are not Kubernetes' own and need none of its own.

    `listed` has a line for each, its import path and those of all that it needs, with a space between.
    """
    packages = [line.split() for line in listed.splitlines()]
    # Go takes no name of what its own library brings along.
    return [p[0] for p in packages if p and not any(map(_is_own, p)) and not p[0].startswith("vendor/")]


def _is_own(path: str) -> bool:
    # Its staging directories lie among the vendored libraries.
    return path.startswith(f"{VENDORED}k8s.io/") or (path.startswith(ROOT) and not path.startswith(VENDORED))


def _generate(bench: Workplace, tree: Path, env: Mapping[str, str]) -> None:
    bench.progress("Kubernetes: writing its generated files (1 to 2 minutes)")
    # The scripts behind this target look at GOFLAGS themselves.
    settings = {**env, "GOFLAGS": ""}
    command = BuildCommand(["nice", "make", "generated_files"], "generating Kubernetes' files", 1200, tree, settings)
    run(command, bench.log)


def _compile_pause(bench: Workplace, tree: Path) -> None:
    """Compile the program that holds a Pod's namespaces, without any library: its image is empty but for it."""
    version = f"-DVERSION=v{PAUSE_VERSION}"
    flags = ["-Os", "-s", "-static", version, "-o", str(bench.output / "bin/pause")]
    run(BuildCommand(["gcc", *flags, str(tree / "build/pause/linux/pause.c")], "compiling pause", 60), bench.log)


def _replace_reflect2(tree: Path) -> None:
    """Put Debian's reflect2 in the place of the vendored one, which crashes when built with Go 1.18 or later."""
    vendored = tree / "vendor" / REFLECT2
    shutil.rmtree(vendored)
    shutil.copytree(DEBIAN_GO_SOURCES / REFLECT2, vendored)
