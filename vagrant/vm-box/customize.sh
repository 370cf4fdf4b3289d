#!/bin/sh
# Runs while the box for virtual machines is built, after what both boxes have in common: a Debian that boots from a
# disk of its own, as a stock box is. The firewall is off and passwords are refused; provision/centos.sh does the rest.
set -eu
root=$1

chroot "$root" systemctl --quiet disable firewalld.service
chroot "$root" systemctl --quiet enable systemd-networkd.service
# Nothing waits for a network that leads nowhere, and nothing but the first terminal is looked at.
chroot "$root" systemctl --quiet mask systemd-networkd-wait-online.service getty@tty1.service

# With the modules that the overlay names, under names that the boot loader knows for every version.
chroot "$root" update-initramfs -u -k all
for kind in vmlinuz initrd.img; do
    set -- "$root/boot/$kind"-*
    ln -sf "${1##*/}" "$root/boot/$kind"
done
