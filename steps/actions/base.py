"""Handout 2.3: firewall, SELinux, iptables, swap and forwarding, in the handout's own commands."""

from labproof.lab.machine import Machine

_SYSCTL = """cat > /etc/sysctl.d/k8s.conf << 'EOF'
net.bridge.bridge-nf-call-ip6tables = 1
net.bridge.bridge-nf-call-iptables = 1
net.ipv4.ip_forward = 1
EOF
sysctl -p /etc/sysctl.d/k8s.conf"""


def stop_firewall(machine: Machine) -> None:
    """Stop firewalld and keep it from starting at boot; where it is not installed there is nothing to do."""
    machine.act(
        "systemctl cat firewalld > /dev/null 2>&1 || exit 0\nsystemctl stop firewalld && systemctl disable firewalld"
    )


def disable_selinux(machine: Machine) -> None:
    """Switch SELinux off, now and for the next boot; setenforce fails where it is off already."""
    machine.act(
        '{ setenforce 0 || [ "$(getenforce)" = Disabled ]; }'
        " && sed -i 's/^SELINUX=.*/SELINUX=disabled/' /etc/selinux/config"
    )


def flush_iptables(machine: Machine) -> None:
    """Empty the kernel's packet filter."""
    machine.act("iptables -F && iptables -X && iptables -Z && iptables-save")


def switch_swap_off(machine: Machine) -> None:
    """Switch swap off, now and for the next boot."""
    machine.act(r"swapoff -a && sed -i '/ swap / s/^\(.*\)$/#\1/g' /etc/fstab")


def load_bridge_module(machine: Machine) -> None:
    """Load br_netfilter, now and at the next login, unless the line for that is there."""
    machine.act(
        "modprobe br_netfilter && { grep -qx 'modprobe br_netfilter' /etc/profile"
        ' || echo "modprobe br_netfilter" >> /etc/profile; }'
    )


def write_sysctls(machine: Machine) -> None:
    """Write the three kernel settings and load them."""
    machine.act(_SYSCTL)
