"""The course as it is written: rubric, features and known mistakes fit together."""

import re
import tomllib
from itertools import combinations, pairwise
from pathlib import Path

import pytest

from labproof.grading import expectation, rubric
from labproof.grading import syllabus as plan
from labproof.grading.exercise import Criterion, Exercise, SlipEntry
from labproof.grading.known_mistakes import recognise
from labproof.ground.places import course_dir
from labproof.lab.browser import PageState
from labproof.lab.service import UnitState
from labproof.records.model import Exchange
from steps.probes.account import AccountState
from steps.probes.docker import parse_file
from steps.probes.firewall import parse_leftovers
from steps.probes.node import NodeState
from steps.probes.package import parse_repository
from steps.probes.selinux import parse_config
from steps.probes.swap import parse_fstab
from steps.probes.workload import Origin, ServiceState, WorkloadState

RUBRIC = rubric.load(extras=frozenset({"reboot", "concepts"}))
PLAN = plan.load(RUBRIC)
POINTS = {
    "base": 16,
    "docker": 14,
    "init": 18,
    "calico": 10,
    "dashboard": 12,
    "join": 12,
    "nginx": 10,
    "kuboard": 8,
    "reboot": 0,
    "concepts": 0,
}
CRITERIA = [c for e in RUBRIC.exercises for c in e.criterion]
SLIPS = [(e, slip) for e in RUBRIC.exercises for slip in e.slip]
SYMPTOMS = {
    f"{section}.{name}": text
    for section, texts in tomllib.loads((Path(__file__).parents[1] / "slip_symptoms.toml").read_text("utf-8")).items()
    for name, text in texts.items()
}
# The commands of the handout that settle a criterion; the first hint gives the idea, not the answer.
SOLUTIONS = re.compile(
    r"ssh-copy-id|hostnamectl|systemctl (stop|disable|start|enable|restart)|setenforce|swapoff|modprobe|sysctl -p"
    r"|yum install|docker load|kubeadm (init|join)|kubectl (apply|label)|token create|--[a-z]+-[a-z-]+|chmod|chown|scp "
)

# The same words of a machine mean another thing, or want another cure, where they are seen of something else.
SIGNS_OF_SEVERAL: tuple[set[str], ...] = (
    {"base.names-nat-address", "join.node-ip"},
    {"init.images-untagged", "kuboard.tag-lost"},
    {"init.pod-cidr-left-out", "calico.pool-unknown"},
    {"init.kubeconfig-missing", "join.kubeconfig-missing"},
    {"init.kubeconfig-stale", "join.kubeconfig-stale"},
    {"init.kubeconfig-of-kubelet", "join.kubeconfig-of-kubelet"},
    {"calico.dns-stopped", "join.dns-stopped"},
    {"dashboard.images", "kuboard.image-elsewhere"},
    {"dashboard.target-port", "nginx.target-port", "join.page-refused"},
    {"kuboard.not-applied", "kuboard.service-missing"},
)


def named(slips: tuple[object, ...]) -> set[str]:
    """Return the ids of recognised slips."""
    return {str(getattr(slip, "id", "")) for slip in slips}


def test_rubric_and_features_agree() -> None:
    """Every Then has exactly one entry with its words, and every entry has its Then."""
    assert PLAN.problems() == []
    thens = [(s.section, t.text) for s in PLAN.scenarios for t in s.thens]
    assert sorted(thens) == sorted((e.section, e.text) for e in RUBRIC.entries.values())


def test_each_section_is_worth_what_the_course_says() -> None:
    """The eight sections have their points, 100 in all, and stand in the handout's order."""
    worth = {e.id: float(sum(x.points for x in rubric.entries_of(e).values())) for e in RUBRIC.exercises}
    assert worth == POINTS
    assert list(worth) == list(POINTS)


def test_criteria_carry_their_section() -> None:
    """The id of a criterion or a slip begins with the id of its section."""
    for exercise in RUBRIC.exercises:
        for id_ in [c.id for c in exercise.criterion] + [s.id for s in exercise.slip]:
            assert id_.startswith(f"{exercise.id}."), id_


def test_needs_are_known_in_time() -> None:
    """A need is judged before what needs it, in this section or in one that this section builds on."""
    order = [e.id for s in PLAN.scenarios for e in PLAN.entries(s)]
    for entry in RUBRIC.entries.values():
        for need in entry.needs:
            assert order.index(need) < order.index(entry.id), f"{entry.id} needs {need}"
            section = RUBRIC.entries[need].section
            assert section in (entry.section, *RUBRIC.needed_by(entry.section)), f"{entry.id} needs {need}"


def test_nothing_fails_without_a_cause_of_its_own() -> None:
    """The first criterion of each section can be failed by itself: its needs are elsewhere."""
    for exercise in RUBRIC.exercises:
        first = next(iter(rubric.entries_of(exercise).values()))
        needs = RUBRIC.entries[first.id].needs
        assert all(RUBRIC.entries[n].section != exercise.id for n in needs)


@pytest.mark.parametrize("criterion", CRITERIA, ids=lambda c: c.id)
def test_first_hint_is_an_idea(criterion: Criterion) -> None:
    """The first hint has no command of the handout in it and differs from the second."""
    assert not SOLUTIONS.search(criterion.hints[0]), criterion.hints[0]
    assert criterion.hints[0] != criterion.hints[1]


@pytest.mark.parametrize("criterion", CRITERIA, ids=lambda c: c.id)
def test_help_is_short(criterion: Criterion) -> None:
    """What a learner reads is one sentence of why, and two sentences at most of each hint and of what to try."""
    texts = {"why": (criterion.why, 1), "try": (criterion.try_this, 2)}
    texts |= {f"hint {i}": (hint, 2) for i, hint in enumerate(criterion.hints, 1)}
    for name, (text, most) in texts.items():
        assert text.endswith((".", "?")), f"{name}: {text}"
        assert len(re.findall(r"[.?](?= [A-Z`]|$)", text)) <= most, f"{name}: {text}"


def test_each_slip_has_an_example() -> None:
    """Every known mistake has one text that shows it, and no id stands twice."""
    ids = [slip.id for _, slip in SLIPS]
    assert sorted(ids) == sorted(SYMPTOMS)
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(("exercise", "slip"), SLIPS, ids=[s.id for _, s in SLIPS])
def test_slip_is_recognised(exercise: Exercise, slip: SlipEntry) -> None:
    """The text that shows a mistake is recognised as this mistake, and as no other, in each of its criteria."""
    assert {c.id for c in exercise.criterion} & set(slip.criteria), "a slip stands in the first section that it is of"
    for criterion in slip.criteria:
        assert named(recognise(RUBRIC.slips, criterion, SYMPTOMS[slip.id], ())) == {slip.id}


def test_no_slip_has_a_copy() -> None:
    """A known mistake has its words once, for all the criteria that it shows in: copies would drift apart."""
    for one, other in combinations((s for _, s in SLIPS), 2):
        assert one.says != other.says, f"{one.id} and {other.id}: let one name the criteria of both"
        if one.symptom == other.symptom:
            assert any({one.id, other.id} <= sign for sign in SIGNS_OF_SEVERAL), f"{one.id} and {other.id}: the same"


def test_slips_see_nothing_in_what_is_right() -> None:
    """A text that meets its expectation shows no mistake."""
    right = {
        "base.firewalld": "firewalld is not running and not enabled at boot",
        "base.selinux-boot": "SELINUX=disabled",
        "base.swap-boot": "#/swapfile\tnone\tswap\tdefaults\t0 0\n/dev/sda1 / ext4 defaults 0 0",
        "docker.repository": "baseurl file:///opt/k8s-docker, enabled, with metadata there",
        "docker.file": "cgroup driver systemd, mirrors https://rncxm540.mirror.aliyuncs.com",
        "init.kubeconfig-private": "root:root 600",
        "init.kubeconfig": "it leads to https://192.168.200.10:6443, this cluster, and may do everything there",
        "join.nodes": "master, node",
        "join.label": '{"labels":{"node-role.kubernetes.io/worker":"worker","node-role.kubernetes.io/master":""}}',
        "kuboard.service": "kuboard is of type NodePort, node port 32567",
        "dashboard.service": "kubernetes-dashboard is of type NodePort, node port 30000",
        "dashboard.account": "the account is bound to cluster-admin, view",
        "nginx.origin": "made by dashboard, with the form's k8s-app label",
    }
    for criterion, text in right.items():
        assert recognise(RUBRIC.slips, criterion, text, ()) == (), criterion


NODE = NodeState("node", "Unknown", "Kubelet stopped posting node status.", "10.0.2.15", "v1.28.2", frozenset())


@pytest.mark.parametrize(
    ("criterion", "found", "slip"),
    [
        (
            "base.hostname",
            expectation.all_equal({"the hostname": "node"}).found({"the hostname": "Node"}),
            "upper-case",
        ),
        ("base.firewalld", str(UnitState("firewalld", True, False, True)), "until-boot"),
        ("base.rules", "; ".join(parse_leftovers("-P INPUT ACCEPT\n-A INPUT -j REJECT\n")), "reject"),
        ("base.selinux-boot", str(parse_config("SELINUX=enforcing\n")), "until-boot"),
        ("base.swap-boot", "; ".join(parse_fstab("/swapfile\tnone\tswap\tdefaults\t0 0\n")), "tab"),
        ("base.module-boot", expectation.something("a file").found([]), "until-boot"),
        ("docker.repository", str(parse_repository("[k8s-docker]\nbaseurl=file//opt\nenabled=1\n", True)), "address"),
        ("docker.enabled", str(UnitState("docker", True, True, False)), "until-boot"),
        ("docker.file", str(parse_file('{"exec-opts": ["a"],}')), "comma"),
        ("docker.file", str(parse_file('{"exec-opts": ["a"]\n"b": 1}')), "comma-missing"),
        ("docker.file", str(parse_file('{"exec-opts": []}\n{}')), "two-objects"),
        ("docker.file", str(parse_file('{"registry-mirrors": ["https://m"]}')), "no-driver"),
        ("init.pod-cidr", expectation.equal("10.122.0.0/16").found(None), "left-out"),
        ("calico.daemonset", str(WorkloadState("calico-node")), "not-applied"),
        ("dashboard.service", str(ServiceState("kubernetes-dashboard", "ClusterIP", 443)), "not-edited"),
        ("dashboard.account", str(AccountState(True)), "unbound"),
        (
            "join.ready",
            expectation.all_equal({"node": "True"}).found({"node": f"{NODE.ready}: {NODE.reason}"}),
            "silent",
        ),
        ("join.addresses", expectation.all_equal({"node": "192.168.200.20"}).found({"node": NODE.address}), "node-ip"),
        ("join.label", expectation.equal({"node"}).found({"master", "node"}), "on-master"),
        ("nginx.origin", str(Origin(True, ("kubectl-create",), False)), "by-kubectl"),
        ("nginx.service", str(ServiceState("nginx")), "no-service"),
        ("nginx.page", str(PageState(None, problem="connection refused by 192.168.200.20")), "target-port"),
    ],
)
def test_slip_shows_in_what_a_probe_says(criterion: str, found: str, slip: str) -> None:
    """The words that probes and expectations use today are those that the symptoms look for."""
    assert any(id_.endswith(slip) for id_ in named(recognise(RUBRIC.slips, criterion, found, ())))


def test_each_section_has_a_text_for_learners() -> None:
    """Beside each rubric lies a README that begins with both titles."""
    folders = sorted(p.parent for p in (course_dir() / "exercises").glob("*/exercise.toml"))
    assert len(folders) == len(RUBRIC.exercises)
    for folder, exercise in zip(folders, RUBRIC.exercises, strict=True):
        assert folder.name == f"{exercise.order:02d}-{exercise.id}"
        heading = (folder / "README.md").read_text("utf-8").splitlines()[0]
        assert exercise.title["en"] in heading
        assert exercise.title["zh"] in heading


def test_orders_follow_each_other() -> None:
    """The sections are numbered one by one, and each builds only on earlier ones."""
    assert all(b.order == a.order + 1 for a, b in pairwise(RUBRIC.exercises))
    place = {e.id: e.order for e in RUBRIC.exercises}
    assert all(place[need] < e.order for e in RUBRIC.exercises for need in e.needs)


def test_event_of_another_pod_names_no_mistake() -> None:
    """A mistake that an event tells is seen in what was found, which holds this Pod's own, not in the list of all."""
    events = '{"items":[{"message":"calico/node is not ready: BIRD is not ready: BGP not established with 10.0.2.15"}]}'
    seen = Exchange(1, "master", "api", "GET events", "observe", "", 0.0, 200, events, "")
    found = "calico-node: 1 of 2 available, 1 up to date; calico-node: ErrImagePull no such host"
    for section, criterion in (("calico", "calico.daemonset"), ("join", "join.agents")):
        assert named(recognise(RUBRIC.slips, criterion, found, [seen])) == {f"{section}.images"}


@pytest.mark.parametrize(
    "criterion", ["calico.daemonset", "join.agents", "dashboard.available", "nginx.available", "kuboard.available"]
)
def test_image_of_another_pod_names_no_mistake(criterion: str) -> None:
    """Beside what was found, the API's list of all Pods holds others, whose images are nobody's cause here."""
    pods = '{"items":[{"status":{"containerStatuses":[{"state":{"waiting":{"reason":"ImagePullBackOff"}}}]}}]}'
    seen = Exchange(1, "master", "api", "GET pods", "observe", "", 0.0, 200, pods, "")
    assert recognise(RUBRIC.slips, criterion, "0 of 1 available; it has no Pods", [seen]) == ()


def test_log_of_a_pod_names_no_mistake_that_it_has_got_over() -> None:
    """The log that last words are taken from may hold earlier troubles: what was found has the cause alone."""
    log = (
        "2021-01-04 17:24:40 [INFO][8] unable to connect to BIRDv4 socket; felix is not ready\n"
        "2021-01-04 17:24:41 [INFO][8] BGP not established with 192.168.200.10\n"
    )
    seen = Exchange(1, "master", "api", "GET log", "observe", "", 0.0, 200, log, "")
    said = "calico-node said: Calico node 'master' is already using the IPv4 address 10.0.2.15."
    for criterion, found in (("calico.daemonset", f"calico-node: 1 of 2 available; {said}"), ("join.agents", said)):
        assert named(recognise(RUBRIC.slips, criterion, found, [seen])) == {"calico.nat-address"}
