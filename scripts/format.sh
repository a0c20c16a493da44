#!/usr/bin/env bash
# Formats (--in-place) or checks (lint --strict) every source that people write; Sources/API is written by the generator.
set -euo pipefail
cd "$(dirname "$0")/.."
exec swift format "$@" --recursive --parallel \
    Package.swift Sources/{CLI,DataPlane,Engine,Model,Runtimes,Server,Services,Store,Wire} Tests Tools/APIGenerator/Sources
