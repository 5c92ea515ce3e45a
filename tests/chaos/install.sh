#!/usr/bin/env bash
# Finds strace for the tests of failing disks, or installs Debian's where this is possible.
set -u
if command -v strace >/dev/null 2>&1; then exit 0; fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "Installing strace for the tests of failing disks."
  apt-get update -qq >/dev/null && apt-get install -y -qq --no-install-recommends strace >/dev/null && exit 0
fi
echo "No strace found: install it. The tests of failing disks will say so."
