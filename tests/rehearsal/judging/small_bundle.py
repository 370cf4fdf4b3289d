"""Makes a whole bundle as the handout has it, with archives of a few kilobytes, for tests to break."""

import gzip
import hashlib
import io
import json
import struct
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

REGISTRY = "registry.aliyuncs.com/google_containers"
KUBERNETES = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy")
IMAGES = (
    *(f"{REGISTRY}/{name}:v1.20.4" for name in KUBERNETES),
    f"{REGISTRY}/pause:3.2",
    f"{REGISTRY}/etcd:3.4.13-0",
    f"{REGISTRY}/coredns:1.7.0",
    "calico/cni:v3.20.6",
    "calico/node:v3.20.6",
    "calico/kube-controllers:v3.20.6",
    "kubernetesui/dashboard:v2.2.0",
    "kubernetesui/metrics-scraper:v1.0.6",
    "nginx:1.20",
)
PACKAGES = {
    "docker-ce": "20.10.24",
    "docker-ce-cli": "20.10.24",
    "containerd.io": "1.6.20",
    "yum-utils": "1.1.31",
    "device-mapper-persistent-data": "0.8.5",
    "lvm2": "2.02.187",
    "kubelet": "1.20.4",
    "kubeadm": "1.20.4",
    "kubectl": "1.20.4",
    "container-selinux": "2.119.2",
}
CALICO = """\
apiVersion: policy/v1beta1
kind: PodDisruptionBudget
metadata: {name: calico-kube-controllers}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: calico-node}
spec:
  template:
    spec:
      initContainers:
        - {name: install-cni, image: docker.io/calico/cni:v3.20.6}
      containers:
        - name: calico-node
          image: docker.io/calico/node:v3.20.6
          env:
            - {name: IP, value: autodetect}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: calico-kube-controllers}
spec:
  template:
    spec:
      containers:
        - {name: calico-kube-controllers, image: docker.io/calico/kube-controllers:v3.20.6}
"""
DASHBOARD = (
    "#\n" * 38
    + """\
spec:
  ports:
    - port: 443
      targetPort: 8443
kind: Service
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: kubernetes-dashboard}
spec:
  template:
    spec:
      containers:
        - name: kubernetes-dashboard
          image: kubernetesui/dashboard:v2.2.0
          imagePullPolicy: IfNotPresent
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: dashboard-metrics-scraper}
spec:
  template:
    spec:
      containers:
        - {name: dashboard-metrics-scraper, image: kubernetesui/metrics-scraper:v1.0.6}
"""
)
KUBOARD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: kuboard}
spec:
  template:
    spec:
      nodeName: your-node-name
      containers:
        - {name: kuboard, image: 'eipwork/kuboard:latest', imagePullPolicy: IfNotPresent}
---
apiVersion: v1
kind: Service
metadata: {name: kuboard}
spec:
  ports: [{port: 80, nodePort: 32567}]
"""


@dataclass
class Recipe:
    """What goes into a bundle; a test changes some of it before the bundle is written."""

    packages: dict[str, str] = field(default_factory=lambda: dict(PACKAGES))
    requires: dict[str, list[str]] = field(default_factory=lambda: {"containerd.io": ["container-selinux"]})
    images: list[str] = field(default_factory=lambda: list(IMAGES))
    architecture: str = "amd64"
    manifests: dict[str, str] = field(
        default_factory=lambda: {"calico.yaml": CALICO, "recommended.yaml": DASHBOARD, "kuboard.yaml": KUBOARD}
    )

    def write(self, directory: Path) -> Path:
        """Write the bundle with its manifest, and return its folder."""
        directory.mkdir(parents=True, exist_ok=True)
        for name, text in self.manifests.items():
            (directory / name).write_text(text)
        write_repository(directory / "k8s-docker.tar.gz", self.packages, self.requires)
        write_images(directory / "k8s-images-v1.20.4.tar.gz", self.images, self.architecture)
        write_images(directory / "kuboard.tar", ["eipwork/kuboard:latest"], self.architecture)
        seal(directory)
        return directory


def seal(directory: Path, name: str = "handout") -> None:
    """Write the manifest with the sums that the files have now; `name` says for which edition of the course."""
    paths = [path for path in sorted(directory.iterdir()) if path.is_file() and path.name != "manifest.json"]
    rows = [{"name": p.name, "size": p.stat().st_size, "sha256": sha256(p.read_bytes())} for p in paths]
    (directory / "manifest.json").write_text(json.dumps({"schema": 1, "name": name, "files": rows}))


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def rpm(name: str, version: str, requires: Sequence[str] = (), architecture: str = "x86_64") -> bytes:
    """Return the beginning of a package: lead, an empty signature, its header, and some payload."""
    tags: dict[int, Sequence[str]] = {1000: [name], 1001: [version], 1002: ["1"], 1022: [architecture]}
    tags |= {1047: [name]} | ({1049: requires} if requires else {})
    index, data = b"", b""
    for tag, texts in sorted(tags.items()):
        index += struct.pack(">IIII", tag, 8 if tag > 1040 else 6, len(data), len(texts))
        data += b"".join(text.encode() + b"\0" for text in texts)
    magic = b"\x8e\xad\xe8\x01\0\0\0\0"
    lead = b"\xed\xab\xee\xdb".ljust(96, b"\0")
    empty = magic + struct.pack(">II", 0, 0)
    return lead + empty + magic + struct.pack(">II", len(tags), len(data)) + index + data + b"payload"


def write_repository(path: Path, packages: Mapping[str, str], requires: Mapping[str, Sequence[str]]) -> None:
    """Write a yum repository as createrepo and tar make it."""
    files = {f"{name}.rpm": rpm(name, version, requires.get(name, ())) for name, version in packages.items()}
    rows = "".join(
        f'<package type="rpm"><name>{name}</name><version epoch="0" ver="{version}" rel="1"/>'
        f'<checksum type="sha256" pkgid="YES">{sha256(files[f"{name}.rpm"])}</checksum>'
        f'<location href="{name}.rpm"/></package>'
        for name, version in packages.items()
    )
    files["repodata/primary.xml.gz"] = gzip.compress(
        f'<metadata xmlns="http://linux.duke.edu/metadata/common">{rows}</metadata>'.encode(), mtime=0
    )
    files["repodata/repomd.xml"] = (
        b'<repomd xmlns="http://linux.duke.edu/metadata/repo"><data type="primary">'
        b'<location href="repodata/primary.xml.gz"/></data></repomd>'
    )
    write_tar(path, {f"k8s-docker/{name}": data for name, data in files.items()})


def write_images(
    path: Path, names: Sequence[str | None], architecture: str = "amd64", stand_ins: Mapping[str, str] | None = None
) -> None:
    """Write an archive as `docker save` does; None is an image that has lost its name.

    `stand_ins` are the images that have a label, and what it says.
    """
    files: dict[str, bytes] = {}
    index = []
    for name in names:
        layer = f"layer of {name}".encode()
        rootfs = {"type": "layers", "diff_ids": [f"sha256:{sha256(layer)}"]}
        said = (stand_ins or {}).get(name or "")
        inner = {"Labels": {"labproof.stand-in": said} if said else None}
        configuration = json.dumps(
            {"architecture": architecture, "os": "linux", "config": inner, "rootfs": rootfs}
        ).encode()
        place = f"{sha256(configuration)}.json"
        files |= {f"{sha256(layer)}.tar": layer, place: configuration}
        index.append({"Config": place, "RepoTags": [name] if name else None, "Layers": [f"{sha256(layer)}.tar"]})
    write_tar(path, {**files, "manifest.json": json.dumps(index).encode()})


def write_tar(path: Path, files: Mapping[str, bytes]) -> None:
    """Write a tar of these files, packed when its name says so."""
    with tarfile.open(path, "w:gz" if path.name.endswith(".gz") else "w") as tar:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
