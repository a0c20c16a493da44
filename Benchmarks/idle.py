#!/usr/bin/env python3
"""Measures what a quiet installation costs: 2,000 services that want no task, one service of 50 tasks, nothing to do.

CPU is that of `teal serve`, its proxy and the tasks' shims over the time, in percent of one core; memory is their PSS. The
tasks are behind a load balancer with health checks every 5 s, whose cost is part of it.

    Benchmarks/idle.py [--teal PATH] [--services 2000] [--tasks 50] [--seconds 30]
"""
import argparse
import glob
import os
import time

from footprint import proportional_set_size, proxy
from serving import ROOT, TealServer
from stack import Stack


def shims(data):
    """The process ids of the tasks' shims: they are started with a path below the data directory."""
    found = []
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            with open(path, "rb") as file:
                words = file.read().split(b"\0")
        except OSError:
            continue
        if len(words) > 2 and words[1] == b"shim" and words[2].startswith(data.encode()):
            found.append(int(path.split("/")[2]))
    return found


def cpu_seconds(pids):
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total


def settled(stack, names):
    services = stack.ecs.describe_services(cluster="bench", services=names)["services"]
    return all(deployment["rolloutState"] == "COMPLETED" for service in services for deployment in service["deployments"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--teal", default=os.path.join(ROOT, ".build", "release", "teal"))
    parser.add_argument("--services", type=int, default=2000)
    parser.add_argument("--tasks", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=30)
    options = parser.parse_args()
    binary = os.path.abspath(options.teal)

    with TealServer(binary) as server:
        stack = Stack(server, binary, options.tasks)
        definition = stack.task_definition("v1")
        start = time.monotonic()
        for number in range(options.services):
            stack.ecs.create_service(
                cluster="bench", serviceName=f"quiet-{number}", taskDefinition=definition, desiredCount=0, launchType="FARGATE",
                networkConfiguration={"awsvpcConfiguration": {"subnets": ["subnet-0123456789abcdef0"]}})
        created = time.monotonic() - start
        group = stack.target_group("busy")
        stack.listener(group)
        stack.service("busy", group, definition, "ECS")
        while not settled(stack, ["busy", f"quiet-{options.services - 1}"]):
            time.sleep(0.2)
        time.sleep(5)
        control = {"serve": [server.process.pid], "proxy": [proxy(server.data)], "shims": shims(server.data)}
        before = {name: cpu_seconds(pids) for name, pids in control.items()}
        time.sleep(options.seconds)
        used = {name: (cpu_seconds(pids) - before[name]) / options.seconds * 100 for name, pids in control.items()}
        memory = sum(proportional_set_size(pid) for pid in control["serve"] + control["proxy"])
    parts = ", ".join(f"{name} {value:.2f}" for name, value in used.items())
    print(f"Idle ({options.services} services of no task, {options.tasks} tasks, over {options.seconds} s)")
    print(f"  CPU, % of a core       {sum(used.values()):6.2f}     ({parts}; target: under 2)")
    print(f"  memory (PSS)           {memory:6.0f} MB  (serve and proxy)")
    print(f"  creating a service     {created / options.services * 1000:6.1f} ms")


if __name__ == "__main__":
    main()
