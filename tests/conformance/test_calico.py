"""The stand-in for Calico and the grader agree with what the real Calico shows."""

import logging
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from labproof.connection.fake import FakeConnection, Page
from labproof.grading import expectation
from labproof.ground.places import course_dir
from labproof.rehearsal.bundle.standins import MANIFESTS
from standins.calico import cni, startup, words
from standins.calico.pool import KUBEADM, pool_cidr
from steps.cluster.api import Cluster
from steps.cluster.cause import cause
from steps.course import expect
from steps.probes import bridge, calico, pod_network, workload
from tests.conformance.scratch import ScratchFiles, machine
from tests.conformance.shown import RUBRIC, read, recognised, recognised_in, shape
from tests.standins.fake_cluster import FakeCluster

REAL = read("calico")
NOW = datetime(2021, 1, 4, 17, 24, 47, 807000, UTC)
STAND_IN = {
    "silent peer": words.unready(words.silent_peers(("10.0.2.15",)), 0, NOW),
    "starting": words.unready(words.NO_BIRD, None, NOW),
    "no API": words.unready(words.FELIX, None, NOW),
}
HERE = ("calico.images", "join.images")
"""A mistake has words of its own where the Pods of one machine are looked at."""
READINESS, ERRORS, POOLS = REAL["readiness"], REAL["cni_error"], REAL["pool"]
SET: dict[str, Any] = {
    "metadata": {"generation": 1},
    "spec": {"selector": {"matchLabels": {"k8s-app": "calico-node"}}},
    "status": {"observedGeneration": 1, "desiredNumberScheduled": 2, "updatedNumberScheduled": 2, "numberAvailable": 1},
}


def named(entry: dict[str, Any]) -> str:
    return str(entry["id"])


def daemon_set() -> dict[str, Any]:
    """Return calico-node's Pod as the stand-in's manifest describes it."""
    found = [item for item in yaml.safe_load_all(MANIFESTS["calico.yaml"].read_text()) if item]
    (agent,) = [item for item in found if item["kind"] == "DaemonSet"]
    pod: dict[str, Any] = agent["spec"]["template"]["spec"]
    return pod


def agents(fake: FakeConnection, api: Cluster, pod: dict[str, Any], events: list[Any], log: str = "") -> str:
    """Return what the grader finds of Calico's agents where this Pod is not ready."""
    fake.serve("GET", "/events", Page({"items": events}))
    fake.serve("GET", "/namespaces/kube-system/daemonsets/calico-node", Page(SET))
    fake.serve("GET", "/pods?labelSelector=", Page({"items": [pod]}))
    fake.serve("GET", "/pods/calico-node-x/log", Page(log))
    fake.serve("GET", "/api/v1/nodes", Page({"items": []}))
    return str(calico.agents(api))


def agent(init: list[dict[str, Any]], main: dict[str, Any], restarts: int = 0) -> dict[str, Any]:
    """Return calico-node's Pod with these states of its containers."""
    containers = [{"name": "calico-node", "restartCount": restarts, "ready": False, "state": main}]
    return {
        "metadata": {"name": "calico-node-x"},
        "status": {"initContainerStatuses": init, "containerStatuses": containers},
    }


@pytest.mark.parametrize("real", [entry for entry in READINESS if "stand_in" in entry], ids=named)
def test_stand_in_is_unready_in_calicos_words(real: dict[str, Any]) -> None:
    """What the stand-in's readiness probe prints is what Calico's prints, but for the time and the process."""
    assert shape(f"Readiness probe failed: {STAND_IN[real['stand_in']]}") == shape(real["event"])


def test_every_word_of_the_stand_in_is_calicos() -> None:
    """There is nothing that the stand-in's readiness says and the real one does not."""
    assert {entry["stand_in"] for entry in READINESS if "stand_in" in entry} == set(STAND_IN)


@pytest.mark.parametrize("real", READINESS, ids=named)
def test_grader_shows_why_calico_is_unready(fake: FakeConnection, api: Cluster, real: dict[str, Any]) -> None:
    """What the grader shows ends with the cause, and the mistake is recognised in it."""
    about = {"kind": "Pod", "name": "calico-node-x"}
    event = {"type": "Warning", "reason": "Unhealthy", "message": real["event"].lstrip(), "involvedObject": about}
    found = agents(fake, api, agent([], {"running": {}}), [event])
    assert found.endswith(real["shown"])
    assert set(real["known_as"]) <= recognised(found)


def test_probes_have_no_time_of_their_own() -> None:
    """As in the manifests up to 3.19 no probe says how long it may take: Kubernetes 1.20 cuts it off after 1 s."""
    (container,) = daemon_set()["containers"]
    assert "exec" in container["readinessProbe"]
    assert not any("timeoutSeconds" in container[probe] for probe in ("readinessProbe", "livenessProbe"))


def test_init_containers_are_calicos() -> None:
    """The stand-in's manifest has Calico's init containers in their order, the first two of one image."""
    real, found = REAL["init_containers"], daemon_set()["initContainers"]
    assert [container["name"] for container in found] == real["names"]
    images = {container["name"]: container["image"] for container in found}
    assert len({images[name] for name in real["of_one_image"]}) == 1
    assert len(set(images.values())) == 2


def test_grader_shows_the_container_that_the_others_wait_for(fake: FakeConnection, api: Cluster) -> None:
    """Of the containers the one that lacks its image is shown, and not those that only wait for it."""
    real = REAL["init_containers"]
    waits = {"waiting": {"reason": real["waits_for_the_first"]}}
    missing = {"waiting": {"reason": "ImagePullBackOff", "message": 'Back-off pulling image "calico/cni:v3.17.3"'}}
    init = [{"name": name, "state": missing if name == real["names"][0] else waits} for name in real["names"]]
    found = agents(fake, api, agent(init, waits), [])
    assert "upgrade-ipam: ImagePullBackOff" in found
    assert real["waits_for_the_first"] not in found
    assert "calico.images" in recognised(found)


def test_conflict_is_logged_as_calico_logs_it() -> None:
    """The stand-in lays its log out as Calico does: time, level, process, place, message."""
    real = REAL["startup_log"]
    for text, source in zip(real["lines"], real["sources"], strict=True):
        record = logging.LogRecord("calico", logging.WARNING, "", 1, text, (), None)
        record.source = source
        assert shape(words.CalicoFormatter().format(record)) == f"TIME [WARNING][PID] {source}: {text}"


def test_grader_reads_the_log_of_a_conflict(fake: FakeConnection, api: Cluster) -> None:
    """Of the agent that crashed the line that tells why is shown, and the mistake is recognised with its cure."""
    real = REAL["startup_log"]
    lines = [words.line("WARNING", "startup/startup.go 1", text, NOW) for text in real["lines"]]
    log = "\n".join([*lines, real["last"]])
    waits = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 40s restarting failed container"}}
    found = agents(fake, api, agent([], waits, restarts=4), [], log)
    assert real["shown"] in found
    assert real["known_as"] in recognised(found)
    (slip,) = (slip for slip in RUBRIC.slips if slip.id == real["known_as"])
    assert real["cure"] in slip.try_this


@pytest.mark.parametrize("real", REAL["startup_failure"], ids=named)
def test_grader_reads_why_the_agent_ended(fake: FakeConnection, api: Cluster, real: dict[str, Any]) -> None:
    """How every start that fails ends tells nothing: what went before it is shown, and recognised alone."""
    lines = [words.line("WARNING", "startup/startup.go 1", text, NOW) for text in real["lines"]]
    waits = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 40s restarting failed container"}}
    log = "\n".join([*lines, REAL["startup_log"]["last"]])
    found = agents(fake, api, agent([], waits, restarts=4), [], log)
    assert found.endswith(real["shown"])
    assert recognised_in("calico.daemonset", found) == set(real["known_as"])


def test_stand_in_finds_no_address_in_calicos_words(caplog: pytest.LogCaptureFixture) -> None:
    """The stand-in that is told a card which is not there ends with what Calico says of it."""
    (real,) = (entry for entry in REAL["startup_failure"] if "method" in entry)
    with caplog.at_level(logging.WARNING), pytest.raises(startup.StartupFailed):
        startup.take_address({startup.METHOD: real["method"]})
    startup.terminate()
    assert [record.getMessage() for record in caplog.records] == real["lines"]


def test_grader_reads_the_annotation_that_calico_writes(fake: FakeConnection, api: Cluster) -> None:
    """An address that is not the node's own is read from the annotation, and known for what it is."""
    node = {
        "metadata": {"name": "node", "annotations": {REAL["startup_log"]["annotation"]: "10.0.2.15/24"}},
        "status": {"addresses": [{"type": "InternalIP", "address": "192.168.200.20"}]},
    }
    fake.serve("GET", "/api/v1/nodes", Page({"items": [node]}))
    said = f"calico-node: 0 of 1 available; {calico.wrong_addresses(api)}"
    for criterion in ("calico.daemonset", "join.traffic"):
        assert recognised_in(criterion, said) == {"calico.nat-address"}


@pytest.mark.parametrize("real", ERRORS, ids=named)
def test_grader_shows_what_the_plugin_said(fake: FakeConnection, api: Cluster, real: dict[str, Any]) -> None:
    """Behind the 298 characters of kubelet the whole of what the plugin said is shown, and recognised."""
    message = REAL["cni"]["before"] % ("0123456789abcdef" * 4) + real["says"]
    about = {"kind": "Pod", "name": "web"}
    event = {"type": "Warning", "reason": "FailedCreatePodSandBox", "message": message, "involvedObject": about}
    fake.serve("GET", "/events", Page({"items": [event]}))
    pod = {"metadata": {"name": "web"}, "status": {"conditions": [{"type": "Ready", "status": "False"}]}}
    found = workload.trouble(api, "default", [pod])
    assert found.endswith(f"the network plugin: {real['says']}")
    assert set(real["known_as"]) <= recognised(found)
    assert cause(message) in found


@pytest.mark.parametrize(
    "teardown", [None, "error getting ClusterInformation: connection is unauthorized: Unauthorized"]
)
@pytest.mark.parametrize("real", ERRORS, ids=named)
def test_grader_shows_what_failed_first(real: dict[str, Any], teardown: str | None) -> None:
    """Where taking the sandbox away again fails too, what is told and recognised is why it was not set up."""
    id_ = "0123456789abcdef" * 4
    head, mark, failed = (REAL["cni"]["before"] % id_).partition("failed to set up")
    message = head + REAL["cni"]["again"] % (f"{mark}{failed}{real['says']}", id_, teardown or real["says"])
    said = cause(message)
    assert said == f"Failed to create pod sandbox: the network plugin: {real['says']}"
    assert recognised_in("calico.pod", f"a Pod on master with address none is Pending: {said}") == set(real["known_as"])


@pytest.mark.parametrize("real", ERRORS, ids=named)
def test_stand_ins_plugin_fails_in_calicos_words(real: dict[str, Any]) -> None:
    """The program that stands in for Calico's plugin has its formats, and put together they give the real words."""
    source = (course_dir() / "standins/calico/plugin/main.go").read_text()
    rest = real["says"]
    for text in real["formats"]:
        assert f'fmt.Errorf("{text}"' in source
        match = re.fullmatch(re.sub(r"%\w", "(.+)", text), rest)
        assert match, rest
        rest = match[match.re.groups]


@pytest.mark.parametrize("real", REAL["plugin"], ids=named)
def test_grader_names_another_network_plugin(fake: FakeConnection, api: Cluster, real: dict[str, Any]) -> None:
    """The operator's Calico earns what the handout's earns; another plugin is named, and none is told as none."""
    path = f"/namespaces/{real['namespace']}/daemonsets/{real['daemon_set']}"
    done = {**SET["status"], "numberAvailable": 2}
    fake.serve("GET", "/apis/apps/v1/daemonsets", Page({"items": [{"metadata": {"name": real["daemon_set"]}}]}))
    fake.serve("GET", "/daemonsets/calico-node", Page({}, 404))
    fake.serve("GET", path, Page({**SET, "status": done}))
    wanted, state = expect.available("calico-node"), calico.agents(api)
    assert wanted.is_met(state) is (real["daemon_set"] == "calico-node")
    known = set() if wanted.is_met(state) else recognised_in("calico.daemonset", wanted.found(state))
    assert known == set(real["known_as"])


@pytest.mark.parametrize("real", REAL["no_pool"], ids=named)
def test_grader_tells_why_there_is_no_pool(fake: FakeConnection, api: Cluster, real: dict[str, Any]) -> None:
    """A Calico whose pools are not in the API is named, and is another thing than a pool that was deleted."""
    fake.serve("GET", "/ippools", Page({"items": []}, 200 if real["kinds"] else 404))
    fake.serve("GET", "/ippools/default-ipv4-ippool", Page({}, 404))
    wanted, cidr = expectation.equal("10.122.0.0/16"), pod_network.pool_cidr(api)
    assert not wanted.is_met(cidr)
    assert recognised_in("calico.pool", wanted.found(cidr)) == set(real["known_as"])


@pytest.mark.parametrize("real", REAL["pools"], ids=named)
def test_grader_reads_the_pools_that_give_out_addresses(
    fake: FakeConnection, api: Cluster, real: dict[str, Any]
) -> None:
    """The range is that of the default pool, or of what was put in its place; one that is switched off gives none."""
    items = [{"metadata": {"name": p["name"]}, "spec": {k: p[k] for k in p if k != "name"}} for p in real["pools"]]
    default = [item for item in items if item["metadata"]["name"] == "default-ipv4-ippool"]
    fake.serve("GET", "/ippools", Page({"items": items}))
    fake.serve("GET", "/ippools/default-ipv4-ippool", Page(default[0]) if default else Page({}, 404))
    wanted, cidr = expectation.equal("10.122.0.0/16"), pod_network.pool_cidr(api)
    assert cidr == real.get("range")
    known = set() if wanted.is_met(cidr) else recognised_in("calico.pool", wanted.found(cidr))
    assert known == set(real["known_as"])


@pytest.mark.parametrize("id_", REAL["old_addresses"]["told_by"])
def test_advice_about_a_pool_has_its_second_half(id_: str) -> None:
    """Whoever is told to replace a pool is told as well what becomes of the addresses of the old one."""
    (slip,) = (slip for slip in RUBRIC.slips if slip.id == id_)
    assert all(re.search(part, slip.try_this) for part in REAL["old_addresses"]["cure"])


@pytest.mark.parametrize("real", REAL["release"], ids=named)
def test_grader_reads_the_release_of_calico(fake: FakeConnection, api: Cluster, real: dict[str, Any]) -> None:
    """One that is too new is named by the tag of its image, wherever its Pods are seen; of others an image lacks."""
    container = {"name": "calico-node", "image": real["image"]}
    agents_set = {**SET, "spec": {**SET["spec"], "template": {"spec": {"containers": [container]}}}}
    pull = {"waiting": {"reason": "ImagePullBackOff", "message": f'Back-off pulling image "{real["image"]}"'}}
    fake.serve("GET", "/events", Page({"items": []}))
    fake.serve("GET", "/pods?labelSelector=", Page({"items": [agent([], pull)]}))
    fake.serve("GET", "/api/v1/nodes", Page({"items": []}))
    fake.serve("GET", "/namespaces/kube-system/daemonsets/calico-node", Page(agents_set))
    found = str(calico.agents(api))
    assert recognised_in("calico.daemonset", found) == set(real["known_as"])
    assert ("is made for a later Kubernetes" in found) is ("kubectl" in real)
    on_node = f"calico-node is not ready: {workload.trouble(api, 'kube-system', [agent([], pull)])}"
    assert recognised_in("join.agents", on_node) == {name.replace(*HERE) for name in real["known_as"]}
    if "kubectl" in real:
        assert recognised_in("calico.daemonset", "", real["kubectl"]) == set(real["known_as"])


def test_release_that_runs_costs_nothing(fake: FakeConnection, api: Cluster) -> None:
    """One that is too new and runs all the same is Calico like any other."""
    real = next(entry for entry in REAL["release"] if "kubectl" in entry)
    template = {"spec": {"containers": [{"name": "calico-node", "image": real["image"]}]}}
    status = {**SET["status"], "numberAvailable": 2}
    found = {**SET, "spec": {**SET["spec"], "template": template}, "status": status}
    fake.serve("GET", "/namespaces/kube-system/daemonsets/calico-node", Page(found))
    assert expect.available("calico-node").is_met(calico.agents(api))


def test_felix_forwards_by_itself() -> None:
    """The stand-in switches on what Felix does."""
    assert str(startup.FORWARDING) == REAL["felix"]["path"]


def test_forwarding_by_felix_alone_is_told(tmp_path: Path) -> None:
    """With forwarding on, and in no file, the file's own criterion fails, and says who switches it on meanwhile."""
    key = REAL["felix"]["sets"]
    files = ScratchFiles(tmp_path)
    files.write(REAL["felix"]["path"], "1\n")
    files.write("/etc/sysctl.d/k8s.conf", "".join(f"{other} = 1\n" for other in bridge.KEYS if other != key))
    live, kept = bridge.live(machine(files)), bridge.persisted(machine(files))
    wanted = expectation.all_equal(dict.fromkeys(bridge.KEYS, "1"))
    assert (live[key], wanted.is_met(kept)) == ("1", False)
    assert recognised_in("base.sysctl-file", wanted.found(kept)) == {"base.sysctl-until-boot"}
    (slip,) = (slip for slip in RUBRIC.slips if slip.id == "base.sysctl-until-boot")
    assert "Calico" in slip.says


@pytest.mark.parametrize("id_", REAL["stopped"]["causes"])
def test_advice_names_what_stops_packets(id_: str) -> None:
    """Where packets vanish or are rejected the causes that hold for 1.20 are named."""
    (slip,) = (slip for slip in RUBRIC.slips if slip.id == id_)
    assert all(cause_ in f"{slip.says} {slip.try_this}" for cause_ in REAL["stopped"]["causes"][id_])


def test_no_advice_blames_the_policy_of_forward() -> None:
    """What stops nothing in 1.20 is named nowhere, in no mistake and in no hint."""
    texts = [text for slip in RUBRIC.slips for text in (slip.says, slip.try_this)]
    texts += [text for e in RUBRIC.exercises for c in e.criterion for text in (c.why, *c.hints, c.try_this)]
    assert [text for text in texts if re.search(REAL["stopped"]["no_cause"], text)] == []


def test_plugins_have_calicos_names(tmp_path: Path) -> None:
    """The programs, the configuration, the account and the file with the Node's name are where Calico's are."""
    real = REAL["cni"]
    assert list(cni.PLUGINS) == real["plugins"]
    assert (cni.NAME, cni.ACCOUNT, str(cni.NODENAME)) == (real["configuration"], real["account"], real["nodename"])
    first = yaml.safe_load(cni.configuration("10.122.0.0/24"))["plugins"][0]
    assert [first["type"], first["ipam"]["type"]] == real["plugins"]


@pytest.mark.parametrize("real", POOLS, ids=named)
def test_pool_is_the_one_that_calico_takes(cluster: FakeCluster, real: dict[str, Any]) -> None:
    """With and without a Pod subnet the stand-in comes up with the range that Calico takes."""
    settings = {"networking": {"podSubnet": real["pod_subnet"]} if real["pod_subnet"] else {}}
    cluster.put(KUBEADM, data={"ClusterConfiguration": yaml.safe_dump(settings)})
    assert pool_cidr(cluster.api(), real["own"], {}) == real["cidr"]
