from standins.calico.firewall import MARK, rules

POOL = "10.122.0.0/16"


def test_pod_traffic_is_accepted_both_ways() -> None:
    """What comes from the pool and what goes to it is marked first, and accepted where FORWARD ends."""
    found = [rule.match for rule in rules(POOL) if rule.chain == "cali-FORWARD"]
    assert found == [("-s", POOL, "-j", "MARK", "--set-xmark", MARK), ("-d", POOL, "-j", "MARK", "--set-xmark", MARK)]
    (accepted, jump) = [rule for rule in rules(POOL) if rule.chain == "FORWARD"]
    assert (accepted.match, accepted.is_jump) == (("-m", "mark", "--mark", MARK, "-j", "ACCEPT"), False)
    assert (jump.match, jump.is_jump) == (("-j", "cali-FORWARD"), True)


def test_traffic_inside_the_pool_keeps_its_address() -> None:
    """Only what leaves the pool is masqueraded."""
    (match,) = [rule.match for rule in rules(POOL) if rule.chain == "cali-POSTROUTING"]
    assert match == ("-s", POOL, "!", "-d", POOL, "-j", "MASQUERADE")


def test_chains_exist_before_they_are_jumped_to() -> None:
    """Every jump comes after the rules that make its chain."""
    made: set[str] = set()
    for rule in rules(POOL):
        assert not rule.is_jump or rule.match[1] in made
        made.add(rule.chain)
