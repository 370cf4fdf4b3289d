"""Whether a value of `course.toml` can be what it is there for: each function yields what is wrong with it."""

import re
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network
from itertools import combinations
from urllib.parse import urlsplit

_VERSION = re.compile(r"\d+\.\d+\.\d+")
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*")
# https://github.com/distribution/reference, regexp.go: a host that may have a port, lower-case parts, a tag.
_NAME = r"(?:[A-Za-z0-9.-]+(?::\d{1,5})?/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*"
_IMAGE = re.compile(rf"(?P<name>{_NAME})(?P<tag>:[A-Za-z0-9_][A-Za-z0-9_.-]{{0,127}})?")
# kubeadm gives every node a /24 of the Pods' range, and the API server takes no more than 20 bits for Services:
# https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/ (node-cidr-mask-size)
_SHORTEST, _LONGEST = 12, 24


def version(key: str, value: str) -> Iterator[str]:
    """Yield what keeps a text from being a version of Kubernetes, without a leading v."""
    if not _VERSION.fullmatch(value):
        yield f"{key}: {value!r} is no version; write three numbers with dots, such as 1.20.4"


def file_name(key: str, value: str) -> Iterator[str]:
    """Yield what keeps a text from being the name of a file without a folder."""
    if not _FILE_NAME.fullmatch(value):
        yield f"{key}: {value!r} is no name of a file; write it without folders and spaces"


def image(key: str, value: str, has_tag: bool | None = None) -> Iterator[str]:
    """Yield what keeps a text from naming an image; with `has_tag`, whether it must or must not have a tag."""
    match = _IMAGE.fullmatch(value) if len(value) <= 255 else None
    if match is None:
        yield f"{key}: {value[:80]!r} is no name of an image; write one such as pause:3.2"
    elif has_tag is not None and bool(match["tag"]) != has_tag:
        yield f"{key}: {value!r} {'has no tag; add one' if has_tag else 'has a tag; remove it'}"


def images(key: str, values: tuple[str, ...], has_tag: bool | None = None) -> Iterator[str]:
    """Yield what is wrong with a list of images."""
    if not values:
        yield f"{key}: empty; name the images"
    for value in values:
        yield from image(key, value, has_tag)
    for value in sorted({v for v in values if values.count(v) > 1}):
        yield f"{key}: {value!r} stands twice; remove one"


def address(key: str, value: str) -> Iterator[str]:
    """Yield what keeps a text from being the address of a server."""
    try:
        parts = urlsplit(value)
        is_right = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_right = False
    if not is_right or re.search(r"\s", value):
        yield f"{key}: {value!r} is no address; write one such as https://mirror.example"


def ranges(values: Mapping[str, str], lab: IPv4Network | None = None) -> Iterator[str]:
    """Yield what is wrong with ranges of addresses, and which of them overlap one another or the lab's network."""
    networks: dict[str, IPv4Network] = {}
    for key, value in values.items():
        try:
            networks[key] = network = IPv4Network(value)
        except ValueError as problem:
            yield f"{key}: {value!r} is no range of IPv4 addresses ({problem}); write one such as 10.122.0.0/16"
            continue
        if value != str(network):
            yield f"{key}: {value!r} is not how kubeadm takes it; write {network}"
        if not _SHORTEST <= network.prefixlen <= _LONGEST:
            yield f"{key}: {value!r} has /{network.prefixlen}; a cluster takes /{_SHORTEST} to /{_LONGEST}"
        if network.is_loopback or network.is_multicast or network.is_link_local:
            yield f"{key}: {value!r} has addresses that no machine can have; write one such as 10.122.0.0/16"
    if lab is not None:
        networks["the lab's network in vagrant/machines.json"] = lab
    for (key, network), (other, another) in combinations(networks.items(), 2):
        if network.overlaps(another):
            yield f"{key}: {network} overlaps {other}, {another}; choose ranges apart"
