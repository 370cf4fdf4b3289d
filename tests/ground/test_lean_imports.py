"""What libraries are kept from importing, and that they do without it."""

import subprocess
import sys

import pytest


def said(code: str) -> str:
    """Return what a fresh interpreter prints."""
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip()


def test_client_comes_without_the_rest_of_its_package() -> None:
    """The API's client is there; what reads kubeconfigs, with the commands in them, is not."""
    code = "import sys, steps.cluster.api as k; print(k.ApiClient.__module__, 'kubernetes.config' in sys.modules)"
    assert said(code) == "kubernetes.client.api_client False"


def test_package_can_still_be_had_whole() -> None:
    """Who imports the whole package afterwards gets it, with the same client."""
    code = "import steps.cluster.api as k, kubernetes as p; print(p.client.ApiClient is k.ApiClient, p.config)"
    assert said(code).startswith("True <module 'kubernetes.config'")


@pytest.mark.parametrize("package", ["json", "labproof_has_no_such_package"])
def test_what_is_there_or_nowhere_is_left_alone(package: str) -> None:
    """A package that is imported already stays as it is, and one that does not exist is not made up."""
    code = "import json, sys\\nfrom labproof.ground.lean_imports import only_submodules\\n"
    code += f"with only_submodules({package!r}):"
    assert said(f"{code} print({package!r} in sys.modules)".replace("\\n", "\n")) == str(package == "json")


def test_optional_module_is_absent_for_the_library() -> None:
    """paramiko does without what it would only need for commands in an ssh_config."""
    code = "import sys, labproof.connection.ssh as s; print(s.paramiko.config.invoke, sys.modules['invoke'])"
    assert said(code) == "None None"


def test_module_that_is_loaded_stays() -> None:
    """Leaving out a module that somebody has imported takes nothing away from them."""
    code = "import json, sys\\nfrom labproof.ground.lean_imports import leave_out\\n"
    code += "leave_out('json'); print(sys.modules['json'])"
    assert said(code.replace("\\n", "\n")).startswith("<module 'json'")
