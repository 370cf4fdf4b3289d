"""The bench: runs of a proof lie in a folder of its own."""

from pathlib import Path

import pytest

from labproof.ground.errors import LabError, ProvisionError
from labproof.ground.places import course_dir, runs_dir
from labproof.providers.inventory import InventoryLab
from labproof.proving.bench import TERMINAL, Bench
from labproof.records.store import LATEST

RECORDING = course_dir() / "tests" / "recordings" / "full"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A bench whose machines nobody can reach."""
    inventory = tmp_path / "lab.toml"
    inventory.write_text(
        "\n".join(f'[{m}]\nhost = "127.0.0.1"\nport = {port}' for port, m in enumerate(("master", "node"), 1))
    )
    return Bench(InventoryLab.read(inventory), tmp_path / "proof")


def test_a_run_is_named_and_leaves_the_others_alone(bench: Bench) -> None:
    """A run lies under the name it was given, with what was shown, and `latest` stays what it was."""
    link = runs_dir() / LATEST
    before = link.readlink() if link.is_symlink() else None
    run = bench.regrade("again", RECORDING)
    assert run.score.is_full
    assert {p.name for p in bench.folder("again").iterdir()} >= {"result.json", "evidence.jsonl", TERMINAL}
    assert (link.readlink() if link.is_symlink() else None) == before


def test_no_result_is_told_with_what_was_shown(bench: Bench, tmp_path: Path) -> None:
    """When grading writes no result, the error holds the last lines that it showed."""
    with pytest.raises(LabError, match="no run"):
        bench.regrade("again", tmp_path / "nothing")


def test_commands_need_the_machines(bench: Bench) -> None:
    """Commands for machines that are out of reach are an error of ours."""
    with pytest.raises(LabError):
        bench.carry_out({"node": ("true",)})
    assert issubclass(ProvisionError, LabError)


def test_machines_are_restarted_and_set_back_as_a_student_does_it(bench: Bench, tmp_path: Path) -> None:
    """The command line itself is used for both; where it leaves no result, that is told with its words."""
    with pytest.raises(LabError, match=r"labproof grade --provider inventory --reboot -- --patience=3, found status 2"):
        bench.restart_and_grade("restarted", "reboot", 3)
    with pytest.raises(LabError, match=r"(?s)labproof reset --provider inventory --to base, found status 2.*provider"):
        bench.reset("back", "base", "finished")


def test_only_sections_that_are_looked_at_count(bench: Bench, tmp_path: Path) -> None:
    """A run names every section of the course; of those that were not asked for it says nothing."""
    provider = InventoryLab.read(tmp_path / "lab.toml")
    one = Bench(provider, tmp_path / "proof", ("base", "docker"))
    assert {c.id.partition(".")[0] for c in one.regrade("again", RECORDING).criteria} == {"base", "docker"}
