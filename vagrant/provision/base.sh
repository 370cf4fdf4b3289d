#!/bin/sh
# Every machine, every provider: gives master the bundle's files, then lets the grader in by a key of its own.
# The key comes last, because it marks a machine that is complete; it lies outside /root/.ssh, which is the student's.
set -eu
: "${GRADER_KEY:?the public key of the grader}"

bundle=${BUNDLE:-}
if [ -n "$bundle" ]; then
    found=$(find "$bundle" -maxdepth 1 -type f ! -name manifest.json -print -quit 2>/dev/null || true)
    [ -n "$found" ] || { echo "expected the handout's files in $bundle, found none" >&2 && exit 1; }
    find "$bundle" -maxdepth 1 -type f ! -name manifest.json -exec cp --reflink=auto --target-directory=/root {} +
    # What was uploaded for this has done its work; what is mounted stays.
    case $bundle in /tmp/*) rm -rf "$bundle" ;; esac
fi

echo "$GRADER_KEY" >/etc/ssh/grader_keys.new
chmod 644 /etc/ssh/grader_keys.new
mv /etc/ssh/grader_keys.new /etc/ssh/grader_keys
