#!/bin/sh
# Runs while the box is built, with the root file system as its only argument: makes a bare Debian the machine
# that a student finds. The files beside it have been copied in before.
set -eu
root=$1
lib=/usr/lib/labproof
"${0%/*}/common.sh" "$root"

# Names that act on the shared kernel: the real ones step aside for the simulated ones.
mkdir -p "$root$lib/real"
mv "$root/usr/sbin/swapon" "$root/usr/sbin/swapoff" "$root$lib/real/"
for name in swapon swapoff; do ln -s "$lib/swap" "$root/usr/sbin/$name"; done
for name in getenforce setenforce sestatus selinuxenabled; do ln -s "$lib/selinux" "$root/usr/sbin/$name"; done
rm -f "$root/usr/bin/lsmod"
for name in modprobe lsmod rmmod; do ln -sf "$lib/modules" "$root/usr/sbin/$name"; done
rm -f "$root/usr/sbin/insmod"

chroot "$root" systemctl --quiet enable firewalld.service labproof-kernel-view.service
# Networkd waits two minutes for an interface that LXC has set up already; the rest has no place in a container.
chroot "$root" systemctl --quiet mask systemd-networkd.service systemd-networkd-wait-online.service \
    systemd-networkd.socket systemd-modules-load.service getty@tty1.service sys-kernel-debug.mount \
    sys-kernel-tracing.mount
