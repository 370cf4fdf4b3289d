import re
from typing import Any

import pytest

from standins.dashboard.deploying import deployment, reference_problem, service

FORM: dict[str, Any] = {
    "name": "web",
    "containerImage": "nginx:1.22",
    "namespace": "default",
    "labels": [{"key": "k8s-app", "value": "web"}],
    "portMappings": [{"port": 80, "targetPort": 8080, "protocol": "TCP"}],
}


def test_port_name_is_the_originals_pattern() -> None:
    """A port's name says protocol and ports, and five random characters."""
    (port,) = service(FORM)["spec"]["ports"]
    assert re.fullmatch(r"tcp-80-8080-[a-z0-9]{5}", port["name"])


@pytest.mark.parametrize(("is_external", "kind"), [(True, "LoadBalancer"), (False, "ClusterIP")])
def test_service_type(is_external: bool, kind: str) -> None:
    """An external Service is a LoadBalancer, never NodePort; an internal one ClusterIP."""
    assert service({**FORM, "isExternal": is_external})["spec"]["type"] == kind


def test_optional_fields_are_used() -> None:
    """Description, variables, command, needs, pull secret and privilege reach the Deployment."""
    form = {
        **FORM,
        "description": "hello",
        "variables": [{"name": "A", "value": "b"}],
        "containerCommand": "sh",
        "containerCommandArgs": "-c true",
        "memoryRequirement": "64Mi",
        "cpuRequirement": 0.5,
        "imagePullSecret": "mine",
        "runAsPrivileged": True,
    }
    made = deployment(form)
    pod = made["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert made["metadata"]["annotations"] == {"description": "hello"}
    assert pod["imagePullSecrets"] == [{"name": "mine"}]
    assert container["env"] == [{"name": "A", "value": "b"}]
    assert (container["command"], container["args"]) == (["sh"], ["-c true"])
    assert container["resources"] == {"requests": {"memory": "64Mi", "cpu": 0.5}}
    assert container["securityContext"] == {"privileged": True}


@pytest.mark.parametrize("reference", ["nginx", "nginx:1.22", "a.test:5000/b/c:v1", "docker.io/library/nginx"])
def test_good_references(reference: str) -> None:
    """Image references of the usual kinds are accepted."""
    assert reference_problem(reference) == ""


@pytest.mark.parametrize("reference", ["", "Nginx", "nginx:", "a b", "nginx:1.22 ", None, "/nginx"])
def test_bad_references(reference: str | None) -> None:
    """What Docker could not read is refused with a reason."""
    assert reference_problem(reference) == "invalid reference format"
