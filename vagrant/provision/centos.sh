#!/bin/sh
# A CentOS 7.6 virtual machine, made what a student finds in class: firewall on, SELinux enforcing, root with a
# password, swap in /etc/fstab. The stock box has the firewall off and refuses passwords.
set -eu

echo vagrant | passwd --stdin root >/dev/null

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

# Two machines from one box must not share an identity.
: >/etc/machine-id
systemd-machine-id-setup

# The lab is offline: the stock repositories no longer exist and would only cost time.
find /etc/yum.repos.d -name 'CentOS-*.repo' -exec sed -i 's/^enabled=1/enabled=0/; /^\[.*\]$/a enabled=0' {} +

if ! swapon --show=NAME --noheadings | grep -q .; then
    swap=$(awk '$1 !~ /^#/ && $3 == "swap" { print $1; exit }' /etc/fstab)
    [ -z "$swap" ] || swapon "$swap"
fi

# Some versions of the box leave the second interface without its address after the first start.
ip -4 -o address show | grep -q ' 192\.168\.200\.' || systemctl restart network
