#!/bin/sh
# CentOS 7 has ended: its packages lie in the vault, and the addresses that the box knows are gone. VAULT is where those
# of 7.6 are, so that no package moves the machine to another release; without it the repositories are switched off.
set -eu
folder=${1:-/etc/yum.repos.d}

for file in "$folder"/CentOS-*.repo; do
    [ -e "$file" ] || continue
    if [ -n "${VAULT:-}" ]; then
        # shellcheck disable=SC2016 # the variables are yum's
        sed -i \
            -e 's/^mirrorlist=/#mirrorlist=/' \
            -e 's,^[#[:space:]]*baseurl=https*://[^[:space:]]*/\(centos\|\$contentdir\)/\$releasever/,baseurl='"$VAULT"'/,' \
            -e '/^[[:space:]]\{1,\}https*:.*\/\$releasever\//d' \
            -e '/^skip_if_unavailable=/d; /^timeout=/d' \
            -e '/^\[.*\]$/a skip_if_unavailable=1\ntimeout=10' "$file"
    else
        sed -i -e '/^enabled=/d' -e '/^\[.*\]$/a enabled=0' "$file"
    fi
done

# A box may bring repositories of others, which have moved as well: yum ends where one of them does not answer.
for file in "$folder"/epel*.repo; do
    [ -e "$file" ] || continue
    if [ -n "${VAULT:-}" ]; then
        sed -i -e '/^skip_if_unavailable=/d; /^timeout=/d' -e '/^\[.*\]$/a skip_if_unavailable=1\ntimeout=10' "$file"
    else
        sed -i -e '/^enabled=/d' -e '/^\[.*\]$/a enabled=0' "$file"
    fi
done
