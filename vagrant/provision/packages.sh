#!/bin/sh
# Downloads the course's packages with all that they need, checks their signatures, and packs a yum repository.
# Runs as root in the throw-away machine of vagrant/bundle; /tmp/labproof-packages holds what the host wrote.
set -eu

given=/tmp/labproof-packages
folder=/var/tmp/k8s-docker

rm -f /etc/yum.repos.d/*.repo
cp "$given/labproof.repo" /etc/yum.repos.d/
for key in "$given"/*.key; do
    rpm --import "$key"
done
yum -y install yum-utils createrepo

rm -rf "$folder"
mkdir "$folder"
# Names with * are patterns of yum's, not of the shell: xargs hands them over as they are.
xargs -a "$given/packages" yumdownloader --resolve --archlist=x86_64 --destdir "$folder"

# A package without a signature passes rpm's check too: one must be named in what it says.
for package in "$folder"/*.rpm; do
    said=$(LC_ALL=C rpm -K "$package") || { echo "wrong signature: $said" >&2; exit 1; }
    case $said in
        *pgp*|*gpg*) ;;
        *) echo "no signature: $said" >&2; exit 1 ;;
    esac
done

createrepo --quiet "$folder"
tar -C "${folder%/*}" -czf "$folder.tar.gz" "${folder##*/}"
chmod 0644 "$folder.tar.gz"
