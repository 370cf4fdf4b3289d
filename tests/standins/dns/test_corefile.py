"""A Corefile as kubeadm writes it, and as students break it."""

from pathlib import Path

import pytest

from standins.dns.corefile import CorefileError, parse, upstreams

KUBEADM = """.:53 {
    errors
    health {
       lameduck 5s
    }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    prometheus :9153
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
    cache 30
    loop
    reload
    loadbalance
}
"""


def test_kubeadms_corefile_is_read() -> None:
    """The Corefile of kubeadm 1.20 is understood: its domain, its lameduck time, its plugins."""
    found = parse(KUBEADM, "Corefile")
    assert (found.keys, found.domain, found.lameduck) == ((".:53",), "cluster.local", 5.0)
    assert [directive.name for directive in found.directives[:3]] == ["errors", "health", "ready"]
    assert found.find("loop")
    assert not found.find("log")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("    forward .", "    forwad .", "Corefile:13 - Error during parsing: Unknown directive 'forwad'"),
        (
            "    loop\n",
            "    loop\n    proxy .\n",
            "Corefile:18 - Error during parsing: Unknown directive 'proxy'",
        ),
        ("    loadbalance\n}\n", "    loadbalance\n", "Corefile:19 - Error during parsing: Unexpected EOF"),
    ],
)
def test_mistake_is_named_with_its_line(old: str, new: str, said: str) -> None:
    """What CoreDNS 1.7.0 does not know ends it, with the file, the line and the word."""
    with pytest.raises(CorefileError) as caught:
        parse(KUBEADM.replace(old, new), "Corefile")
    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("corefile", "domain"),
    [
        (".:53 {\n    kubernetes Lab.test. in-addr.arpa {\n       ttl 30\n    }\n}", "lab.test"),
        (".:53 {\n    # kubernetes other.test\n    errors\n}", ""),
    ],
)
def test_domain_comes_from_the_kubernetes_line(corefile: str, domain: str) -> None:
    """The domain is the one that the kubernetes line names; what is commented out is not read."""
    assert parse(corefile, "Corefile").domain == domain


def test_upstreams_come_from_the_machines_file(tmp_path: Path) -> None:
    """Questions are passed on to the name servers of the file that forward names, or to the address itself."""
    resolv = tmp_path / "resolv.conf"
    resolv.write_text("# made by hand\nsearch lan\nnameserver 10.0.2.3\nnameserver 192.168.200.1\n")
    text = f".:53 {{\n    forward . {resolv} 8.8.8.8:5353\n}}\n"
    assert upstreams(parse(text, "Corefile")) == (("10.0.2.3", 53), ("192.168.200.1", 53), ("8.8.8.8", 5353))
    assert upstreams(parse(".:53 {\n    errors\n}\n", "Corefile")) == ()


@pytest.mark.parametrize(
    ("content", "target", "said"),
    [
        ("search lan\n", "", "plugin/forward: no nameservers found"),
        ("", "/etc/resolv.cnf", 'plugin/forward: not an IP address or file: "/etc/resolv.cnf"'),
    ],
)
def test_missing_upstreams_are_named(tmp_path: Path, content: str, target: str, said: str) -> None:
    """A file without a name server, or no file, ends the program in the plugin's words."""
    resolv = tmp_path / "resolv.conf"
    resolv.write_text(content)
    with pytest.raises(CorefileError) as caught:
        upstreams(parse(f".:53 {{\n    forward . {target or resolv}\n}}\n", "Corefile"))
    assert str(caught.value) == said
