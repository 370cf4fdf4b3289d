"""Packages are installed without anything being started."""

from labproof.host import packages


def test_lxcs_own_network_is_switched_off() -> None:
    """Its bridge would be a way out of the lab, and rules in this computer's firewall."""
    text = packages.without_lxc_net('# comment\nUSE_LXC_BRIDGE="true"\n')
    assert 'USE_LXC_BRIDGE="false"' in text.splitlines()
    assert 'USE_LXC_BRIDGE="true"' not in text
    assert "# comment" in text
