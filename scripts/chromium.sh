#!/bin/sh
# See to it that there is a Chromium for the browser tests, where that can be done without asking:
# as root on Debian or Ubuntu. Elsewhere an installed Chrome or Chromium is used, or none.
set -u
find_chromium() {
    .venv/bin/python -c 'import sys; from tests.browser.chromium import find_chromium as find; sys.exit(not find())'
}

find_chromium && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing chromium for the browser tests"
    { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends chromium; } \
        >/dev/null || echo "apt-get could not install chromium." >&2
fi
exit 0
