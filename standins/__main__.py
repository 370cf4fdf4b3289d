"""Start one stand-in: `python3 -m standins ROLE [its options]`."""

import sys
from importlib import import_module

ROLES = {
    "dns": "standins.dns.server",
    "upgrade-ipam": "standins.calico.upgrade_ipam",
    "install-cni": "standins.calico.install_cni",
    "flexvol-driver": "standins.calico.flexvol_driver",
    "calico-node": "standins.calico.node",
    "calico-kube-controllers": "standins.calico.controllers",
    "dashboard": "standins.dashboard.server",
    "metrics-scraper": "standins.scraper",
    "kuboard": "standins.kuboard.server",
}


def main(arguments: list[str]) -> int:
    """Run the role that the first argument names until SIGTERM; return the exit code."""
    if not arguments or arguments[0] not in ROLES:
        print(f"error: expected one of {', '.join(ROLES)}, found {arguments[:1]}", file=sys.stderr)
        return 2
    # Imported late: an image holds only its own role's files and packages.
    code: int = import_module(ROLES[arguments[0]]).main(arguments[1:])
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
