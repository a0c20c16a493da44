#!/usr/bin/env bash
# Installs what is missing: `install.sh build` (to compile), `test` (also the clients), `bench` (also the peers).
# Quiet and quick where nothing is missing. Uses apt; sudo only when not root.
set -euo pipefail
cd "$(dirname "$0")/.."

purpose=${1:-build}
packages=(libsqlite3-dev zlib1g-dev)
case $purpose in
build) ;;
test) packages+=(python3 python3-venv curl zip gettext-base busybox-static) ;;
bench) packages+=(python3 python3-venv curl zip haproxy nginx-light wrk binutils) ;;
*) echo "usage: install.sh build|test|bench" >&2; exit 2 ;;
esac

command -v swift >/dev/null || { echo "teal needs a Swift 6.3 toolchain on PATH: https://www.swift.org/install" >&2; exit 1; }

missing=()
for package in "${packages[@]}"; do
  case $package in
  nginx-light) command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || missing+=("$package") ;;
  haproxy) command -v haproxy >/dev/null || [ -x /usr/sbin/haproxy ] || missing+=("$package") ;;
  *) dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package") ;;
  esac
done
if [ ${#missing[@]} -gt 0 ]; then
  command -v apt-get >/dev/null || { echo "please install: ${missing[*]}" >&2; exit 1; }
  sudo=(); [ "$(id -u)" = 0 ] || sudo=(sudo)
  echo "installing ${missing[*]}"
  "${sudo[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

case $purpose in
test) requirements=Tests/acceptance/requirements.txt ;;
bench) requirements=Benchmarks/requirements.txt ;;
*) requirements= ;;
esac
if [ -n "$requirements" ]; then
  [ -x .venv/bin/python ] || python3 -m venv .venv
  stamp=.venv/$(basename "$(dirname "$requirements")").$(sha256sum "$requirements" | cut -c1-16)
  if [ ! -e "$stamp" ]; then
    .venv/bin/python -m pip install --quiet --disable-pip-version-check -r "$requirements"
    touch "$stamp"
  fi
fi
