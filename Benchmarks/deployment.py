#!/usr/bin/env python3
"""Measures what Teal adds to a deployment: from `create-deployment` to all traffic on green, against what the same tasks
take to start and to pass their health checks on their own.

Three process tasks that are healthy at once, behind a target group with a health interval of 5 s, deployed all at once.
`alone` is a service with the same tasks in the other target group, from `create-service` to its last healthy target.

    Benchmarks/deployment.py [--teal PATH] [--runs 5]
"""
import argparse
import json
import os
import statistics
import time

from serving import ROOT, TealServer
from stack import LOOK, Stack

TASKS = 3


class CodeDeployStack(Stack):
    """With an application and a deployment group for the service `web`."""

    def deployment_group(self, listener):
        self.codedeploy.create_application(applicationName="bench", computePlatform="ECS")
        self.codedeploy.create_deployment_group(
            applicationName="bench", deploymentGroupName="bench", serviceRoleArn="arn:aws:iam::123456789012:role/deploy",
            deploymentConfigName="CodeDeployDefault.ECSAllAtOnce",
            deploymentStyle={"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"},
            blueGreenDeploymentConfiguration={
                "terminateBlueInstancesOnDeploymentSuccess": {"action": "TERMINATE", "terminationWaitTimeInMinutes": 0},
                "deploymentReadyOption": {"actionOnTimeout": "CONTINUE_DEPLOYMENT"}},
            loadBalancerInfo={"targetGroupPairInfoList": [{
                "targetGroups": [{"name": "blue"}, {"name": "green"}], "prodTrafficRoute": {"listenerArns": [listener]}}]},
            ecsServices=[{"serviceName": "web", "clusterName": "bench"}])

    def deploy(self, definition, listener, green):
        """Seconds until the whole of the production listener's weight is on `green`, and the time of each event."""
        spec = {"version": 0.0, "Resources": [{"Service": {"Type": "AWS::ECS::Service", "Properties": {
            "TaskDefinition": definition, "LoadBalancerInfo": {"ContainerName": "app", "ContainerPort": 80}}}}]}
        start = time.monotonic()
        deployment = self.codedeploy.create_deployment(
            applicationName="bench", deploymentGroupName="bench",
            revision={"revisionType": "AppSpecContent", "appSpecContent": {"content": json.dumps(spec)}})["deploymentId"]
        while self.weight(listener, green) < 100:
            time.sleep(LOOK)
        elapsed = time.monotonic() - start
        while (info := self.codedeploy.get_deployment(deploymentId=deployment)["deploymentInfo"])["status"] != "Succeeded":
            if info["status"] in ("Failed", "Stopped"):
                raise SystemExit(f"the deployment failed: {info['errorInformation']}")
            time.sleep(LOOK)
        target = self.codedeploy.get_deployment_target(deploymentId=deployment, targetId="bench:web")["deploymentTarget"]
        events = target["ecsTarget"]["lifecycleEvents"]
        return elapsed, {event["lifecycleEventName"]: (event["endTime"] - event["startTime"]).total_seconds() for event in events}

    def settled(self):
        """Waits until only the PRIMARY task set is left."""
        while len(self.ecs.describe_services(cluster="bench", services=["web"])["services"][0]["taskSets"]) > 1:
            time.sleep(0.1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--teal", default=os.path.join(ROOT, ".build", "release", "teal"))
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    binary = os.path.abspath(options.teal)

    alone, deployed, events = [], [], {}
    with TealServer(binary) as server:
        stack = CodeDeployStack(server, binary, TASKS)
        definition = stack.task_definition("v1")
        for run in range(options.runs):
            group = stack.target_group(f"alone-{run}")
            stack.listener(group)
            alone.append(stack.service(f"alone-{run}", group, definition, "ECS"))
            stack.ecs.delete_service(cluster="bench", service=f"alone-{run}", force=True)
        groups = [stack.target_group(name) for name in ("blue", "green")]
        for group in groups:
            stack.elb.modify_target_group_attributes(
                TargetGroupArn=group, Attributes=[{"Key": "deregistration_delay.timeout_seconds", "Value": "0"}])
        production = stack.listener(groups[0])
        stack.service("web", groups[0], definition, "CODE_DEPLOY")
        stack.deployment_group(production)
        for run in range(options.runs):
            stack.settled()
            elapsed, times = stack.deploy(stack.task_definition(f"v{run + 2}"), production, groups[(run + 1) % 2])
            deployed.append(elapsed)
            for name, seconds in times.items():
                events.setdefault(name, []).append(seconds)
    added = statistics.median(deployed) - statistics.median(alone)
    print(f"Deployment (all at once, {TASKS} process tasks, health interval 5 s; medians of {options.runs})")
    print(f"  tasks alone to healthy {statistics.median(alone) * 1000:6.0f} ms")
    print(f"  create to 100 % green  {statistics.median(deployed) * 1000:6.0f} ms  (worst {max(deployed) * 1000:.0f})")
    print(f"  added by deploying     {added * 1000:6.0f} ms  (target: under 3000)")
    print("  events                 " + ", ".join(f"{name} {statistics.median(times) * 1000:.0f}" for name, times in events.items()))


if __name__ == "__main__":
    main()
