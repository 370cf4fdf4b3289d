from standins.dns.zone import Endpoint, Found, ServiceName, Zone, endpoints_of

WEB = ServiceName("web", "default", "10.10.0.7")
HEADLESS = ServiceName("db", "data", "None")
ALIAS = ServiceName("out", "default", "", "example.com")
BEHIND = {"data/db": (Endpoint("10.122.1.4", "db-0"), Endpoint("10.122.1.5", "10-122-1-5"))}
ZONE = Zone.of("cluster.local", [WEB, HEADLESS, ALIAS], BEHIND)


def test_service_has_its_cluster_ip() -> None:
    """A Service's name is its cluster IP."""
    assert ZONE.find("web.default.svc.cluster.local") == Found(("10.10.0.7",))


def test_headless_service_has_its_endpoints() -> None:
    """A headless Service's name is the addresses of its endpoints, each of which has a name too."""
    assert ZONE.find("db.data.svc.cluster.local") == Found(("10.122.1.4", "10.122.1.5"))
    assert ZONE.find("db-0.db.data.svc.cluster.local") == Found(("10.122.1.4",))


def test_external_name_is_an_alias() -> None:
    """A Service of type ExternalName is an alias."""
    assert ZONE.find("out.default.svc.cluster.local") == Found(alias="example.com")


def test_reverse_name_points_back() -> None:
    """A cluster IP's reverse name points to its Service."""
    assert ZONE.find("7.0.10.10.in-addr.arpa") == Found(pointer="web.default.svc.cluster.local")


def test_pod_name_says_its_address() -> None:
    """A Pod's dashed name is its address, in a namespace that has Services only."""
    assert ZONE.find("10-122-1-9.default.pod.cluster.local") == Found(("10.122.1.9",))
    assert ZONE.find("10-122-1-9.nowhere.pod.cluster.local") is None
    assert ZONE.find("not-an-address.default.pod.cluster.local") is None


def test_unknown_name_is_not_found() -> None:
    """A name under the domain that nothing has does not exist; its namespace does."""
    assert ZONE.find("nothing.default.svc.cluster.local") is None
    assert ZONE.find("default.svc.cluster.local") == Found()


def test_names_of_the_outside_are_not_held() -> None:
    """Names that only end like the domain are not ours."""
    assert not ZONE.holds("example.com")
    assert not ZONE.holds("evilcluster.local")


def test_objects_of_the_api_are_read() -> None:
    """Services and Endpoints are read as the API gives them, with absent parts."""
    item = {"metadata": {"name": "a", "namespace": "b"}, "spec": {"clusterIP": "10.10.0.9"}}
    assert ServiceName.of(item) == ServiceName("a", "b", "10.10.0.9")
    subsets = [{"addresses": [{"ip": "10.122.0.3"}]}, {"notReadyAddresses": [{"ip": "10.122.0.4"}]}]
    assert endpoints_of({"subsets": subsets}) == (Endpoint("10.122.0.3", "10-122-0-3"),)
    assert endpoints_of({"subsets": None}) == ()
