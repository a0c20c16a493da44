#!/usr/bin/env bash
# Runs fresh simulated worlds, round after round, until stopped or until one breaks an invariant.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/install.sh build
swift build --build-tests
round=0
while :; do
  round=$((round + 1))
  first=$(od -An -N6 -tu8 /dev/urandom | tr -d ' ')
  echo "round $round: seeds from $first"
  TEAL_SIMULATION_FIRST_SEED=$first TEAL_SIMULATION_SEEDS=${TEAL_SIMULATION_SEEDS:-10000} \
    swift test --skip-build --filter SimulationTests
done
