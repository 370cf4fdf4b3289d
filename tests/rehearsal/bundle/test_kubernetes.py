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


def test_libraries_need_no_generated_file() -> None:
    """What is compiled ahead is neither Kubernetes' own nor needs anything of it, nor is hidden in Go's library."""
    listed = """unsafe
fmt errors io unsafe
vendor/golang.org/x/net/idna unicode
k8s.io/kubernetes/vendor/github.com/spf13/pflag errors fmt
k8s.io/kubernetes/vendor/k8s.io/api/core/v1 fmt
k8s.io/kubernetes/vendor/sigs.k8s.io/yaml fmt
k8s.io/kubernetes/vendor/example.org/client fmt k8s.io/kubernetes/vendor/k8s.io/api/core/v1
k8s.io/kubernetes/cmd/kubelet fmt

"""
    assert kubernetes.independent(listed) == [
        "unsafe",
        "fmt",
        "k8s.io/kubernetes/vendor/github.com/spf13/pflag",
        "k8s.io/kubernetes/vendor/sigs.k8s.io/yaml",
    ]
