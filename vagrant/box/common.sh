#!/bin/sh
# What the boxes for containers and for virtual machines have in common: accounts, yum, identity. Runs while a box is
# built, with the root file system as its only argument; the files of `root` have been copied in before.
set -eu
root=$1
lib=/usr/lib/labproof

echo root:vagrant | chroot "$root" chpasswd
chroot "$root" useradd --create-home --shell /bin/bash vagrant
echo vagrant:vagrant | chroot "$root" chpasswd
echo 'vagrant ALL=(ALL) NOPASSWD: ALL' >"$root/etc/sudoers.d/vagrant"
chmod 440 "$root/etc/sudoers.d/vagrant"
chroot "$root" chown -R vagrant: /home/vagrant
chmod 700 "$root/home/vagrant/.ssh"
chmod 600 "$root/home/vagrant/.ssh/authorized_keys"

# yum finds no network repository, and rpm one package that stands for what Debian has installed.
ln -s dnf-3 "$root/usr/bin/yum"
rm -f "$root"/etc/yum.repos.d/*
mkdir -p "$root/etc/yum.repos.d" "$root/var/lib/rpm"
chroot "$root" rpmbuild -bb --quiet --define '_rpmdir /tmp/rpm' "$lib/base-system.spec"
chroot "$root" sh -c 'rpm --install /tmp/rpm/*/*.rpm'
rm -rf "$root/tmp/rpm" "$root/root/rpmbuild" "$root/root/.rpmdb"

sed -i 's/^FirewallBackend=.*/FirewallBackend=iptables/' "$root/etc/firewalld/firewalld.conf"

rm -f "$root"/etc/ssh/ssh_host_*
: >"$root/etc/machine-id"
rm -f "$root/var/lib/dbus/machine-id"
chroot "$root" systemctl --quiet enable ssh.service
# What has no place in a lab that is sealed and short.
chroot "$root" systemctl --quiet mask systemd-timesyncd.service apt-daily.timer apt-daily-upgrade.timer \
    dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer dnf-makecache.timer
# CentOS 7 starts no manager for a user who logs in (bugs.centos.org 8767), and each login here would wait for one.
chroot "$root" systemctl --quiet mask user@.service
