"""Bringing out what a long message of Kubernetes comes to: its cause stands at its end."""

import re

SHOWN = 300
"""Characters of one message that are shown."""

_NOISE = tuple(
    (re.compile(pattern, re.DOTALL), instead)
    for pattern, instead in (
        # What failed when the sandbox was taken away again is no cause of its own, and stands last (docker_sandbox.go).
        (r"\[(failed to set ?up sandbox container.*?), failed to (?:clean ?up|stop) sandbox container.*", r"\1"),
        (r"\(combined from similar events\): ", ""),
        # docker_sandbox.go and plugins.go of Kubernetes 1.20: 298 characters before the first word of the plugin.
        (r"rpc error: code = \w+ desc = ", ""),
        (r'failed to set ?up sandbox container "[^"]*" network for pod "[^"]*": ', ""),
        (r'networkPlugin cni failed to set ?up pod "[^"]*" network: ', "the network plugin: "),
        # The prefixes of Calico's and of klog's own log lines.
        (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ \[\w+\]\[\d+\] (?:[\w./-]+ \d+: )?", ""),
        (r"\b[IWEF]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ \S+\] ", ""),
        # kubelet names the container and the Pod once more; what is told stands beside their names already.
        (r"\bcontainer=[\w.-]+ pod=[\w.-]+_[\w.-]+\([0-9a-f-]+\)", "container"),
        (r"\b([0-9a-f]{12})[0-9a-f]{52}\b", r"\1"),
        (r"\s+", " "),
    )
)


def cause(text: str, most: int = SHOWN) -> str:
    """Return a message without log prefixes and ids; of one that is too long its beginning goes, not its end."""
    # What is longer than this no program of a cluster says; the patterns need not read it all.
    said = text[-20 * SHOWN :]
    for pattern, instead in _NOISE:
        said = pattern.sub(instead, said)
    said = said.strip()
    return said if len(said) <= most else f"...{said[3 - most :]}"
