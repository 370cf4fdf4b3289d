"""Makes a Debian root file system from this computer's own mirrors, with mmdebstrap."""

from collections.abc import Sequence
from pathlib import Path

from labproof.ground.errors import ProvisionError
from labproof.host.command import run_checked
from labproof.rehearsal.box.recipe import DROPPED_PATHS
from labproof.rehearsal.bundle.apt import mirror_options
from labproof.rehearsal.bundle.sources import RELEASE, debian_sources, render

SECONDS = 1200


def bootstrap(target: Path, scratch: Path, names: Sequence[str], hooks: Sequence[str]) -> None:
    """Make a root file system of Debian packages: a tar where the target's name says so, else a folder.

    `hooks` are run before it is closed, with its path in the place of `$1`. Raises ProvisionError.
    """
    sources, options = scratch / "debian.sources", scratch / "apt.conf"
    sources.write_text(render(debian_sources(), "deb"))
    options.write_text("\n".join(mirror_options()) + "\n")
    argv = [
        "mmdebstrap",
        "--variant=minbase",
        f"--format={'tar' if target.suffix == '.tar' else 'directory'}",
        f"--include={','.join(names)}",
        f"--aptopt={options}",
        "--dpkgopt=force-unsafe-io",
        *(f"--dpkgopt=path-exclude={path}" for path in DROPPED_PATHS),
        *(f"--customize-hook={hook}" for hook in hooks),
        "--skip=output/dev",
        RELEASE,
        str(target),
        str(sources),
    ]
    run_checked(
        argv,
        seconds=SECONDS,
        error=ProvisionError,
        hint="check that apt-get update works on this computer, then start again; nothing half-built is kept",
        env={"LC_ALL": "C.UTF-8"},
    )
    sources.unlink()
    options.unlink()
