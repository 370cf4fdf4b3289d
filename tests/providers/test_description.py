"""What a lab is, for the header of a report."""

import json
from pathlib import Path

from labproof.host import table
from labproof.host.ownership import LabRecord
from labproof.providers import description


def test_a_report_says_what_was_simulated_and_what_stood_in(tmp_path: Path) -> None:
    """Box, versions, stand-ins and simulated parts are named; nobody has to guess."""
    manifest = {
        "schema": 1,
        "files": [],
        "packages": [{"name": "kubelet", "version": "1.20.2"}],
        "stand_ins": [{"name": "labproof/kuboard-stand-in:v1", "stands_in_for": "Kuboard"}],
    }
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    record = LabRecord("/checkout", "lxc", "2026-01-01", "id-1", "a-box", str(tmp_path))
    found = description.of_containers("lxc", "rehearsal", table.load(), record)
    assert (found.box, found.identity, found.versions["kubelet"]) == ("a-box", "id-1", "1.20.2")
    assert found.stand_ins == ("labproof/kuboard-stand-in:v1 stands in for Kuboard",)
    assert found.machines["node"]["address"] == "192.168.200.20"
    assert any(line.startswith("swap:") for line in found.simulated)
