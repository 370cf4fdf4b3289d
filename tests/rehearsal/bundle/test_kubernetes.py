"""How Kubernetes is compiled."""

from labproof.rehearsal.bundle import kubernetes


def test_version_is_linked_in() -> None:
    """The programs are told their version, in both places that keep one."""
    flags = kubernetes.link_flags("1.20.2")
    assert flags.startswith("-s -w ")
    for variable in kubernetes.VERSION_VARIABLES:
        assert f"-X {variable}.gitVersion=v1.20.2" in flags
        assert f"-X {variable}.gitMajor=1 " in flags
        assert f"-X {variable}.gitMinor=20 " in flags


def test_key_does_not_need_the_network() -> None:
    """The key of the slow part is known at once and is always the same."""
    assert kubernetes.part().key == kubernetes.part().key
