#!/bin/sh
# See to it that there is a Chromium for the browser tests, where that can be done without asking:
# as root on Debian or Ubuntu. Elsewhere an installed Chrome or Chromium is used, or none.
set -u
find_chromium() {
    .venv/bin/python -c 'import sys, tests.browser.chromium as c; sys.exit(not c.find_chromium())'
}

find_chromium && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing chromium for the browser tests"
    export DEBIAN_FRONTEND=noninteractive
    packages="chromium fonts-liberation"
    { apt-get update -q && apt-get install -q -y --no-install-recommends $packages; } >/dev/null ||
        echo "apt-get could not install chromium." >&2
fi
exit 0
