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

# One after the other: tests of the proxy and of processes measure what a loaded machine would delay.
unit() { swift test --skip-build --no-parallel --skip SimulationTests --xunit-output "$reports/unit.xml"; }
generator() { swift test --package-path Tools/APIGenerator --xunit-output "$PWD/$reports/generator.xml"; }
simulation() { swift test --skip-build --filter SimulationTests --xunit-output "$reports/simulation.xml"; }
acceptance() { .venv/bin/python -m pytest Tests/acceptance -q -rs --durations=10 --junitxml "$reports/acceptance.xml"; }

timed "install" scripts/install.sh test
[ $failed = 0 ] || exit 1
timed "build" swift build --build-tests ${SWIFT_BUILD_FLAGS:-}
[ $failed = 0 ] || { echo "0 passed, 1 failed"; exit 1; }
case $part in
unit)
  timed "unit tests" unit
  timed "generator tests" generator
  timed "simulated deployments" simulation
  ;;
acceptance) timed "acceptance tests" acceptance ;;
all)
  timed "unit tests" unit
  timed "generator tests" generator
  timed "simulated deployments" simulation
  timed "acceptance tests" acceptance
  ;;
*) echo "usage: test.sh all|unit|acceptance" >&2; exit 2 ;;
esac

python3 scripts/summarize.py "$reports" || failed=1
exit $failed
