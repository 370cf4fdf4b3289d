"""The three manifests as a student gets and edits them."""

from typing import Any

import pytest
import yaml

from labproof.rehearsal.bundle.standins import IMAGES, MANIFESTS

EDIT = ["      nodePort: 30000", "  type: NodePort"]
Objects = dict[tuple[str, str], dict[str, Any]]


def objects(text: str) -> Objects:
    found = [item for item in yaml.safe_load_all(text) if item]
    by_name = {(item["kind"], item["metadata"]["name"]): item for item in found}
    assert len(by_name) == len(found), "two objects of one kind have the same name"
    return by_name


def lines() -> list[str]:
    return MANIFESTS["recommended.yaml"].read_text().splitlines()


def test_line_42_is_the_target_port() -> None:
    """The lines around 42 are the ones that the handout's edit counts on."""
    assert lines()[38:44] == [
        "spec:",
        "  ports:",
        "    - port: 443",
        "      targetPort: 8443",
        "  selector:",
        "    k8s-app: kubernetes-dashboard",
    ]


def test_handouts_edit_makes_a_node_port() -> None:
    """With the two lines inserted under line 42 the Service is a NodePort at 30000, and all else as before."""
    edited = lines()
    edited[42:42] = EDIT
    before, after = objects("\n".join(lines())), objects("\n".join(edited))
    service = after.pop(("Service", "kubernetes-dashboard"))
    assert service["spec"] == {
        "type": "NodePort",
        "ports": [{"port": 443, "targetPort": 8443, "nodePort": 30000}],
        "selector": {"k8s-app": "kubernetes-dashboard"},
    }
    del before["Service", "kubernetes-dashboard"]
    assert after == before


def test_account_can_be_appended() -> None:
    """What the handout appends after a line of dashes is an object of its own."""
    text = MANIFESTS["recommended.yaml"].read_text()
    assert text.endswith("\n")
    account = "---\nkind: ServiceAccount\nmetadata: {name: dashboard-admin, namespace: kubernetes-dashboard}\n"
    assert ("ServiceAccount", "dashboard-admin") in objects(text + account)


@pytest.mark.parametrize(
    ("manifest", "expected"),
    [
        (
            "calico.yaml",
            "DaemonSet/calico-node Deployment/calico-kube-controllers ServiceAccount/calico-node "
            "ServiceAccount/calico-kube-controllers ConfigMap/calico-config ClusterRole/calico-node "
            "ClusterRoleBinding/calico-node CustomResourceDefinition/ippools.crd.projectcalico.org",
        ),
        (
            "recommended.yaml",
            "Namespace/kubernetes-dashboard Secret/kubernetes-dashboard-certs Role/kubernetes-dashboard "
            "Secret/kubernetes-dashboard-csrf Secret/kubernetes-dashboard-key-holder "
            "ConfigMap/kubernetes-dashboard-settings Service/dashboard-metrics-scraper "
            "Deployment/kubernetes-dashboard Deployment/dashboard-metrics-scraper",
        ),
        (
            "kuboard.yaml",
            "Deployment/kuboard Service/kuboard ServiceAccount/kuboard-user ServiceAccount/kuboard-viewer "
            "ClusterRoleBinding/kuboard-user ClusterRoleBinding/kuboard-viewer",
        ),
    ],
)
def test_object_names_are_the_originals(manifest: str, expected: str) -> None:
    """Each manifest has the objects that the original's users look for."""
    found = objects(MANIFESTS[manifest].read_text())
    assert {tuple(name.split("/")) for name in expected.split()} <= found.keys()


@pytest.mark.parametrize("manifest", MANIFESTS)
def test_workloads_use_our_images_and_say_so(manifest: str) -> None:
    """Each workload runs a catalogued image, is never pulled unless edited so, and is annotated."""
    known = {image.name for image in IMAGES}
    policy = "Always" if manifest == "kuboard.yaml" else "IfNotPresent"
    for (kind, _), item in objects(MANIFESTS[manifest].read_text()).items():
        if kind in {"Deployment", "DaemonSet"}:
            pod = item["spec"]["template"]["spec"]
            for container in (*pod.get("initContainers", ()), *pod["containers"]):
                assert container["image"] in known
                assert container["imagePullPolicy"] == policy
            assert "labproof.stand-in" in item["metadata"]["annotations"]


def pod_spec(manifest: str, name: str) -> dict[str, Any]:
    spec = objects(MANIFESTS[manifest].read_text())["Deployment", name]["spec"]["template"]["spec"]
    assert isinstance(spec, dict)
    return spec


@pytest.mark.parametrize("name", ["kubernetes-dashboard", "dashboard-metrics-scraper"])
def test_dashboards_pods_are_the_originals(name: str) -> None:
    """As in v2.2.0: a read-only root with an emptyDir on /tmp, no readinessProbe, a late liveness, 30 s to end."""
    spec = pod_spec("recommended.yaml", name)
    (container,) = spec["containers"]
    assert {"name": "tmp-volume", "emptyDir": {}} in spec["volumes"]
    assert {"name": "tmp-volume", "mountPath": "/tmp"} in container["volumeMounts"]
    assert "readinessProbe" not in container
    liveness = container["livenessProbe"]
    assert (liveness["initialDelaySeconds"], liveness["timeoutSeconds"]) == (30, 30)
    assert "terminationGracePeriodSeconds" not in spec
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "runAsUser": 1001,
        "runAsGroup": 2001,
    }


def test_kuboards_pod_is_the_originals() -> None:
    """Kuboard has no probes, and no grace of its own."""
    spec = pod_spec("kuboard.yaml", "kuboard")
    assert not {"livenessProbe", "readinessProbe"} & spec["containers"][0].keys()
    assert "terminationGracePeriodSeconds" not in spec


def test_kuboard_must_be_edited() -> None:
    """Kuboard's file needs the handout's edit: the node's name and the pull policy."""
    text = MANIFESTS["kuboard.yaml"].read_text()
    assert text.count("nodeName: your-node-name") == 1
    assert text.count("imagePullPolicy: Always") == 1
    port = objects(text)["Service", "kuboard"]["spec"]["ports"][0]
    assert (port["port"], port["nodePort"]) == (80, 32567)
