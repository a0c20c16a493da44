#!/usr/bin/env python3
"""Compares the API of `teal serve` with moto's server on this machine, in one run.

Both hold the same small stack: one service behind one target group, and one CodeDeploy deployment. The same signed
request is then repeated by wrk (one thread, 64 kept-alive connections); the servers take turns. Printed are medians of
requests per second and 99th percentile latency, and Teal's ratio to moto. Teal's CPU time per request depends least on what
else the machine does. At last Teal is asked again, with many more services in its store.

    Benchmarks/api.py [--teal PATH] [--rounds 3] [--seconds 4] [--connections 64] [--services 2000]
"""
import argparse
import contextlib
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from serving import ROOT, SUBNETS, TealServer, free_port

APPSPEC = {
    "version": 0.0,
    "Resources": [{"TargetService": {"Type": "AWS::ECS::Service", "Properties": {
        "TaskDefinition": None, "LoadBalancerInfo": {"ContainerName": "app", "ContainerPort": 80}}}}],
}


@contextlib.contextmanager
def moto():
    port = free_port()
    server = subprocess.Popen([sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        endpoint = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 30
        while True:
            try:
                urllib.request.urlopen(f"{endpoint}/moto-api/", timeout=1).close()
                break
            except OSError:
                if time.monotonic() > deadline:
                    sys.exit("moto's server did not start")
                time.sleep(0.1)
        yield endpoint, Credentials("testing", "testing")
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(10)


class Stack:
    """The resources that the measured calls describe, made through the public API."""

    def __init__(self, endpoint, credentials, program):
        def client(name):
            return boto3.client(name, region_name="us-east-1", endpoint_url=endpoint,
                                aws_access_key_id=credentials.access_key, aws_secret_access_key=credentials.secret_key)
        self.client = client
        elb, ecs, deploy, ec2 = client("elbv2"), client("ecs"), client("codedeploy"), client("ec2")
        subnets, security_groups, vpc = SUBNETS, ["sg-0123456789abcdef0"], "vpc-0123456789abcdef0"
        if program is None:  # moto takes only the network that it made itself
            found = ec2.describe_subnets()["Subnets"][:2]
            subnets, vpc = [s["SubnetId"] for s in found], found[0]["VpcId"]
            security_groups = [ec2.describe_security_groups()["SecurityGroups"][0]["GroupId"]]
        groups = [elb.create_target_group(Name=name, Protocol="HTTP", Port=80, VpcId=vpc, TargetType="ip")["TargetGroups"][0]
                  for name in ("blue", "green")]
        self.group = groups[0]["TargetGroupArn"]
        balancer = elb.create_load_balancer(Name="web", Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
        listener = elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=free_port(), DefaultActions=[
            {"Type": "forward", "TargetGroupArn": self.group}])["Listeners"][0]["ListenerArn"]
        elb.register_targets(TargetGroupArn=self.group, Targets=[{"Id": f"10.0.0.{n}", "Port": 80} for n in (1, 2, 3)])
        ecs.create_cluster(clusterName="main")
        task = ecs.register_task_definition(
            family="web", networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256", memory="512",
            containerDefinitions=[{"name": "app", "image": "app:1", "command": program or ["true"], "memory": 128,
                                   "portMappings": [{"containerPort": 80}]}])["taskDefinition"]["taskDefinitionArn"]
        self.task = task
        ecs.create_service(
            cluster="main", serviceName="web", taskDefinition=task, desiredCount=0 if program else 2, launchType="FARGATE",
            deploymentController={"type": "CODE_DEPLOY"},
            networkConfiguration={"awsvpcConfiguration": {"subnets": subnets, "securityGroups": security_groups}},
            loadBalancers=[{"targetGroupArn": self.group, "containerName": "app", "containerPort": 80}])
        deploy.create_application(applicationName="app", computePlatform="ECS")
        deploy.create_deployment_group(
            applicationName="app", deploymentGroupName="group", serviceRoleArn="arn:aws:iam::123456789012:role/deploy",
            deploymentConfigName="CodeDeployDefault.ECSAllAtOnce",
            deploymentStyle={"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"},
            blueGreenDeploymentConfiguration={
                "terminateBlueInstancesOnDeploymentSuccess": {"action": "TERMINATE", "terminationWaitTimeInMinutes": 60},
                "deploymentReadyOption": {"actionOnTimeout": "STOP_DEPLOYMENT", "waitTimeInMinutes": 60}},
            loadBalancerInfo={"targetGroupPairInfoList": [{
                "targetGroups": [{"name": "blue"}, {"name": "green"}], "prodTrafficRoute": {"listenerArns": [listener]}}]},
            ecsServices=[{"serviceName": "web", "clusterName": "main"}])
        APPSPEC["Resources"][0]["TargetService"]["Properties"]["TaskDefinition"] = task
        self.deployment = deploy.create_deployment(
            applicationName="app", deploymentGroupName="group",
            revision={"revisionType": "AppSpecContent", "appSpecContent": {"content": json.dumps(APPSPEC)}})["deploymentId"]

    def fill(self, count):
        """Makes that many more services, and a target group for each."""
        elb, ecs = self.client("elbv2"), self.client("ecs")
        for index in range(count):
            elb.create_target_group(Name=f"group-{index}", Protocol="HTTP", Port=80, VpcId="vpc-0123456789abcdef0", TargetType="ip")
            ecs.create_service(
                cluster="main", serviceName=f"service-{index}", taskDefinition=self.task, desiredCount=0, launchType="FARGATE",
                networkConfiguration={"awsvpcConfiguration": {"subnets": SUBNETS}})

    def requests(self):
        """(name, signing name, headers, body) of each measured call."""
        amz = "application/x-amz-json-1.1"
        return [
            ("DescribeServices", "ecs",
             {"Content-Type": amz, "X-Amz-Target": "AmazonEC2ContainerServiceV20141113.DescribeServices"},
             json.dumps({"cluster": "main", "services": ["web"]})),
            ("GetDeployment", "codedeploy",
             {"Content-Type": amz, "X-Amz-Target": "CodeDeploy_20141006.GetDeployment"},
             json.dumps({"deploymentId": self.deployment})),
            ("DescribeTargetHealth", "elasticloadbalancing",
             {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"},
             f"Action=DescribeTargetHealth&Version=2015-12-01&TargetGroupArn={self.group.replace(':', '%3A').replace('/', '%2F')}"),
        ]


def load(endpoint, credentials, signing_name, headers, body, seconds, connections):
    """Requests per second, p99 in milliseconds."""
    request = AWSRequest("POST", f"{endpoint}/", headers=headers, data=body)
    SigV4Auth(credentials, signing_name, "us-east-1").add_auth(request)
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write('wrk.method = "POST"\n' + f"wrk.body = {json.dumps(body)}\n")
        for name, value in request.headers.items():
            script.write(f"wrk.headers[{json.dumps(name)}] = {json.dumps(value)}\n")
        script.flush()
        text = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", script.name, f"{endpoint}/"],
                              check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in text:
        sys.exit(f"{endpoint} answered errors to {headers}: {text}")
    p99, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", text).groups()
    return float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1]), float(p99) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def alone(teal, stack, options):
    """Asks Teal only: requests per second, p99 and CPU time per request of each call."""
    for name, signing_name, headers, body in stack.requests():
        before = cpu_seconds(teal.process.pid)
        rate, tail = load(teal.endpoint, teal.credentials, signing_name, headers, body, options.seconds, options.connections)
        cost = (cpu_seconds(teal.process.pid) - before) / (rate * options.seconds) * 1000
        print(f"  {name:22} teal {rate:8.0f}/s  p99 {tail:6.1f} ms  CPU {cost:.3f} ms a request", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--teal", default=os.path.join(ROOT, ".build", "release", "teal"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--services", type=int, default=2000)
    options = parser.parse_args()

    with TealServer(options.teal) as teal, moto() as (moto_endpoint, moto_credentials):
        peers = {
            "teal": (teal.endpoint, teal.credentials, Stack(teal.endpoint, teal.credentials, [options.teal, "demo-app"])),
            "moto": (moto_endpoint, moto_credentials, Stack(moto_endpoint, moto_credentials, None)),
        }
        print(f"API, {options.connections} kept-alive connections, {options.rounds} rounds of {options.seconds} s")
        for index, name in enumerate(["DescribeServices", "GetDeployment", "DescribeTargetHealth"]):
            rates, tails = {peer: [] for peer in peers}, {peer: [] for peer in peers}
            for turn in range(options.rounds):
                for peer in (list(peers) if turn % 2 == 0 else list(peers)[::-1]):
                    endpoint, credentials, stack = peers[peer]
                    _, signing_name, headers, body = stack.requests()[index]
                    rate, tail = load(endpoint, credentials, signing_name, headers, body, options.seconds, options.connections)
                    rates[peer].append(rate)
                    tails[peer].append(tail)
            middle = {peer: statistics.median(values) for peer, values in rates.items()}
            print(f"  {name:22} teal {middle['teal']:8.0f}/s  p99 {statistics.median(tails['teal']):6.1f} ms   "
                  f"moto {middle['moto']:6.0f}/s  p99 {statistics.median(tails['moto']):6.1f} ms   "
                  f"ratio {middle['teal'] / middle['moto']:5.1f}  (target: 20, p99 under 10 ms)", flush=True)

        print("API, Teal alone")
        alone(teal, peers["teal"][2], options)
        if options.services:
            peers["teal"][2].fill(options.services)
            print(f"API, Teal with {options.services} more services and target groups")
            alone(teal, peers["teal"][2], options)


if __name__ == "__main__":
    main()
