#!/usr/bin/env bash
# Simulates many services of which a tenth is deployed at once, and prints what an event and a service cost (debug build).
set -euo pipefail
cd "$(dirname "$0")/.."
swift build --build-tests
TEAL_FLEET=${TEAL_FLEET:-10000} swift test --skip-build --filter FleetTests 2>&1 | grep -aE "^fleet:|failed"
