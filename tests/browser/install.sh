#!/usr/bin/env bash
# Finds a browser for the tests, or installs Debian's chromium where this is possible.
set -u
if [ -n "${SHOP_BROWSER:-}" ]; then exit 0; fi
for name in chromium chromium-browser google-chrome; do
  if command -v "$name" >/dev/null 2>&1; then exit 0; fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "Installing chromium for the browser tests."
  apt-get update -qq >/dev/null && apt-get install -y -qq --no-install-recommends chromium >/dev/null && exit 0
fi
echo "No browser found: install chromium, or name one in SHOP_BROWSER. The browser tests will say so."
