#!/bin/bash
# A private Docker engine for tests: own data, own socket, own pid file; touches no engine that is there already.
#
#   scripts/docker-engine.sh start    installs docker.io where it is missing, starts dockerd, prints its DOCKER_HOST
#   scripts/docker-engine.sh stop     stops it and removes its data
#   scripts/docker-engine.sh status   prints DOCKER_HOST and exits 0 while it runs
#
# TEAL_DOCKER_ROOT names its folder (default /tmp/teal-docker-<uid>); engines in different folders run side by side.
set -euo pipefail

root=${TEAL_DOCKER_ROOT:-/tmp/teal-docker-$(id -u)}
socket=$root/docker.sock
host=unix://$socket
as_root=()
if [ "$(id -u)" != 0 ]; then as_root=(sudo); fi

answers() { curl --silent --fail --max-time 5 --unix-socket "$socket" http://docker/_ping >/dev/null 2>&1; }

install_engine() {
    if command -v dockerd >/dev/null 2>&1; then return; fi
    "${as_root[@]}" apt-get update -qq >&2
    # The package starts an engine of its own; ours is the only one that is wanted.
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq docker.io >&2
}

# Tries the engine's defaults first, then what works in containers and on kernels without overlayfs or iptables.
start() {
    if answers; then echo "$host"; return; fi
    install_engine
    mkdir -p "$root"
    local flags
    for flags in "" "--iptables=false" "--iptables=false --storage-driver=vfs"; do
        # shellcheck disable=SC2086
        "${as_root[@]}" setsid dockerd --data-root "$root/data" --exec-root "$root/exec" --pidfile "$root/dockerd.pid" \
            --default-address-pool base=10.201.0.0/16,size=24 \
            -H "$host" --group "$(id -gn)" $flags >"$root/dockerd.log" 2>&1 </dev/null &
        local engine=$!
        for _ in $(seq 150); do
            if answers; then echo "$host"; return; fi
            if ! kill -0 "$engine" 2>/dev/null; then break; fi
            sleep 0.2
        done
        end_engine
    done
    echo "dockerd does not start; its last words:" >&2
    tail -n 20 "$root/dockerd.log" >&2
    return 1
}

end_engine() {
    local pid
    pid=$("${as_root[@]}" cat "$root/dockerd.pid" 2>/dev/null) || return 0
    # A stale pid file may name somebody else by now.
    if [ "$(cat "/proc/$pid/comm" 2>/dev/null)" != dockerd ]; then return 0; fi
    "${as_root[@]}" kill "$pid"
    for _ in $(seq 100); do
        if [ ! -d "/proc/$pid" ]; then return 0; fi
        sleep 0.2
    done
    "${as_root[@]}" kill -9 "$pid"
}

# What an engine that did not end properly leaves: its containerd, network namespaces and file systems of containers.
remove_leftovers() {
    local pid mount
    pid=$("${as_root[@]}" cat "$root/exec/containerd/containerd.pid" 2>/dev/null) || pid=
    if [ -n "$pid" ] && [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = containerd ]; then "${as_root[@]}" kill -9 "$pid"; fi
    # The fifth field is the mount point; what was mounted last goes first.
    awk -v folder="$root/" 'index($5, folder) == 1 { print $5 }' /proc/self/mountinfo | tac | while read -r mount; do
        "${as_root[@]}" umount --lazy "$mount" || true
    done
}

stop() {
    end_engine
    remove_leftovers
    "${as_root[@]}" rm -rf "$root"
}

case "${1:-}" in
start) start ;;
stop) stop ;;
status) if answers; then echo "$host"; else echo "not running" >&2; exit 1; fi ;;
*) sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
