"""Judges the manifests: images that are there, pull policies that ask no registry, versions that 1.20 serves."""

import ipaddress
import re
from collections.abc import Collection, Iterator

from labproof.rehearsal.judging.expected import (
    CALICO,
    CALICO_RANGE,
    DASHBOARD,
    DASHBOARD_RANGE,
    KUBOARD,
    TOO_NEW,
    TOO_OLD,
    Expected,
)
from labproof.rehearsal.judging.finding import Finding, plain
from labproof.rehearsal.judging.references import is_asked_for, normal, repository, tag
from labproof.rehearsal.judging.workloads import Container, ManifestFile, listed, mapping

_CALICO = re.compile(r"/calico/(cni|node|kube-controllers|pod2daemon-flexvol)$")
_DASHBOARD = re.compile(r"/kubernetesui/dashboard(-amd64)?$")
_RELEASE = re.compile(r"v?(\d{1,4})\.(\d{1,4})")
_DASHBOARD_LINE = 42
_POLICY = "set imagePullPolicy: IfNotPresent"


def common(manifest: ManifestFile, images: Collection[str] | None, expected: Expected) -> Iterator[Finding]:
    """Yield what is wrong with the images, the pull policies and the APIs of any manifest.

    `images` are those that the bundle has; None where that is not known.
    """
    for container in {c.image: c for c in manifest.containers}.values():
        yield from _there(manifest, container, images)
    for container in manifest.containers:
        yield from _pulls(manifest, container)
    for said in sorted({_served(found) for found in manifest.objects} - {""}):
        fix = f"take the manifest of a release that was made for Kubernetes {expected.kubernetes}"
        yield Finding(manifest.name, f"APIs that Kubernetes {expected.kubernetes} serves", said, fix)


def calico(manifest: ManifestFile, expected: Expected) -> Iterator[Finding]:
    """Yield what is wrong with Calico's release and with the range that it gives to Pods."""
    ours = [c for c in manifest.containers if _CALICO.search(repository(c.image))]
    if not ours and not expected.has_stand_ins:
        images = plain(", ".join(sorted({c.image for c in manifest.containers})) or "no image")
        yield Finding(CALICO, "the images calico/node, calico/cni and their like", images, _release_fix("Calico"))
    yield from _releases(CALICO, "Calico", ours, CALICO_RANGE)
    if len(tags := sorted({tag(c.image) for c in ours})) > 1:
        fix = "take the whole manifest of one release"
        yield Finding(CALICO, "one release of Calico", plain(", ".join(tags)), fix)
    for container in manifest.containers:
        value = container.environment.get("CALICO_IPV4POOL_CIDR")
        if value is not None and not _is_same(value, expected.pod_cidr):
            wanted = f"CALICO_IPV4POOL_CIDR left out, or {expected.pod_cidr}, as kubeadm init gives it"
            yield Finding(CALICO, wanted, plain(value), "comment both of its lines out, as the release has them")


def dashboard(manifest: ManifestFile, expected: Expected) -> Iterator[Finding]:
    """Yield what is wrong with the Dashboard's release, and with the line that the handout edits."""
    ours = [c for c in manifest.containers if _DASHBOARD.search(repository(c.image))]
    if not ours and not expected.has_stand_ins:
        images = plain(", ".join(sorted({c.image for c in manifest.containers})) or "no image")
        yield Finding(DASHBOARD, "the image kubernetesui/dashboard", images, _release_fix("the Dashboard"))
    yield from _releases(DASHBOARD, "the Dashboard", ours, DASHBOARD_RANGE)
    line = (*manifest.lines, *[""] * _DASHBOARD_LINE)[_DASHBOARD_LINE - 1]
    if line.rstrip() != "      targetPort: 8443":
        wanted = f"`      targetPort: 8443` in line {_DASHBOARD_LINE}: the handout inserts two lines under it"
        yield Finding(DASHBOARD, wanted, f"`{plain(line)}`", "take the release's own file, without a line more")


def kuboard(manifest: ManifestFile, expected: Expected, loaded: Collection[str] | None) -> Iterator[Finding]:
    """Yield what is wrong with Kuboard: its image in an archive of its own, and the port of its page.

    `loaded` are that archive's images; None where they are not known.
    """
    for container in manifest.containers:
        if loaded is not None and normal(container.image) not in loaded:
            there = plain(", ".join(sorted(loaded)) or "no image with a name")
            fix = f"docker save {plain(container.image)} -o kuboard.tar, by the name: by its id the name is lost"
            yield Finding("kuboard.tar", f"the image {plain(container.image)}, as {KUBOARD} asks for it", there, fix)
    services = [found for found in manifest.objects if found.get("kind") == "Service"]
    ports = [port.get("nodePort") for s in services for port in listed(mapping(s, "spec").get("ports"))]
    if expected.kuboard_port not in ports:
        wanted = f"a Service with nodePort {expected.kuboard_port}, as Kuboard 2 has it"
        yield Finding(KUBOARD, wanted, plain(ports or "none"), "take kuboard.yaml of Kuboard 2")


def _there(manifest: ManifestFile, container: Container, images: Collection[str] | None) -> Iterator[Finding]:
    if "@" in container.image:
        wanted = f"{container.owner}: an image by its tag"
        fix = "write the tag: docker load brings no digest of a registry with it"
        yield Finding(manifest.name, wanted, plain(container.image), fix)
    elif images is not None and normal(container.image) not in images and manifest.name != KUBOARD:
        same = sorted(name for name in images if repository(name) == repository(container.image))
        found = f"only {plain(', '.join(same))}" if same else "no archive of the bundle has it"
        fix = f"docker pull {plain(container.image)}, and docker save it into the archive of images"
        yield Finding(manifest.name, f"the image {plain(container.image)} of {plain(container.owner)}", found, fix)


def _pulls(manifest: ManifestFile, container: Container) -> Iterator[Finding]:
    if not is_asked_for(container.image, container.policy):
        return
    why = container.policy or "none, and by the tag latest that means Always"
    wanted = f"imagePullPolicy: IfNotPresent for {plain(container.image)} of {plain(container.owner)}"
    if manifest.name == KUBOARD:
        yield Finding(manifest.name, wanted, plain(why), "nothing: editing it is the student's part", breaks=False)
    else:
        yield Finding(manifest.name, wanted, f"{plain(why)}: a registry is asked, and offline there is none", _POLICY)


def _served(found: dict[str, object]) -> str:
    """Return what is not served by 1.20 as its name, and nothing otherwise."""
    api = str(found.get("apiVersion"))
    for key in (api, f"{api} {found.get('kind')}"):
        if since := TOO_NEW.get(key):
            return f"{plain(key)}, which is served from {since} on"
        if key in TOO_OLD:
            return f"{plain(key)}, which 1.16 took away"
    return ""


def _releases(
    file: str, what: str, containers: list[Container], allowed: tuple[tuple[int, int], tuple[int, int]]
) -> Iterator[Finding]:
    first, last = (".".join(map(str, release)) for release in allowed)
    for image in sorted({c.image for c in containers}):
        read = _RELEASE.match(tag(image))
        release = (int(read[1]), int(read[2])) if read else None
        if release is None or not allowed[0] <= release <= allowed[1]:
            wanted = f"{what} {first} to {last}, which work with Kubernetes 1.20"
            # One that is older is not tested with 1.20, but nothing in it is known to break.
            breaks = release is None or release > allowed[1] or what != "Calico"
            yield Finding(file, wanted, plain(image), _release_fix(what), breaks)


def _release_fix(what: str) -> str:
    first, last = CALICO_RANGE if what == "Calico" else DASHBOARD_RANGE
    return f"take the manifest of {what} {first[0]}.{first[1]} to {last[0]}.{last[1]}, and its images"


def _is_same(one: str, other: str) -> bool:
    try:
        return ipaddress.ip_network(one, strict=False) == ipaddress.ip_network(other)
    except ValueError:
        return False
