#!/usr/bin/env bash
# Runs the tests, fast ones first, says how long each part took, and closes with one line summed over everything that ran.
set -uo pipefail
cd "$(dirname "$0")/.."

part=${1:-all}
reports=.build/test-reports
rm -rf "$reports"; mkdir -p "$reports"
failed=0

timed() {
  local name=$1 start=$SECONDS; shift
  echo "== $name"
  "$@" || failed=1
  echo "== $name took $((SECONDS - start)) s"
}

unit() { swift test --skip-build --xunit-output "$reports/unit.xml" ${TEAL_TEST_FILTER:+--filter "$TEAL_TEST_FILTER"}; }
acceptance() { .venv/bin/python -m pytest Tests/acceptance -q -rs --durations=10 --junitxml "$reports/acceptance.xml"; }

timed "install" scripts/install.sh test
[ $failed = 0 ] || exit 1
timed "build" swift build --build-tests ${SWIFT_BUILD_FLAGS:-}
[ $failed = 0 ] || { echo "0 passed, 1 failed"; exit 1; }
case $part in
unit) timed "unit and simulation tests" unit ;;
acceptance) timed "acceptance tests" acceptance ;;
all)
  timed "unit and simulation tests" unit
  timed "acceptance tests" acceptance
  ;;
*) echo "usage: test.sh all|unit|acceptance" >&2; exit 2 ;;
esac

python3 scripts/summarize.py "$reports" || failed=1
exit $failed
