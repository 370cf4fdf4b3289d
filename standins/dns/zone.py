"""What the cluster's names mean: Services and endpoints as records, without any network."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address

from standins.cluster_api import Json


@dataclass(frozen=True)
class ServiceName:
    """What DNS needs to know about a Service."""

    name: str
    namespace: str
    cluster_ip: str
    external_name: str = ""

    @classmethod
    def of(cls, item: Json) -> "ServiceName":
        """Read a Service of the API."""
        spec, metadata = item.get("spec", {}), item["metadata"]
        external = spec.get("externalName", "") if spec.get("type") == "ExternalName" else ""
        return cls(metadata["name"], metadata["namespace"], spec.get("clusterIP", ""), external)


@dataclass(frozen=True)
class Endpoint:
    """One ready address behind a Service, and the label under which it can be asked for."""

    address: str
    label: str


def endpoints_of(item: Json) -> tuple[Endpoint, ...]:
    """Read the ready addresses of an Endpoints object of the API."""
    addresses = [found for subset in item.get("subsets") or [] for found in subset.get("addresses") or []]
    return tuple(Endpoint(found["ip"], found.get("hostname") or found["ip"].replace(".", "-")) for found in addresses)


@dataclass(frozen=True)
class Found:
    """What a name has: addresses, an alias, a host name; or only that it exists."""

    addresses: tuple[str, ...] = ()
    alias: str = ""
    pointer: str = ""


@dataclass(frozen=True)
class Zone:
    """Every name under one cluster domain at one moment."""

    domain: str
    names: Mapping[str, Found] = field(default_factory=dict)

    @classmethod
    def of(cls, domain: str, services: Iterable[ServiceName], endpoints: Mapping[str, tuple[Endpoint, ...]]) -> "Zone":
        """Lay out the names of all Services; endpoints are keyed "namespace/name"."""
        names: dict[str, Found] = {domain: Found(), f"svc.{domain}": Found()}
        for service in services:
            home = f"{service.namespace}.svc.{domain}"
            name = f"{service.name}.{home}"
            behind = endpoints.get(f"{service.namespace}/{service.name}", ())
            names.setdefault(home, Found())
            names.update(_records(name, service, behind))
        return cls(domain, names)

    def holds(self, name: str) -> bool:
        """Tell whether a name is ours to answer: under the cluster domain, or a reverse name."""
        return any(name == zone or name.endswith(f".{zone}") for zone in (self.domain, "in-addr.arpa"))

    def find(self, name: str) -> Found | None:
        """Return what a lower-case name without its last dot has, or None where it does not exist."""
        return self.names.get(name) or self._pod(name)

    def _pod(self, name: str) -> Found | None:
        # a-b-c-d.NAMESPACE.pod.DOMAIN says its own address; the Corefile's "pods insecure" asks for that.
        label, _, rest = name.partition(".")
        namespace, _, rest = rest.partition(".")
        if rest != f"pod.{self.domain}" or f"{namespace}.svc.{self.domain}" not in self.names:
            return None
        try:
            return Found((str(IPv4Address(label.replace("-", "."))),))
        except ValueError:
            return None


def _records(name: str, service: ServiceName, behind: tuple[Endpoint, ...]) -> dict[str, Found]:
    if service.external_name:
        return {name: Found(alias=service.external_name)}
    if service.cluster_ip and service.cluster_ip != "None":
        return {name: Found((service.cluster_ip,)), _reverse(service.cluster_ip): Found(pointer=name)}
    records = {name: Found(tuple(endpoint.address for endpoint in behind))}
    for endpoint in behind:
        own = f"{endpoint.label}.{name}"
        records[own] = Found((endpoint.address,))
        records[_reverse(endpoint.address)] = Found(pointer=own)
    return records


def _reverse(address: str) -> str:
    return IPv4Address(address).reverse_pointer if ":" not in address else f"{address}.ip6.arpa"
