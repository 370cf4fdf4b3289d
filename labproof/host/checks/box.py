"""The box that the machines are made of: fetched already, or at least within reach."""

from pathlib import Path

from labproof.host.checks.finding import Finding, Wish, ok, problem, unknown
from labproof.host.computer import Computer

CATALOGUE = "https://vagrantcloud.com/"
FIX = (
    "check the network (HTTPS_PROXY for a proxy), or fetch the box elsewhere and name its file or a mirror in "
    "LABPROOF_VM_BOX_URL"
)

CERTIFICATE = "CERTIFICATE_VERIFY_FAILED"
TRY = (
    "go on: Vagrant has certificates of its own; where it says the same, fetch the box elsewhere (LABPROOF_VM_BOX_URL)"
)


def check(computer: Computer, wish: Wish) -> Finding:
    """Return whether the box is here or can be fetched."""
    box, named = wish.box, f"{wish.box.name} {wish.box.version}".strip()
    if any(computer.exists(str(place)) for place in places(wish)):
        return ok(f"{named} is here")
    reasons = []
    for url in box.urls or (CATALOGUE,):
        if not (reason := computer.reaches(url)):
            return ok(f"{named} will be fetched from {url}")
        reasons.append(f"{url}: {reason}")
    if any(CERTIFICATE in reason for reason in reasons):
        # Vagrant brings certificates of its own, and Python for macOS comes without.
        return unknown(f"{named} is not here, and Python trusts no certificate of {'; '.join(reasons)}", TRY)
    return problem(f"{named} is not here and cannot be fetched ({'; '.join(reasons)})", FIX)


def places(wish: Wish) -> list[Path]:
    """Return where Vagrant keeps this box; from 2.4 on there may be a folder for the processor between."""
    name = wish.box.name.replace("/", "-VAGRANTSLASH-")
    # A box that is fetched from an address of its own, or was added from a file, has no version in Vagrant's eyes.
    folder = wish.vagrant_home / "boxes" / name / ("0" if wish.box.urls else wish.box.version or "0")
    return [folder / wish.provider, folder / "amd64" / wish.provider]
