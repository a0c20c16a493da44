#!/usr/bin/env python3
"""Measures how fast traffic moves: a changed weight on every worker, and the way back in bake time.

Clients on kept-alive connections, spread over the proxy's workers, send requests all the time and note which version answered.

`weight change`: `modify-listener` swaps 100/0 between two target groups, again and again. What counts is the last request that
was *sent* after the call had been made and was still answered by the group that lost its weight.
`bake time`: a BLUE_GREEN service in its bake time is told `stop-service-deployment` (ROLLBACK). What counts is the
last request that was sent after the call and was still answered by green.

    Benchmarks/shifting.py [--teal PATH] [--changes 40] [--rollbacks 5]
"""
import argparse
import http.client
import os
import statistics
import threading
import time

from serving import ROOT, TealServer, free_port
from stack import LOOK, Stack

TASKS = 2
CLIENTS = 8
ROLE = "arn:aws:iam::123456789012:role/ecs-load-balancing"


class Watchers:
    """Clients of the production listener; each answer is kept as (sent at, version)."""

    def __init__(self, port):
        self.port, self.answers, self.failures, self.ended = port, [], 0, threading.Event()
        self.threads = [threading.Thread(target=self.watch, daemon=True) for _ in range(CLIENTS)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        for thread in self.threads:
            thread.join(10)

    def watch(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        while not self.ended.wait(0.004):
            sent = time.monotonic()
            try:
                connection.request("GET", "/")
                response = connection.getresponse()
                version = response.read().decode().strip()
                if response.status != 200:
                    self.failures += 1
                else:
                    self.answers.append((sent, version))
            except (OSError, http.client.HTTPException):
                self.failures += 1
                connection.close()

    def last(self, since, *versions):
        """Seconds from `since` to the sending of the last request that one of `versions` answered; 0 for none."""
        return max((sent - since for sent, version in list(self.answers) if sent >= since and version in versions), default=0)

    def only(self, versions):
        """Waits until every client has had answers of these versions only, for a while."""
        while True:
            start = time.monotonic()
            time.sleep(0.3)
            seen = [version for sent, version in list(self.answers) if sent >= start]
            if len(seen) >= CLIENTS and all(version in versions for version in seen):
                return


class ShiftingStack(Stack):
    """A BLUE_GREEN service `web` whose bake time is long."""

    def __init__(self, server, binary):
        super().__init__(server, binary, TASKS)
        self.groups = [self.target_group(name) for name in ("blue", "green")]
        for group in self.groups:
            self.elb.modify_target_group_attributes(
                TargetGroupArn=group, Attributes=[{"Key": "deregistration_delay.timeout_seconds", "Value": "0"}])
        self.port = free_port()
        self.production = self.elb.create_listener(
            LoadBalancerArn=self.load_balancer, Protocol="HTTP", Port=self.port, DefaultActions=self.forward(100))["Listeners"][0]["ListenerArn"]
        self.rule = self.elb.describe_rules(ListenerArn=self.production)["Rules"][0]["RuleArn"]

    def forward(self, blue):
        weights = zip(self.groups, (blue, 100 - blue))
        return [{"Type": "forward", "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": g, "Weight": w} for g, w in weights]}}]

    def create(self, definition):
        routing = {"advancedConfiguration": {
            "alternateTargetGroupArn": self.groups[1], "productionListenerRule": self.rule, "roleArn": ROLE}}
        # The first revision, too, gets the group that has no weight, and all the weight with it.
        self.service("web", self.groups[0], definition, "ECS", routing, serving=self.groups[1],
                     deploymentConfiguration={"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 0})
        self.ended()
        self.groups.reverse()

    def deployment(self):
        arn = self.ecs.list_service_deployments(cluster="bench", service="web")["serviceDeployments"][0]["serviceDeploymentArn"]
        return self.ecs.describe_service_deployments(serviceDeploymentArns=[arn])["serviceDeployments"][0]

    def ended(self):
        while self.deployment()["status"] not in ("SUCCESSFUL", "ROLLBACK_SUCCESSFUL"):
            time.sleep(LOOK)

    def bake(self, definition):
        self.ecs.update_service(
            cluster="bench", service="web", taskDefinition=definition,
            deploymentConfiguration={"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 60})
        while (deployment := self.deployment()).get("lifecycleStage") != "BAKE_TIME":
            time.sleep(LOOK)
        return deployment["serviceDeploymentArn"]


def weight_changes(stack, watchers, versions, count):
    """For each change: milliseconds that the call took, and from its answer to the last request that went the old way."""
    calls, late = [], []
    for change in range(count):
        old, new = (versions[change % 2], versions[(change + 1) % 2])
        watchers.only({old})
        start = time.monotonic()
        stack.elb.modify_listener(ListenerArn=stack.production, DefaultActions=stack.forward(0 if change % 2 == 0 else 100))
        answered = time.monotonic()
        watchers.only({new})
        calls.append((answered - start) * 1000)
        late.append(watchers.last(start, old) * 1000)
    return calls, late


def rollbacks(stack, watchers, count):
    """Milliseconds from `stop-service-deployment` to the last request that green answered."""
    late = []
    for run in range(count):
        green = f"green-{run}"
        deployment = stack.bake(stack.task_definition(green))
        watchers.only({green})
        start = time.monotonic()
        stack.ecs.stop_service_deployment(serviceDeploymentArn=deployment, stopType="ROLLBACK")
        watchers.only({"v1"})
        late.append(watchers.last(start, green) * 1000)
        stack.ended()
    return late


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--teal", default=os.path.join(ROOT, ".build", "release", "teal"))
    parser.add_argument("--changes", type=int, default=40)
    parser.add_argument("--rollbacks", type=int, default=5)
    options = parser.parse_args()
    binary = os.path.abspath(options.teal)

    with TealServer(binary) as server:
        stack = ShiftingStack(server, binary)
        stack.create(stack.task_definition("v1"))
        # The second group gets tasks of its own while weights are swapped by hand.
        stack.service("other", stack.groups[1], stack.task_definition("other"), "ECS")
        with Watchers(stack.port) as watchers:
            calls, late = weight_changes(stack, watchers, ("v1", "other"), options.changes)
            stack.elb.modify_listener(ListenerArn=stack.production, DefaultActions=stack.forward(100))
            stack.ecs.delete_service(cluster="bench", service="other", force=True)
            while stack.healthy(stack.groups[1]):
                time.sleep(LOOK)
            back = rollbacks(stack, watchers, options.rollbacks)
    print(f"Traffic moves ({CLIENTS} clients, {TASKS} tasks a version; {len(watchers.answers)} answers, {watchers.failures} failed)")
    print(f"  weight change          {statistics.median(late):6.1f} ms to the last request on the old way  (worst {max(late):.1f}; target: under 50)")
    print(f"  modify-listener takes  {statistics.median(calls):6.1f} ms  (worst {max(calls):.1f})")
    print(f"  bake-time rollback     {statistics.median(back):6.1f} ms to the last request on green  (worst {max(back):.1f}; target: under 1000)")
    if watchers.failures:
        raise SystemExit("requests failed")


if __name__ == "__main__":
    main()
