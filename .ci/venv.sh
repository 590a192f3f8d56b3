#!/bin/sh
# Make .venv, if it isn't there, and install a lock into it: .ci/venv.sh requirements/run.txt
# Needs a Python of at least 3.11 on PATH (PYTHON names another one) and nothing else.
set -eu
lock=$1

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    for python in ${PYTHON:-python3 python3.13 python3.12 python3.11 python3.14 python}; do
        if command -v "$python" >/dev/null && new_enough "$python"; then
            echo "$python"
            return
        fi
    done
    echo "Python 3.11 or later is needed and was not found${PYTHON:+ (PYTHON=$PYTHON)}." >&2
    echo "Debian, Ubuntu: apt-get install python3 python3-venv; macOS: brew install python." >&2
    exit 1
}

usable() {
    new_enough .venv/bin/python && .venv/bin/python -m pip --version >/dev/null 2>&1
}

if ! usable; then
    python=$(find_python)
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        echo "This Python can't make virtual environments: its module ensurepip is missing." >&2
        echo "Debian, Ubuntu: apt-get install python3-venv." >&2
        exit 1
    fi
    echo "Making .venv with $("$python" --version)"
    "$python" -m venv --clear .venv
fi

echo "Installing $lock"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
