"""The programs that are compiled for the stand-ins: CNI's view of them, against an API on localhost."""

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from labproof.rehearsal.bundle import programs
from labproof.rehearsal.bundle.apt import PrivateApt
from labproof.rehearsal.bundle.kubernetes import GO_BIN
from labproof.rehearsal.bundle.parts import Workplace
from labproof.rehearsal.bundle.standins import IMAGES, PROGRAMS
from standins.calico import cni
from tests.conformance.shown import read
from tests.standins import fake_cluster

POD = "/api/v1/namespaces/default/pods/web"
RESULT = {"cniVersion": "0.3.1", "ips": [{"version": "4", "address": "10.122.1.7/24", "gateway": "10.122.1.1"}]}


SAID = {entry["id"]: entry["says"] for entry in read("calico")["cni_error"]}
INFORMATION = "/apis/crd.projectcalico.org/v1/clusterinformations/default"
# What the two plugins of CNI that do the work are seen to do here: repeat what they were asked, or answer.
WORKER = """#!/bin/sh
cat > "$CNI_ASKED"
cat "$CNI_ANSWER"
"""


@dataclass(frozen=True)
class Runtime:
    """A folder of plugins, called as a container runtime does."""

    folder: Path
    nodename: Path
    account: Path

    def call(self, command: str, plugin: str = "calico") -> subprocess.CompletedProcess[str]:
        """Call a plugin for a Pod."""
        asked = {
            "cniVersion": "0.3.1",
            "name": "k8s-pod-network",
            "type": "calico",
            "mtu": 1500,
            "nodename_file": str(self.nodename),
            "kubeconfig": str(self.account),
            "ipam": {"type": "calico-ipam"},
        }
        args = "IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=web;K8S_POD_INFRA_CONTAINER_ID=c"
        return subprocess.run(
            [self.folder / plugin],
            input=json.dumps(asked),
            env={
                "PATH": os.environ["PATH"],
                "CNI_COMMAND": command,
                "CNI_ARGS": args,
                "CNI_PATH": str(self.folder),
                "CNI_ASKED": str(self.folder / "asked"),
                "CNI_ANSWER": str(self.folder / "answer"),
            },
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
        )

    @property
    def asked(self) -> Any:
        """Return what the plugin that does the work was asked."""
        return json.loads((self.folder / "asked").read_text())


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the compiled program."""
    if not Path(GO_BIN, "go").exists():
        pytest.skip("Go is not installed")
    folder = tmp_path_factory.mktemp("programs")
    log = folder / "log"
    bench = Workplace(folder, folder, log, {}, PrivateApt(folder / "apt", log), lambda _: None)
    programs.make(bench, PROGRAMS)
    return folder / "calico"


@pytest.fixture
def cluster() -> Iterator[fake_cluster.FakeCluster]:
    """Provide a cluster that has Calico and the Pod."""
    with fake_cluster.running() as found:
        found.put(POD, metadata={"annotations": {}})
        found.put(INFORMATION, spec={"datastoreReady": True})
        yield found


@pytest.fixture
def runtime(program: Path, tmp_path: Path, cluster: fake_cluster.FakeCluster) -> Runtime:
    """Return a Node on which calico-node is up and its plugins are installed."""
    (tmp_path / "nodename").write_text("master")
    cni.install_plugins(tmp_path, tmp_path, cni.account(cluster.url, "", fake_cluster.ADMIN), program)
    (tmp_path / "answer").write_text(json.dumps(RESULT))
    for name in ("ptp", "host-local"):
        (tmp_path / name).write_text(WORKER)
        (tmp_path / name).chmod(0o755)
    return Runtime(tmp_path, tmp_path / "nodename", tmp_path / cni.ACCOUNT)


def message(done: subprocess.CompletedProcess[str]) -> str:
    """Return what the runtime is told of a failure."""
    assert done.returncode == 1
    return str(json.loads(done.stdout)["msg"])


def test_address_is_written_on_the_pod(runtime: Runtime, cluster: fake_cluster.FakeCluster) -> None:
    """A Pod that is added carries its address at once, and the result of the plugin that does the work is handed on."""
    done = runtime.call("ADD")
    assert (json.loads(done.stdout), done.returncode, done.stderr) == (RESULT, 0, "")
    assert cluster.objects[POD]["metadata"]["annotations"] == {"cni.projectcalico.org/podIP": "10.122.1.7/32"}
    assert [seen.path for seen in cluster.seen] == [INFORMATION, f"{POD}/status"]
    assert (runtime.asked["type"], runtime.asked["ipam"]["type"]) == ("ptp", "calico-ipam")


def test_pod_starts_though_its_address_cannot_be_told(runtime: Runtime, cluster: fake_cluster.FakeCluster) -> None:
    """A Pod whose address cannot be written on it has its network all the same, and the reason is said."""
    (runtime.folder / "answer").write_text("{}")
    done = runtime.call("ADD")
    assert (done.stdout, done.returncode) == ("{}", 0)
    assert "was not written on it" in done.stderr


def test_failure_of_the_work_is_handed_on(runtime: Runtime) -> None:
    """What the plugin that does the work says of its failure is what the runtime reads."""
    failure = '{"cniVersion":"0.3.1","code":999,"msg":"no addresses available"}'
    (runtime.folder / "answer").write_text(failure)
    (runtime.folder / "ptp").write_text(f"{WORKER}exit 1\n")
    assert message(runtime.call("ADD")) == "no addresses available"


def test_plugin_looks_for_the_agent_first(runtime: Runtime) -> None:
    """Before calico-node was up no Pod gets an address: the words are Calico's."""
    runtime.nodename.unlink()
    said = SAID["no agent yet"].replace("/var/lib/calico/nodename", str(runtime.nodename))
    assert message(runtime.call("ADD")) == said


def test_token_of_an_earlier_cluster_is_refused(runtime: Runtime, cluster: fake_cluster.FakeCluster) -> None:
    """A token that the API does not know is told in Calico's words."""
    runtime.account.write_text(cni.account(cluster.url, "", "earlier"))
    assert message(runtime.call("ADD")) == SAID["token of an earlier cluster"]


def test_api_out_of_reach_is_told(runtime: Runtime) -> None:
    """An API that does not answer is told with its address and what the kernel said."""
    runtime.account.write_text(cni.account("http://127.0.0.1:1", "", "t"))
    assert message(runtime.call("ADD")) == (
        f'error getting ClusterInformation: Get "http://127.0.0.1:1{INFORMATION}": '
        "dial tcp 127.0.0.1:1: connect: connection refused"
    )


def test_cluster_without_calico_is_told(runtime: Runtime, cluster: fake_cluster.FakeCluster) -> None:
    """A cluster that calico-node never came up in has no ClusterInformation."""
    cluster.remove(INFORMATION)
    assert "ClusterInformation(default) with error" in message(runtime.call("ADD"))


def test_plugin_that_is_missing_is_named(runtime: Runtime) -> None:
    """What is missing beside the plugins is named in CNI's own words."""
    (runtime.folder / "host-local").unlink()
    asked = runtime.call("ADD", "calico-ipam")
    assert message(asked) == f'failed to find plugin "host-local" in path [{runtime.folder}]'


def test_addresses_come_from_host_local(runtime: Runtime) -> None:
    """Under its other name the program hands everything on to host-local."""
    assert json.loads(runtime.call("ADD", "calico-ipam").stdout) == RESULT
    assert runtime.asked["ipam"] == {"type": "calico-ipam"}


def test_pod_that_goes_needs_neither_agent_nor_api(runtime: Runtime, cluster: fake_cluster.FakeCluster) -> None:
    """A Pod's network is taken away without asking anybody; the versions are told when they are asked for."""
    runtime.nodename.unlink()
    assert runtime.call("DEL").returncode == 0
    assert (runtime.asked["type"], cluster.seen) == ("ptp", [])
    assert "0.3.1" in json.loads(runtime.call("VERSION").stdout)["supportedVersions"]


def test_every_program_has_a_source_and_an_image() -> None:
    """What an image wants compiled can be compiled, and nothing is compiled for nothing."""
    assert {name for image in IMAGES for name in image.programs.values()} == set(PROGRAMS)
    assert all(source.is_file() for source in PROGRAMS.values())


def test_changed_source_is_compiled_anew(tmp_path: Path) -> None:
    """The part's key follows the source."""
    source = tmp_path / "main.go"
    keys = set()
    for text in ("package main", "package main // changed"):
        source.write_text(text)
        keys.add(programs.part({"x": source}).key)
    assert len(keys) == 2
