#!/usr/bin/env bash
# Runs fresh simulated worlds of both engines, round after round, until stopped or until one breaks an invariant.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/install.sh build
swift build --build-tests
export TEAL_SIMULATION_SEEDS=${TEAL_SIMULATION_SEEDS:-20000} TEAL_SIMULATION_PROGRESS=1
round=0
while :; do
  round=$((round + 1))
  first=$(od -An -N6 -tu8 /dev/urandom | tr -d ' ')
  echo "round $round: $TEAL_SIMULATION_SEEDS worlds of each engine, seeds from $first"
  TEAL_SIMULATION_FIRST_SEED=$first swift test --skip-build --filter SimulationTests/invariants
done
