#!/usr/bin/env bash
# What a reviewer should not have to look for: format, undeclared imports, stale generated code, dead links.
set -uo pipefail
cd "$(dirname "$0")/.."
failed=0
step() { echo "== $1"; shift; "$@" || failed=1; }

lint() { scripts/format.sh lint --strict; }
imports() { swift build --explicit-target-dependency-import-check error; }
fresh() { scripts/generate.sh && git diff --exit-code --stat -- Sources/API docs/operations-table.md; }
links() { python3 scripts/links.py; }

step "format" lint
step "imports" imports
step "generated code" fresh
step "links" links
exit $failed
