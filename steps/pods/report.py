"""What became of a probe Pod, by what the API says of it and by what it saw."""

from dataclasses import dataclass
from ipaddress import ip_address

from steps.cluster.api import Json
from steps.cluster.cause import cause
from steps.probes.workload import waiting

_CALICOS_WORD = "cni.projectcalico.org/podIP"
_TROUBLE_CHARACTERS = 900
_NO_IMAGE = ("ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName")


@dataclass(frozen=True)
class PodReport:
    """What became of a probe Pod: where it runs, its address, and what it saw."""

    phase: str
    node: str = ""
    address: str = ""
    saw: str = ""
    trouble: str = ""
    lacks_image: bool = False
    """Whether the image for it is not to be had: that says nothing about the cluster."""

    @property
    def is_up(self) -> bool:
        """Tell whether the Pod runs and has its address."""
        return self.phase == "Running" and bool(self.address)

    @property
    def is_over(self) -> bool:
        """Tell whether the Pod has ended or was taken away: it will not come up any more."""
        return self.phase in ("Succeeded", "Failed", "gone")

    def __str__(self) -> str:
        where = f"on {self.node} with address {self.address or 'none'}"
        if self.saw:
            return f"a Pod {where} saw: {self.saw.strip()[:200]}"
        return f"a Pod {where} is {self.phase}: {cause(self.trouble, _TROUBLE_CHARACTERS) or 'no reason given'}"


def parse(pod: Json) -> PodReport:
    """Return what a Pod's status says."""
    status = pod.get("status", {})
    annotations = pod.get("metadata", {}).get("annotations") or {}
    waits = waiting(pod)
    return PodReport(
        phase=str(status.get("phase", "unknown")),
        node=str(pod["spec"].get("nodeName", "")),
        address=_address(status.get("podIP")) or _address(str(annotations.get(_CALICOS_WORD, "")).removesuffix("/32")),
        trouble="; ".join(waits) or str(status.get("message", "")),
        lacks_image=any(reason in wait for wait in waits for reason in _NO_IMAGE),
    )


def _address(said: object) -> str:
    """Return an address that can be one: it becomes part of a URL."""
    try:
        return str(ip_address(str(said)))
    except ValueError:
        return ""
