"""The lab of virtual machines."""

from labproof.providers.virtual import parse_snapshots


def test_snapshots_are_read_from_vagrants_list() -> None:
    """Names are kept in their order; what Vagrant says to a person is left out."""
    assert parse_snapshots("==> master: \nbase\ndocker\n") == ("base", "docker")


def test_a_machine_without_snapshots_has_none() -> None:
    """Vagrant's sentence that there are none is not a name."""
    text = "==> master: No snapshots have been taken yet!\n    master: You can take one with `vagrant snapshot save`.\n"
    assert parse_snapshots(text) == ()
