"""Composes the images of the bundle: Kubernetes' own, nginx and the stand-ins."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from labproof.rehearsal.bundle import archive
from labproof.rehearsal.bundle.archive import Image, Layer, layer_of, write_layer
from labproof.rehearsal.bundle.commands import output
from labproof.rehearsal.bundle.debian import versions
from labproof.rehearsal.bundle.kubernetes import PAUSE_VERSION
from labproof.rehearsal.bundle.parts import Part, Workplace, fingerprint
from labproof.rehearsal.bundle.rpms import FILES
from labproof.rehearsal.bundle.standins import StandInImage
from labproof.rehearsal.judging.image_archive import STAND_IN

HOST_PACKAGES = ("pigz",)
REPOSITORY = "registry.aliyuncs.com/google_containers"
KUBERNETES_IMAGES = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy")
ETCD = f"{REPOSITORY}/etcd:3.4.13-0"
NGINX = "nginx:1.22"
KUBOARD_TAR = "kuboard.tar"
# kubeadm asks for this tag; what answers is Debian's release of the same series.
ETCD_NOTE = "Debian's etcd-server under the tag that kubeadm asks for"


@dataclass(frozen=True)
class Made:
    """The parts that images are made of: folders, and the layer that all but pause stand on."""

    kubernetes: Path
    debian: Path
    programs: Path
    base: Layer
    scratch: Path

    def layers(self, name: str, files: Mapping[str, Path]) -> tuple[Layer, Layer]:
        """Return the shared layer and one with these files."""
        return self.base, write_layer(self.scratch / f"{name.replace('/', '_')}.tar", files)


def part(kubernetes: Part, debian: Part, layer: Part, programs: Part, stand_ins: Sequence[StandInImage]) -> Part:
    """Return the part with both image archives and images.json."""
    described = [
        [
            i.name,
            i.stands_in_for,
            i.entrypoint,
            {inside: fingerprint(p) for inside, p in sorted(i.files.items())},
            sorted(i.programs.items()),
        ]
        for i in stand_ins
    ]
    recipe = fingerprint(Path(__file__), Path(archive.__file__), FILES / "nginx.conf")
    needs = (kubernetes, debian, layer, programs)
    return Part("images", [described, recipe], lambda bench: make(bench, stand_ins), needs, HOST_PACKAGES)


def make(bench: Workplace, stand_ins: Sequence[StandInImage]) -> None:
    """Write k8s-images-vVERSION.tar.gz, kuboard.tar and images.json."""
    needs = bench.needs
    base = layer_of(needs["layer"] / "layer.tar")
    made = Made(needs["kubernetes"], needs["debian"], needs["programs"], base, bench.scratch)
    version = json.loads((made.kubernetes / "versions.json").read_text())["version"]
    bench.progress(f"writing {len(stand_ins) + len(KUBERNETES_IMAGES) + 3} images")
    own = [*_kubernetes_images(made, version), _etcd(made), _pause(made), _nginx(made)]
    composed = {image.name: _stand_in(made, image) for image in stand_ins}
    kuboard = [image for name, image in composed.items() if "kuboard" in name]
    others = own + [image for image in composed.values() if image not in kuboard]
    machine = output(["dpkg", "--print-architecture"]).strip()
    tarball = bench.output / f"k8s-images-v{version}.tar.gz"
    ids = archive.write_archive(tarball, others, machine, packed=True)
    ids |= archive.write_archive(bench.output / KUBOARD_TAR, kuboard, machine, packed=False)
    listed = [
        {"name": image.name, "id": ids[image.name], "stand_in_for": image.labels.get(STAND_IN)}
        for image in (*others, *kuboard)
    ]
    (bench.output / "images.json").write_text(json.dumps(listed))


def _kubernetes_images(made: Made, version: str) -> list[Image]:
    return [
        Image(
            f"{REPOSITORY}/{name}:v{version}",
            made.layers(name, {f"/usr/local/bin/{name}": made.kubernetes / "bin" / name}),
            (f"/usr/local/bin/{name}",),
        )
        for name in KUBERNETES_IMAGES
    ]


def _etcd(made: Made) -> Image:
    files = {
        "/usr/local/bin/etcd": made.debian / "etcd-server/usr/bin/etcd",
        "/usr/local/bin/etcdctl": made.debian / "etcd-client/usr/bin/etcdctl",
    }
    labels = {"labproof.origin": f"{ETCD_NOTE}: {versions(made.debian)['etcd-server']}"}
    return Image(ETCD, made.layers("etcd", files), command=("/usr/local/bin/etcd",), labels=labels)


def _pause(made: Made) -> Image:
    layer = write_layer(made.scratch / "pause.tar", {"/pause": made.kubernetes / "bin/pause"})
    return Image(f"{REPOSITORY}/pause:{PAUSE_VERSION}", (layer,), ("/pause",))


def _nginx(made: Made) -> Image:
    program, common = made.debian / "nginx", made.debian / "nginx-common"
    files = {
        "/usr/sbin/nginx": program / "usr/sbin/nginx",
        "/etc/nginx/nginx.conf": FILES / "nginx.conf",
        "/etc/nginx/mime.types": common / "etc/nginx/mime.types",
        "/usr/share/nginx/html/index.html": common / "usr/share/nginx/html/index.html",
    }
    # Without -e nginx looks for Debian's log folder before it has read any configuration.
    return Image(NGINX, made.layers("nginx", files), command=("/usr/sbin/nginx", "-e", "/dev/stderr"))


def _stand_in(made: Made, image: StandInImage) -> Image:
    labels = {STAND_IN: image.stands_in_for}
    files = {**image.files, **{inside: made.programs / name for inside, name in image.programs.items()}}
    return Image(image.name, made.layers(image.name, files), image.entrypoint, labels=labels)
