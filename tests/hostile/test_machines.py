"""A student has root and wants points: what the machine says must not gain any, nor stop the run."""

import time

import pytest

from labproof.records.model import Outcome
from tests.hostile.markup import strange

NODE = ("base", "docker", "init")


def liars(folder: str) -> str:
    """Return a command that writes programs into a folder, each of which says what a grader wants to hear."""
    unit = "LoadState=loaded\\nActiveState=active\\nSubState=running\\nUnitFileState=enabled\\n"
    says = {
        "systemctl": unit,
        "docker": '{"CgroupDriver":"systemd","RegistryConfig":{"Mirrors":["https://rncxm540.mirror.aliyuncs.com/"]}}\\n',
        "sysctl": "net.ipv4.ip_forward = 1\\n",
        "cat": "master\\n",
        "iptables": "-P INPUT ACCEPT\\n",
        "getenforce": "Permissive\\n",
        "rpm": "kubelet 1.20.2\\nkubeadm 1.20.2\\nkubectl 1.20.2\\n",
        "kubectl": "node Ready\\n",
    }
    lines = [f"mkdir -p {folder}"]
    for name, text in says.items():
        lines.append(f"printf '#!/bin/sh\\nprintf \"%s\"\\n' '{text}' > {folder}/{name}; chmod 755 {folder}/{name}")
    return "\n".join(lines)


def test_liars_before_the_real_programs_gain_nothing(lab) -> None:  # type: ignore[no-untyped-def]
    """Programs in /usr/local that say what we want to hear hide no mistake from us."""
    names = "systemctl docker sysctl cat iptables getenforce rpm kubectl"
    broken = (
        "systemctl --quiet disable docker.service kubelet",
        "iptables -w 5 -N INPUT_ZONES",
        "sysctl -q -w net.bridge.bridge-nf-call-ip6tables=0",
        "rpm -e --justdb --nodeps --noscripts kubectl",
        "chmod 644 /root/.kube/config; mv /root/.kube/config /root/.kube/config.before",
        liars("/usr/local/bin"),
        liars("/usr/local/sbin"),
    )
    undo = (
        f"cd /usr/local/bin && rm -f {names}",
        f"cd /usr/local/sbin && rm -f {names}",
        "systemctl --quiet enable docker.service kubelet",
        "iptables -w 5 -X INPUT_ZONES",
        "sysctl -q -p /etc/sysctl.d/k8s.conf",
        "rpm -i --justdb --nodeps --noscripts --nosignature /opt/k8s-docker/kubectl-*.rpm",
        "mv /root/.kube/config.before /root/.kube/config; chmod 600 /root/.kube/config",
    )
    with lab.made("node", *broken, undo=undo):
        seen = lab.grade("liars")
    mistakes = ("docker.enabled", "init.kubelet-enabled", "base.rules", "base.sysctl-live", "init.packages")
    assert seen.gained(*(f"{id_}@node" for id_ in mistakes), "join.kubectl") == []


def test_profile_that_prints_changes_nothing(lab) -> None:  # type: ignore[no-untyped-def]
    """What a login file prints is no answer to anything that is asked."""
    prints = "for i in 1 2 3; do echo 'Welcome! enabled active ok'; echo noise >&2; done"
    with lab.made(
        "node",
        "cp -a /root/.bashrc /root/.bashrc.before",
        f"echo \"{prints}\" | sed 's/^/1i /' > /root/insert && sed -i -f /root/insert /root/.bashrc; rm /root/insert",
        undo=("mv /root/.bashrc.before /root/.bashrc",),
    ):
        seen = lab.grade("printing-profile")
    assert seen.spoilt() == {}


def test_profile_that_blocks_costs_nobody_a_point_and_ends(lab) -> None:  # type: ignore[no-untyped-def]
    """When no shell comes up we could not see: nothing is gained, nothing is lost, and the run ends in minutes."""
    clock = time.monotonic()
    with lab.made("node", "cp -a /root/.bashrc /root/.bashrc.before; sed -i '1i sleep 86400' /root/.bashrc", undo=()):
        try:
            seen = lab.grade("blocking-profile")
        finally:
            lab.from_host("node", "mv /root/.bashrc.before /root/.bashrc")
    own = [c for c in seen.run.criteria if c.where == "node" and c.id.split(".")[0] in NODE]
    assert {c.outcome for c in own} == {Outcome.UNDETERMINED}
    assert seen.run.ended == "finished"
    assert time.monotonic() - clock < 270


@pytest.mark.parametrize(
    ("name", "program"),
    [("endless", "exec yes 'a line that comes again and again'"), ("no-line-end", "exec tr '\\\\0' x < /dev/zero")],
)
def test_endless_output_is_cut_off(lab, name: str, program: str) -> None:  # type: ignore[no-untyped-def]
    """A program that never stops talking, with or without line ends, gains nothing and stops nothing."""
    with lab.made(
        "node",
        "mv /usr/bin/docker /usr/bin/docker.before",
        f"printf '#!/bin/sh\\n%s\\n' \"{program}\" > /usr/bin/docker; chmod 755 /usr/bin/docker",
        undo=("mv /usr/bin/docker.before /usr/bin/docker",),
    ):
        seen = lab.grade(name)
    asked = ("docker.daemon@node", "docker.container@node", "init.images-node")
    assert seen.gained(*asked) == []
    assert seen.spoilt(*asked, "join.ready", "join.agents") == {}
    assert seen.run.ended == "finished"


def test_hanging_program_is_given_up(lab) -> None:  # type: ignore[no-untyped-def]
    """A program that never ends costs us its time limit and gains nothing."""
    with lab.made(
        "node",
        "mv /usr/bin/docker /usr/bin/docker.before",
        "printf '#!/bin/sh\\ntrap \"\" TERM\\nsleep 86400\\n' > /usr/bin/docker; chmod 755 /usr/bin/docker",
        undo=("mv /usr/bin/docker.before /usr/bin/docker", "pkill -f '[s]leep 86400'"),
    ):
        seen = lab.grade("hanging")
    assert seen.gained("docker.daemon@node", "docker.container@node", "init.images-node") == []
    assert seen.run.ended == "finished"


def test_line_without_end_in_a_file(lab) -> None:  # type: ignore[no-untyped-def]
    """A file of forty megabytes in one line is no hostname."""
    with lab.made(
        "node",
        "cp -a /etc/hostname /etc/hostname.before; head -c 40000000 /dev/zero | tr '\\0' n > /etc/hostname",
        undo=("mv /etc/hostname.before /etc/hostname",),
    ):
        seen = lab.grade("long-line")
    assert seen.gained("base.hostname@node") == []
    assert seen.run.ended == "finished"


def test_mistake_behind_a_wall_of_text_is_seen(lab) -> None:  # type: ignore[no-untyped-def]
    """A swap line after more text than we read does not count as no swap line."""
    with lab.made(
        "node",
        "cp -a /etc/fstab /etc/fstab.before",
        "for i in $(seq 3000); do echo '# a comment that only takes up room'; done >> /etc/fstab",
        "echo '/dev/sdb1 none swap sw 0 0' >> /etc/fstab",
        undo=("mv /etc/fstab.before /etc/fstab",),
    ):
        seen = lab.grade("wall-of-text")
    assert seen.gained("base.swap-boot@node") == []


def test_file_names_with_newlines_forge_no_file(lab) -> None:  # type: ignore[no-untyped-def]
    """A file name that looks like our own marks does not make up another file or its text."""
    with lab.made(
        "node",
        "cp -a /etc/profile /etc/profile.before; sed -i '/br_netfilter/d' /etc/profile",
        "mv /etc/sysctl.d/k8s.conf /etc/sysctl.d/k8s.conf.before",
        "touch \"$(printf '/etc/modules-load.d/a\\n=forged\\n>br_netfilter\\n.conf')\"",
        "touch \"$(printf '/etc/sysctl.d/a\\n=zz.conf\\n>net.ipv4.ip_forward=1\\n>net.bridge.bridge-nf-call-iptables=1"
        "\\n>net.bridge.bridge-nf-call-ip6tables=1\\n.conf')\"",
        undo=(
            "mv /etc/profile.before /etc/profile",
            "mv /etc/sysctl.d/k8s.conf.before /etc/sysctl.d/k8s.conf",
            "find /etc/modules-load.d /etc/sysctl.d -name '*forged*' -delete",
            "find /etc/sysctl.d -name '*zz.conf*' -delete",
        ),
    ):
        seen = lab.grade("newlines")
    assert seen.gained("base.module-boot@node", "base.sysctl-file@node") == []


def test_markup_and_control_bytes_stay_text(lab) -> None:  # type: ignore[no-untyped-def]
    """HTML, script and escape sequences from a machine are shown as text, on the page and on the terminal."""
    with lab.made(
        "node",
        "cp -a /etc/hostname /etc/hostname.before",
        "printf '\\033[2J\\033]0;owned\\007<script>alert(1)</script>' > /etc/hostname",
        "printf '<img src=x onerror=alert(2)>\\342\\200\\256' >> /etc/hostname",
        undo=("mv /etc/hostname.before /etc/hostname",),
    ):
        seen = lab.grade("markup")
    page = (seen.folder / "report.html").read_text()
    assert seen.gained("base.hostname@node") == []
    assert strange(page) == []
    assert "<img src=x" not in page.lower()
    assert not any(character in page for character in "\x1b\x07\u202e")
    assert not any(character in seen.said for character in "\x1b\x07\u202e")
