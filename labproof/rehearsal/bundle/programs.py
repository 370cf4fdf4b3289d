"""Compiles the small programs that a stand-in needs beside Python."""

import os
from collections.abc import Mapping
from pathlib import Path

from labproof.rehearsal.bundle.commands import BuildCommand, run
from labproof.rehearsal.bundle.kubernetes import GO_BIN, GO_SETTINGS
from labproof.rehearsal.bundle.parts import Part, Workplace, fingerprint

HOST_PACKAGES = ("golang-1.19-go",)


def part(sources: Mapping[str, Path]) -> Part:
    """Return the part with one static program a source, each under its name."""
    inputs = [{name: fingerprint(path) for name, path in sorted(sources.items())}, GO_BIN, sorted(GO_SETTINGS.items())]
    return Part("programs", inputs, lambda bench: make(bench, sources), host_packages=HOST_PACKAGES)


def make(bench: Workplace, sources: Mapping[str, Path]) -> None:
    """Compile each source, without symbols: the images stay small."""
    env = {
        **GO_SETTINGS,
        "PATH": f"{GO_BIN}:{os.defpath}",
        "HOME": str(bench.scratch),
        "GOCACHE": str(bench.scratch / "gocache"),
    }
    for name, source in sources.items():
        argv = ["go", "build", "-o", str(bench.output / name), "-ldflags", "-s -w", str(source)]
        run(BuildCommand(argv, f"compiling {name}", 300, env=env), bench.log)
