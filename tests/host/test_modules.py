"""Kernel modules that a lab draws in."""

from pathlib import Path

import pytest

from labproof.host import modules


def test_a_kernel_without_modules_has_none_loaded(tmp_path: Path) -> None:
    """Where everything is built in there is no table, and that is no error."""
    assert modules.loaded(tmp_path / "modules") == frozenset()


def test_part_of_the_kernel(tmp_path: Path) -> None:
    """A part that is set up is there, and one that no kernel has is not."""
    (tmp_path / "ip_set").mkdir()
    assert modules.is_offered("ip_set", tmp_path)
    assert not modules.is_offered("no_such_part_of_any_kernel", tmp_path)


def test_loaded_modules_are_read_from_the_table(tmp_path: Path) -> None:
    """The first word of a line is a module's name."""
    table = tmp_path / "modules"
    table.write_text("overlay 151552 0 - Live 0x0\nbridge 319488 1 br_netfilter, Live 0x0\n")
    assert modules.loaded(table) == {"overlay", "bridge"}


@pytest.mark.parametrize(
    ("name", "ours"), [("xt_comment", True), ("overlay", True), ("usb_storage", False), ("ipmi_si", False)]
)
def test_only_modules_of_our_kinds_are_unloaded(name: str, ours: bool) -> None:
    """What somebody else has loaded meanwhile stays."""
    assert modules.is_ours(name) is ours
