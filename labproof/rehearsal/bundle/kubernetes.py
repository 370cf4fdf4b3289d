"""Compiles Kubernetes from the complete source that Debian's package of kubectl is built from."""

import json
import os
import shutil
from pathlib import Path

from labproof.rehearsal.bundle.apt import upstream_version
from labproof.rehearsal.bundle.commands import BuildCommand, output, run
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
VERSION_VARIABLES = (
    "k8s.io/kubernetes/vendor/k8s.io/component-base/version",
    "k8s.io/kubernetes/vendor/k8s.io/client-go/pkg/version",
)
PAUSE_VERSION = "3.2"
REFLECT2 = "github.com/modern-go/reflect2"
DEBIAN_GO_SOURCES = Path("/usr/share/gocode/src")
GO_SETTINGS = {"GO111MODULE": "off", "GOPROXY": "off", "CGO_ENABLED": "0", "GOFLAGS": "-trimpath"}
LOW_ON_MEMORY = "see whether 4 GiB of memory and 8 GiB of disk are free; then build again"


def part() -> Part:
    """Return the part with the programs; its key leaves Debian's point releases out, so it is kept offline."""
    # Named one by one rather than by this file's sum: a new comment must not cost nine minutes.
    recipe = (
        SOURCE_PACKAGE,
        PROGRAMS,
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
        "LC_ALL": "C.UTF-8",
    }
    bench.progress("Kubernetes: writing its generated files (2 minutes)")
    # The scripts behind this target look at GOFLAGS themselves.
    generate = BuildCommand(
        ["nice", "make", "generated_files"],
        "generating Kubernetes' files",
        1200,
        tree,
        {**env, "GOFLAGS": ""},
    )
    run(generate, bench.log)
    bench.progress("Kubernetes: compiling seven programs (6 to 9 minutes, once)")
    (bench.output / "bin").mkdir()
    target, names = f"{bench.output}/bin/", [f"./cmd/{name}" for name in PROGRAMS]
    build = ["nice", "go", "build", "-o", target, "-ldflags", link_flags(version), *names]
    run(BuildCommand(build, "compiling Kubernetes", 3600, tree, env, LOW_ON_MEMORY), bench.log)


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
