"""What a Corefile says, read as CoreDNS 1.7.0 reads it: what it does not know ends it, in its words."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from pathlib import Path

# CoreDNS 1.7.0 core/dnsserver/zdirectives.go
DIRECTIVES = frozenset(
    re.findall(
        r"\w+",
        "metadata cancel tls reload nsid bufsize root bind debug trace ready health pprof prometheus errors log dnstap "
        "dns64 acl any chaos loadbalance cache rewrite dnssec autopath template transfer hosts route53 azure clouddns "
        "k8s_external kubernetes file auto secondary etcd loop forward grpc erratic whoami on sign",
    )
)
DNS_PORT = 53


class CorefileError(Exception):
    """Report a Corefile that cannot be followed, in the words with which CoreDNS ends."""


@dataclass(frozen=True)
class Directive:
    """One directive with its arguments, and the lines of its block."""

    name: str
    arguments: tuple[str, ...]
    block: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Corefile:
    """The directives of every server block, and the keys of the first one."""

    keys: tuple[str, ...] = (".:53",)
    directives: tuple[Directive, ...] = field(default=())

    def find(self, name: str) -> Directive | None:
        """Return the first directive of a name."""
        return next((found for found in self.directives if found.name == name), None)

    @property
    def domain(self) -> str:
        """Return the cluster's domain in lower case without its last dot; empty without the kubernetes plugin."""
        found = self.find("kubernetes")
        return found.arguments[0].rstrip(".").lower() if found and found.arguments else ""

    @property
    def lameduck(self) -> float:
        """Return for how many seconds answers still come after SIGTERM."""
        found = self.find("health")
        lines = found.block if found else ()
        return next((_seconds(line[1]) for line in lines if line[0] == "lameduck" and len(line) > 1), 0.0)


def parse(text: str, name: str) -> Corefile:
    """Read a Corefile that is called `name`; raise CorefileError."""
    keys: list[tuple[str, ...]] = []
    directives: list[Directive] = []
    block: list[tuple[str, ...]] = []
    depth = 0
    for number, words in _lines(text):
        opens, closes = words[-1] == "{", words == ("}",)
        plain = words[:-1] if opens else words
        if depth == 0:
            keys.append(plain)
        elif depth == 1 and not closes:
            _check(plain[0], f"{name}:{number}")
            directives.append(Directive(plain[0], plain[1:]))
        elif depth == 2 and not closes:
            block.append(plain)
        if closes and depth == 2:
            directives[-1] = Directive(directives[-1].name, directives[-1].arguments, tuple(block))
            block = []
        depth += opens - closes
    if depth != 0:
        raise CorefileError(f"{name}:{len(text.splitlines())} - Error during parsing: Unexpected EOF")
    return Corefile(keys[0] if keys else (".:53",), tuple(directives))


def upstreams(corefile: Corefile) -> tuple[tuple[str, int], ...]:
    """Return the servers that questions are passed on to; raise CorefileError where none is named."""
    forward = corefile.find("forward")
    if forward is None:
        return ()
    found = [server for target in forward.arguments[1:] for server in _servers(target)]
    if not found:
        # CoreDNS 1.7.0 plugin/forward/setup.go
        raise CorefileError("plugin/forward: no nameservers found")
    return tuple(found)


def _check(directive: str, place: str) -> None:
    if directive not in DIRECTIVES:
        raise CorefileError(f"{place} - Error during parsing: Unknown directive '{directive}'")


def _lines(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    for number, line in enumerate(text.splitlines(), 1):
        if words := re.sub(r"(^|\s)#.*", "", line).split():
            yield number, tuple(words)


def _servers(target: str) -> Sequence[tuple[str, int]]:
    path = Path(target)
    if path.is_file():
        lines = (line.split() for line in path.read_text().splitlines())
        return [(words[1], DNS_PORT) for words in lines if len(words) > 1 and words[0] == "nameserver"]
    host, _, port = target.partition(":")
    try:
        return [(str(IPv4Address(host)), int(port or DNS_PORT))]
    except ValueError as error:
        raise CorefileError(f'plugin/forward: not an IP address or file: "{target}"') from error


def _seconds(text: str) -> float:
    found = re.fullmatch(r"(\d+)(ms|s)", text)
    return int(found[1]) / (1000 if found[2] == "ms" else 1) if found else 0.0
