"""Names of images as Docker understands them: two spellings of one image are one."""

_HUB = ("docker.io/", "index.docker.io/")


def normal(name: str) -> str:
    """Return the full name: registry, repository and tag. `nginx` is `docker.io/library/nginx:latest`.

    The rules: https://github.com/distribution/distribution/blob/v2.8.1/reference/normalize.go
    """
    name = name.strip()
    for prefix in _HUB:
        name = name.removeprefix(prefix)
    first, slash, _ = name.partition("/")
    if not slash:
        name = f"docker.io/library/{name}"
    elif not ("." in first or ":" in first or first == "localhost"):
        name = f"docker.io/{name}"
    return name if "@" in name or ":" in name.rpartition("/")[2] else f"{name}:latest"


def tag(name: str) -> str:
    """Return the tag of an image's name; "latest" where it has none."""
    return normal(name).partition("@")[0].rpartition("/")[2].partition(":")[2]


def repository(name: str) -> str:
    """Return the normal name without tag and digest."""
    full = normal(name).partition("@")[0]
    head, _, last = full.rpartition("/")
    return f"{head}/{last.partition(':')[0]}"


def is_asked_for(name: str, policy: str | None) -> bool:
    """Tell whether a registry is asked even where the image is there; this is the API's own default.

    https://github.com/kubernetes/kubernetes/blob/v1.20.4/pkg/apis/core/v1/defaults.go
    """
    return policy == "Always" or (not policy and "@" not in name and tag(name) == "latest")
