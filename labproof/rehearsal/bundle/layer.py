"""Makes the one small Debian layer that all images of the bundle share."""

from collections.abc import Sequence

from labproof.rehearsal.bundle.apt import mirror_options
from labproof.rehearsal.bundle.commands import BuildCommand, run
from labproof.rehearsal.bundle.parts import Part, Workplace
from labproof.rehearsal.bundle.sources import RELEASE, debian_sources, render

HOST_PACKAGES = ("mmdebstrap",)
OWN_PACKAGES = (
    "conntrack",
    "ipset",
    "iptables",
    "kmod",
    "libpcre2-8-0",
    "libssl3",
    "netbase",
    "python3",
    # Already merged from the start: the package that would merge it draws in all of Perl.
    "usr-is-merged",
    "zlib1g",
)
"""What Kubernetes' own images and nginx need; the stand-ins name theirs in their catalog."""

LEFT_OUT = ("doc", "info", "locale", "man", "zoneinfo", "lintian", "bash-completion")
# Nothing here installs packages or speaks to a mirror: no image may carry the mirror's address.
REMOVED = (
    "etc/apt/apt.conf.d/99mmdebstrap",
    "etc/apt/sources.list*",
    "etc/hostname",
    "etc/resolv.conf",
    "usr/lib/*/gconv",
    "usr/lib/python3*/pydoc_data",
    "var/cache/debconf/*",
    "var/cache/ldconfig",
    "var/lib/dpkg/*-old",
    "var/log/*",
)


def part(packages: Sequence[str]) -> Part:
    """Return the part with layer.tar: Debian's essential packages, ours, and those that are asked for."""
    wanted = sorted({*OWN_PACKAGES, *packages})
    return Part(
        "layer", [RELEASE, wanted, LEFT_OUT, REMOVED], lambda bench: make(bench, wanted), host_packages=HOST_PACKAGES
    )


def make(bench: Workplace, packages: Sequence[str]) -> None:
    """Install the packages into an empty folder and pack it; leaves layer.tar."""
    bench.progress("making the Debian layer that the images share (about a minute)")
    sources, options = bench.scratch / "debian.sources", bench.scratch / "apt.conf"
    sources.write_text(render(debian_sources(), "deb"))
    options.write_text("\n".join(mirror_options()) + "\n")
    left_out = [f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in LEFT_OUT]
    argv = [
        "mmdebstrap",
        "--variant=essential",
        "--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr",
        f"--include={','.join(packages)}",
        f"--aptopt={options}",
        *left_out,
        # A licence travels with what it covers.
        "--dpkgopt=path-include=/usr/share/doc/*/copyright",
        f'--customize-hook=cd "$1" && rm -rf {" ".join(REMOVED)}',
        "--skip=output/dev",
        RELEASE,
        str(bench.output / "layer.tar"),
        str(sources),
    ]
    run(BuildCommand(argv, "making the Debian layer", 900, hint="check that apt-get update works"), bench.log)
