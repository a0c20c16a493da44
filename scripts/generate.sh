#!/usr/bin/env bash
# Writes Sources/API and docs/operations table from the models of the pinned botocore.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/install.sh test
models=$(.venv/bin/python -c 'import botocore, os; print(os.path.join(os.path.dirname(botocore.__file__), "data"))')
swift run --package-path Tools/APIGenerator api-generator --models "$models" --output Sources/API --operations-table docs/operations.md
