#!/bin/sh
# A CentOS 7.6 virtual machine, made what a student finds in class: firewall on, SELinux enforcing, root with a
# password, swap in /etc/fstab. The stock box has the firewall off and refuses passwords.
set -eu

echo root:vagrant | chpasswd

set_option() {
    sed -i "/^[#[:space:]]*$1[[:space:]]/d" /etc/ssh/sshd_config
    # In front, because a Match block may end the file.
    sed -i "1i $1 $2" /etc/ssh/sshd_config
}
set_option PasswordAuthentication yes
set_option PermitRootLogin yes
set_option UseDNS no
set_option AuthorizedKeysFile '.ssh/authorized_keys /etc/ssh/grader_keys'
systemctl reload sshd

systemctl enable --now firewalld
sed -i 's/^SELINUX=.*/SELINUX=enforcing/' /etc/selinux/config
case $(getenforce) in
Permissive) setenforce 1 ;;
Disabled)
    # Only a restart switches it on, and every file needs its label then.
    touch /.autorelabel
    echo "SELinux is off in this box; restart the machine (vagrant reload) before the lab begins" >&2
    ;;
esac

# Two machines from one box must not share an identity.
: >/etc/machine-id
systemd-machine-id-setup

# A swap device in /etc/fstab, which the student switches off; some boxes bring none.
if ! awk '$1 !~ /^#/ && $3 == "swap" { found = 1 } END { exit !found }' /etc/fstab; then
    dd if=/dev/zero of=/swapfile bs=1M count=1024 status=none
    chmod 600 /swapfile
    mkswap /swapfile >/dev/null
    echo '/swapfile swap swap defaults 0 0' >>/etc/fstab
fi
swapon --all

# Some versions of the box leave the second interface without its address after the first start; and SELinux lets
# nobody read what Vagrant has described in /tmp and moved, with the label of that folder.
prefix=${NETWORK:-192.168.200.0/24}
prefix=${prefix%.*}.
if ! ip -4 -o address show | grep -qF " $prefix"; then
    restorecon -R /etc/sysconfig/network-scripts /etc/systemd/network 2>/dev/null || true
    systemctl restart network 2>/dev/null || systemctl restart systemd-networkd
fi
