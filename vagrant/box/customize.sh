#!/bin/sh
# Runs while the box is built, with the root file system as its only argument: makes a bare Debian the machine
# that a student finds. The files beside it have been copied in before.
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

# Names that act on the shared kernel: the real ones step aside for the simulated ones.
mkdir -p "$root$lib/real"
mv "$root/usr/sbin/swapon" "$root/usr/sbin/swapoff" "$root$lib/real/"
for name in swapon swapoff; do ln -s "$lib/swap" "$root/usr/sbin/$name"; done
for name in getenforce setenforce sestatus selinuxenabled; do ln -s "$lib/selinux" "$root/usr/sbin/$name"; done
rm -f "$root/usr/bin/lsmod"
for name in modprobe lsmod rmmod; do ln -sf "$lib/modules" "$root/usr/sbin/$name"; done
rm -f "$root/usr/sbin/insmod"

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
chroot "$root" systemctl --quiet enable firewalld.service ssh.service labproof-kernel-view.service
# Networkd waits two minutes for an interface that LXC has set up already; the rest has no place in a container.
chroot "$root" systemctl --quiet mask systemd-networkd.service systemd-networkd-wait-online.service \
    systemd-networkd.socket systemd-modules-load.service systemd-timesyncd.service getty@tty1.service \
    apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service \
    fstrim.timer dnf-makecache.timer sys-kernel-debug.mount sys-kernel-tracing.mount
