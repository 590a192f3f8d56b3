#!/bin/sh
# Run every test that this machine can run, and say at the end which it could not, and why.
# Arguments go to pytest.
set -u
failed=""
not_run=""

note() {
    not_run="$not_run
  - $1"
}

if node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null; then
    (cd tests/js && node --test) || failed="$failed JavaScript"
else
    here=$(node --version 2>/dev/null || echo none)
    note "the JavaScript unit tests: they need Node 20 or later (here: $here)"
fi

report=$(mktemp)
trap 'rm -f "$report"' EXIT
.venv/bin/python -m pytest --junit-xml="$report" "$@" || failed="$failed pytest"
skipped=$(.venv/bin/python -m tests.tools.skipped "$report") || failed="$failed report"
not_run="$not_run$skipped"

echo
if [ -n "$not_run" ]; then
    echo "NOT RUN here:$not_run"
else
    echo "Everything was run."
fi
if [ -n "$failed" ]; then
    echo "FAILED:$failed"
    exit 1
fi
