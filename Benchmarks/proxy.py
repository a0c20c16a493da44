#!/usr/bin/env python3
"""Compares `teal proxy` with HAProxy, nginx and Envoy on this machine, in one run.

The proxies take turns under the same loads (wrk, one thread, a 90/10 weighted split over two backends), in reversed order
every other round. Printed are medians and spreads of requests per second, 99th percentile
latency and CPU time per request, and their ratios to HAProxy. CPU per request is the figure to trust: load generator,
backends and proxy share the cores, which compresses differences in throughput.

    Benchmarks/proxy.py [--teal PATH] [--envoy PATH] [--rounds 3] [--seconds 6] [--load NAME ...]
"""
import argparse
import array
import glob
import json
import os
import re
import shutil
import signal
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time
import typing

WORKERS = 2

# `FeedProtocol.version`: the proxy talks to no other.
FEED_VERSION = 3

BROWSER_HEADERS = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
    "Accept-Language": "en-GB,en;q=0.9,de;q=0.8",
    "Accept-Encoding": "gzip, deflate, br, zstd",
    "Cookie": "session=" + "0123456789abcdef" * 8 + "; theme=dark; consent=all",
    "Referer": "https://www.example.com/products/overview?page=2&sort=price",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Site": "same-origin",
    "Upgrade-Insecure-Requests": "1",
}


class Load(typing.NamedTuple):
    title: str
    connections: int = 64
    path: str = "/"
    headers: dict = {}


LOADS = {
    "small": Load("64 connections, 128-byte answers"),
    "browser": Load("64 connections, browser-like request heads", headers=BROWSER_HEADERS),
    "large": Load("64 connections, 64 KiB answers", path="/large"),
    "many": Load("512 connections, 128-byte answers", connections=512),
    "fresh": Load("a connection per request", headers={"Connection": "close"}),
}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    sys.exit(f"nothing listens on port {port}")


class Feed:
    """Speaks the control plane's side of the proxy feed, as far as a benchmark needs it."""

    def __init__(self, path):
        deadline = time.monotonic() + 20
        while True:
            try:
                self.socket = socket.socket(socket.AF_UNIX)
                self.socket.connect(path)
                return
            except OSError:
                if time.monotonic() > deadline:
                    sys.exit(f"no proxy at {path}")
                time.sleep(0.05)

    def send(self, message, descriptors=()):
        payload = json.dumps(message).encode()
        header = struct.pack(">IHH", len(payload), len(descriptors), FEED_VERSION)
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))] if descriptors else []
        self.socket.sendmsg([header + payload], rights)

    def until(self, kind):
        while True:
            try:
                header = self.socket.recv(8, socket.MSG_WAITALL)
            except ConnectionResetError:
                header = b""
            if len(header) < 8:
                sys.exit("the proxy closed the feed")
            message = json.loads(self.socket.recv(struct.unpack(">IHH", header)[0], socket.MSG_WAITALL))
            if kind in message:
                return message[kind]


def duration(seconds):
    """Swift's JSON form: the high and low halves of a count of attoseconds."""
    attoseconds = seconds * 10**18
    return [attoseconds >> 64, attoseconds & (2**64 - 1)]


def snapshot(port, backends):
    def arn(text):
        return {"arn": text}

    weights = [{"id": arn("heavy"), "weight": 90}, {"id": arn("light"), "weight": 10}]
    check = {
        "port": {"trafficPort": {}}, "path": "/", "interval": duration(30), "timeout": duration(5),
        "healthyThreshold": 5, "unhealthyThreshold": 2, "matcher": {"ranges": [[200, 200]]},
    }
    attributes = {
        "idleTimeout": duration(60), "clientKeepAlive": duration(3600), "forwardedFor": "append",
        "forwardsClientPort": False, "preservesHost": False, "dropsInvalidHeaders": False,
        "desyncMitigation": "defensive",
    }
    rule = {
        "id": arn("default"), "priority": 0, "conditions": [],
        "action": {"forward": {"_0": {"targetGroups": weights}}},
    }
    listener = {"id": arn("listener"), "port": port, "boundPort": port, "rules": [], "defaultRule": rule}
    groups = [
        {
            "id": arn(name), "healthCheck": check,
            "attributes": {"algorithm": "round_robin", "minimumHealthyCount": 1},
            "targets": [{"id": {"id": "127.0.0.1", "port": backend}, "address": "127.0.0.1", "state": {"registered": {}}}],
        }
        for name, backend in zip(("heavy", "light"), backends)
    ]
    balancer = {"id": arn("lb"), "dnsName": "lb", "attributes": attributes, "listeners": [listener]}
    return {"generation": {"number": 1}, "loadBalancers": [balancer], "targetGroups": groups}


def start_teal(binary, folder, port, backends):
    os.mkdir(folder)
    path = f"{folder}/proxy.sock"
    process = subprocess.Popen([binary, "proxy", "--socket", path, "--state", folder, "--workers", str(WORKERS)])
    try:
        feed_teal(path, port, backends)
    except BaseException:
        # Nobody else knows of it yet; left running, it would hold our output open for ever.
        process.kill()
        process.wait()
        raise
    return process


def feed_teal(path, port, backends):
    feed = Feed(path)
    version = feed.until("hello")["_0"]["version"]
    if version != FEED_VERSION:
        sys.exit(f"this benchmark speaks version {FEED_VERSION} of the proxy feed, the proxy version {version}")
    # Before the sockets: a connection for a listener that no snapshot names is closed.
    feed.send({"snapshot": {"_0": snapshot(port, backends)}})
    feed.until("acknowledged")
    sockets = []
    for _ in range(WORKERS):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(4096)
        listener.setblocking(False)
        sockets.append(listener)
    address = {"address": {"high": 0, "low": 0xFFFF_7F00_0001}, "port": port}
    feed.send({"listen": {"_0": address}}, [listener.fileno() for listener in sockets])
    # Reports keep coming; unread they would fill the socket and stop the reporting thread.
    drain_feed(feed)


def drain_feed(feed):
    def drain():
        while feed.socket.recv(65536):
            pass

    threading.Thread(target=drain, daemon=True).start()


def start_haproxy(folder, port, backends):
    path = f"{folder}/haproxy.cfg"
    with open(path, "w") as file:
        file.write(
            f"""global
    nbthread {WORKERS}
    maxconn 4000
defaults
    mode http
    option http-keep-alive
    option forwardfor
    http-reuse always
    timeout connect 10s
    timeout client 60s
    timeout server 60s
frontend f
    bind 127.0.0.1:{port}
    default_backend b
backend b
    balance roundrobin
    server heavy 127.0.0.1:{backends[0]} weight 90
    server light 127.0.0.1:{backends[1]} weight 10
"""
        )
    return subprocess.Popen(["haproxy", "-f", path, "-db"], stderr=subprocess.DEVNULL)


def nginx_configuration(folder, name, workers, http):
    path = f"{folder}/{name}.conf"
    with open(path, "w") as file:
        file.write(
            f"""worker_processes {workers};
daemon off;
error_log {folder}/{name}.log;
pid {folder}/{name}.pid;
events {{ worker_connections 8192; }}
http {{
    access_log off;
    keepalive_requests 100000000;
    client_body_temp_path {folder}/{name}-body;
    proxy_temp_path {folder}/{name}-proxy;
    fastcgi_temp_path {folder}/{name}-fastcgi;
    uwsgi_temp_path {folder}/{name}-uwsgi;
    scgi_temp_path {folder}/{name}-scgi;
    {http}
}}
"""
        )
    return subprocess.Popen(["nginx", "-c", path, "-e", f"{folder}/{name}.log"])


def start_nginx(folder, port, backends):
    return nginx_configuration(
        folder, "proxy", WORKERS,
        f"""upstream b {{
        server 127.0.0.1:{backends[0]} weight=90;
        server 127.0.0.1:{backends[1]} weight=10;
        keepalive 128;
        keepalive_requests 100000000;
    }}
    server {{
        listen 127.0.0.1:{port} reuseport;
        location / {{
            proxy_pass http://b;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        }}
    }}""")


def start_envoy(binary, folder, port, backends):
    def cluster(name, backend):
        address = {"socket_address": {"address": "127.0.0.1", "port_value": backend}}
        endpoints = [{"lb_endpoints": [{"endpoint": {"address": address}}]}]
        return {
            "name": name, "type": "STATIC", "connect_timeout": "10s",
            "load_assignment": {"cluster_name": name, "endpoints": endpoints},
        }

    weights = [{"name": "heavy", "weight": 90}, {"name": "light", "weight": 10}]
    route = {"match": {"prefix": "/"}, "route": {"weighted_clusters": {"clusters": weights}}}
    manager = {
        "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "f",
        "route_config": {"virtual_hosts": [{"name": "v", "domains": ["*"], "routes": [route]}]},
        "http_filters": [
            {
                "name": "router",
                "typed_config": {"@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"},
            }
        ],
    }
    listener = {
        "name": "l", "address": {"socket_address": {"address": "127.0.0.1", "port_value": port}},
        "filter_chains": [{"filters": [{"name": "hcm", "typed_config": manager}]}],
    }
    clusters = [cluster("heavy", backends[0]), cluster("light", backends[1])]
    path = f"{folder}/envoy.json"
    with open(path, "w") as file:
        json.dump({"static_resources": {"listeners": [listener], "clusters": clusters}}, file)
    command = [binary, "-c", path, "--concurrency", str(WORKERS), "-l", "error", "--use-dynamic-base-id"]
    return subprocess.Popen(command, stderr=subprocess.DEVNULL)


def processes(root):
    """The process and all below it."""
    found = [root]
    for pid in found:
        for path in glob.glob(f"/proc/{pid}/task/*/children"):
            with open(path) as file:
                found += [int(child) for child in file.read().split()]
    return found


def cpu_nanoseconds(pid):
    total = 0
    for process in processes(pid):
        for path in glob.glob(f"/proc/{process}/task/*/schedstat"):
            with open(path) as file:
                total += int(file.read().split()[0])
    return total


def measure(pid, port, seconds, load):
    before = cpu_nanoseconds(pid)
    headers = [word for name, value in load.headers.items() for word in ("-H", f"{name}: {value}")]
    url = f"http://127.0.0.1:{port}{load.path}"
    command = ["wrk", "-t1", f"-c{load.connections}", f"-d{seconds}s", "--latency", *headers, url]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    after = cpu_nanoseconds(pid)
    requests = int(re.search(r"(\d+) requests in", output)[1])
    value, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", output).groups()
    errors = re.search(r"Non-2xx or 3xx responses: (\d+)", output)
    socket_errors = re.search(r"Socket errors: (.*)", output)
    if errors or socket_errors:
        print(f"  errors: {errors[1] if errors else 0} answers, sockets {socket_errors[1] if socket_errors else 'fine'}")
    return {
        "rate": float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1]),
        "p99": float(value) * {"us": 1, "ms": 1000, "s": 1_000_000}[unit],
        "cpu": (after - before) / requests / 1000,
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--teal", default=".build/release/teal")
    own = os.path.dirname(sys.executable)
    parser.add_argument("--envoy", default=shutil.which("envoy") or shutil.which("envoy", path=own))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=6)
    parser.add_argument("--load", choices=LOADS, nargs="+", default=list(LOADS))
    options = parser.parse_args()
    started = []
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        try:
            backends = [free_port(), free_port()]
            with open(f"{folder}/large", "w") as file:
                file.write("x" * (64 << 10))
            os.chmod(f"{folder}/large", 0o644)
            answers = f'location / {{ return 200 "{"x" * 128}"; }} location = /large {{ root {folder}; }}'
            servers = " ".join(f"server {{ listen 127.0.0.1:{port} reuseport; {answers} }}" for port in backends)
            started.append(nginx_configuration(folder, "backend", 1, servers))
            for port in backends:
                wait_for(port)
            proxies = {}

            def add(name, start):
                port = free_port()
                process = start(port)
                started.append(process)
                wait_for(port)
                proxies[name] = (process.pid, port)

            add("teal", lambda port: start_teal(options.teal, f"{folder}/teal", port, backends))
            if shutil.which("haproxy"):
                add("haproxy", lambda port: start_haproxy(folder, port, backends))
            if shutil.which("nginx"):
                add("nginx", lambda port: start_nginx(folder, port, backends))
            if options.envoy:
                add("envoy", lambda port: start_envoy(options.envoy, folder, port, backends))
            for name in {"haproxy", "nginx", "envoy"} - set(proxies):
                print(f"{name} is not measured: not installed")
            for name in options.load:
                run(LOADS[name], proxies, options)
        finally:
            for process in started:
                process.send_signal(signal.SIGTERM)
            for process in started:
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()


def run(load, proxies, options):
    results = {name: [] for name in proxies}
    for pid, port in proxies.values():
        measure(pid, port, 1, load)
    for round_number in range(options.rounds):
        order = list(proxies.items())
        for name, (pid, port) in order if round_number % 2 == 0 else reversed(order):
            results[name].append(measure(pid, port, options.seconds, load))
    print(f"\n{load.title}")
    report(results)


def report(results):
    base = results.get("haproxy")
    print(f"{'':10} {'requests/s':>20} {'p99 us':>18} {'CPU us/request':>18}   ratios to HAProxy: rate, p99, CPU")
    for name, runs in results.items():
        cells, ratios = [], []
        for key, digits in (("rate", 0), ("p99", 0), ("cpu", 2)):
            values = [run[key] for run in runs]
            middle = statistics.median(values)
            spread = (max(values) - min(values)) / 2
            cells.append(f"{middle:.{digits}f} ±{spread:.{digits}f}")
            if base:
                ratios.append(f"{middle / statistics.median(run[key] for run in base):.2f}")
        print(f"{name:10} {cells[0]:>20} {cells[1]:>18} {cells[2]:>18}   {', '.join(ratios)}")


if __name__ == "__main__":
    main()
