"""What a lab is, for the header of a report."""

import json
from pathlib import Path

import pytest

from labproof.host import table
from labproof.host.ownership import LabRecord
from labproof.providers import description


@pytest.fixture
def record(tmp_path: Path) -> LabRecord:
    """A lab that was given a bundle of ours."""
    manifest = {
        "schema": 1,
        "files": [],
        "packages": [{"name": "kubelet", "version": "1.20.2"}],
        "stand_ins": [{"name": "labproof/kuboard-stand-in:v1", "stands_in_for": "Kuboard"}],
    }
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    return LabRecord("/checkout", "lxc", "2026-01-01", "id-1", "a-box", str(tmp_path))


def test_a_report_says_what_was_simulated_and_what_stood_in(record: LabRecord) -> None:
    """Box, versions, stand-ins and simulated parts are named; nobody has to guess."""
    found = description.of_containers("lxc", "rehearsal", table.load(), record)
    assert (found.box, found.identity, found.versions["kubelet"]) == ("a-box", "id-1", "1.20.2")
    assert found.stand_ins == ("labproof/kuboard-stand-in:v1 stands in for Kuboard",)
    assert found.machines["node"]["address"] == "192.168.200.20"
    assert any(line.startswith("swap:") for line in found.simulated)


def test_virtual_machines_of_a_rehearsal_have_a_kernel_of_their_own(record: LabRecord) -> None:
    """Swap, SELinux and modules are real there; the system and what stands in are named all the same."""
    found = description.of_virtual("libvirt", "rehearsal", table.load(), record)
    assert found.simulated == (description.OTHER_SYSTEM,)
    assert found.stand_ins == ("labproof/kuboard-stand-in:v1 stands in for Kuboard",)
    assert found.versions == {"operating system": "Debian 12", "kubelet": "1.20.2"}


def test_virtual_machines_of_the_course_are_what_they_are(record: LabRecord) -> None:
    """With the handout's own files nothing stands in, and nothing is said of a bundle."""
    found = description.of_virtual("virtualbox", "handout", table.load(), record)
    assert (found.simulated, found.stand_ins, found.versions) == ((), (), {})


def test_files_of_somebodys_own_say_nothing_of_their_versions(tmp_path: Path) -> None:
    """A folder without our manifest is no error, whatever the machines are."""
    record = LabRecord("/checkout", "libvirt", "2026-01-01", "id-1", "a-box", str(tmp_path))
    found = description.of_virtual("libvirt", "rehearsal", table.load(), record)
    assert found.stand_ins == ()
