"""The programs that are compiled for the stand-ins: CNI's view of them, against an API on localhost."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from labproof.rehearsal.bundle import programs
from labproof.rehearsal.bundle.apt import PrivateApt
from labproof.rehearsal.bundle.kubernetes import GO_BIN
from labproof.rehearsal.bundle.parts import Workplace
from labproof.rehearsal.bundle.standins import IMAGES, PROGRAMS
from standins.calico import cni
from tests.standins import fake_cluster

POD = "/api/v1/namespaces/default/pods/web"
RESULT = {"cniVersion": "0.3.1", "ips": [{"version": "4", "address": "10.122.1.7/24", "gateway": "10.122.1.1"}]}


@pytest.fixture(scope="module")
def plugin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the compiled plugin."""
    if not Path(GO_BIN, "go").exists():
        pytest.skip("Go is not installed")
    folder = tmp_path_factory.mktemp("programs")
    log = folder / "log"
    bench = Workplace(folder, folder, log, {}, PrivateApt(folder / "apt", log), lambda _: None)
    programs.make(bench, PROGRAMS)
    return folder / cni.PLUGIN


def call(plugin: Path, command: str, kubeconfig: Path, previous: object = RESULT) -> subprocess.CompletedProcess[str]:
    """Call the plugin as a container runtime does."""
    asked = {"cniVersion": "0.3.1", "name": "n", "type": cni.PLUGIN, "kubeconfig": str(kubeconfig)}
    args = "IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=web;K8S_POD_INFRA_CONTAINER_ID=c"
    return subprocess.run(
        [plugin],
        input=json.dumps({**asked, "prevResult": previous}),
        env={**os.environ, "CNI_COMMAND": command, "CNI_ARGS": args},
        capture_output=True,
        text=True,
        timeout=10,
        check=False,
    )


def test_address_is_written_on_the_pod(plugin: Path, tmp_path: Path) -> None:
    """A Pod that is added carries its address at once, and the result of the plugins before is handed on."""
    account = tmp_path / cni.ACCOUNT
    with fake_cluster.running() as cluster:
        cluster.put(POD, metadata={"annotations": {}})
        account.write_text(cni.account(cluster.url, "", fake_cluster.ADMIN))
        done = call(plugin, "ADD", account)
        assert cluster.objects[POD]["metadata"]["annotations"] == {"cni.projectcalico.org/podIP": "10.122.1.7/32"}
        assert cluster.seen[-1].path == f"{POD}/status"
    assert (json.loads(done.stdout), done.returncode, done.stderr) == (RESULT, 0, "")


@pytest.mark.parametrize("account", ["", "{}", cni.account("http://127.0.0.1:1", "", "t")])
def test_pod_starts_though_its_address_cannot_be_told(plugin: Path, tmp_path: Path, account: str) -> None:
    """Without an API, or an account for it, the Pod has its network all the same, and the reason is said."""
    (tmp_path / cni.ACCOUNT).write_text(account)
    done = call(plugin, "ADD", tmp_path / cni.ACCOUNT)
    assert (json.loads(done.stdout), done.returncode) == (RESULT, 0)
    assert "was not written on it" in done.stderr


def test_other_commands_change_nothing(plugin: Path, tmp_path: Path) -> None:
    """A Pod that goes needs nothing of this plugin; its versions are told when they are asked for."""
    assert call(plugin, "DEL", tmp_path / "none").returncode == 0
    assert "0.3.1" in json.loads(call(plugin, "VERSION", tmp_path / "none").stdout)["supportedVersions"]


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
