#!/usr/bin/env python3
"""Measures what Teal costs before it does anything: time to readiness, idle memory, size of the binary.

Memory is the proportional set size (PSS) of `teal serve` and its proxy together, idle, after the last start.

    Benchmarks/footprint.py [--teal PATH] [--starts 7]
"""
import argparse
import os
import shutil
import statistics
import subprocess
import tempfile
import time

from serving import ROOT, TealServer


def proxy(data):
    """The proxy is no child that a listing would show: it has a session of its own, and its id on disk."""
    with open(os.path.join(data, "proxy.pid")) as file:
        return int(file.read().split()[0])


def proportional_set_size(pid):
    """In MB."""
    with open(f"/proc/{pid}/smaps_rollup") as file:
        return sum(int(line.split()[1]) for line in file if line.startswith("Pss:")) / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--teal", default=os.path.join(ROOT, ".build", "release", "teal"))
    parser.add_argument("--starts", type=int, default=7)
    options = parser.parse_args()

    ready, memory = [], {}
    for _ in range(options.starts):
        with TealServer(options.teal) as server:
            ready.append(server.ready * 1000)
            if len(ready) == options.starts:
                time.sleep(3)
                for name, pid in ("serve", server.process.pid), ("proxy", proxy(server.data)):
                    memory[name] = proportional_set_size(pid)
    with tempfile.TemporaryDirectory() as folder:
        stripped = shutil.copy(options.teal, folder)
        subprocess.run(["strip", stripped], check=True)
        size = os.path.getsize(stripped) / 1e6
    parts = ", ".join(f"{name} {value:.0f}" for name, value in memory.items())
    print("Footprint")
    print(f"  ready, empty store     {statistics.median(ready):6.0f} ms  (first {ready[0]:.0f}, worst {max(ready):.0f}; target: under 150)")
    print(f"  idle memory (PSS)      {sum(memory.values()):6.0f} MB  ({parts}; target: under 60)")
    print(f"  stripped binary        {size:6.0f} MB  (target: under 100)")


if __name__ == "__main__":
    main()
