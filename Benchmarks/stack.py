"""What the benchmarks of deployments share: a load balancer, and services of `teal demo-app` behind it."""
import time

import boto3
from botocore.config import Config

from serving import SUBNETS, free_port

NETWORK = {"awsvpcConfiguration": {"subnets": SUBNETS[:1]}}
LOOK = 0.02


class Stack:
    """A load balancer, and services of `teal demo-app` behind it."""

    def __init__(self, server, binary, tasks):
        self.binary, self.tasks = binary, tasks
        self.elb, self.ecs, self.codedeploy = (self.client(server, name) for name in ("elbv2", "ecs", "codedeploy"))
        self.load_balancer = self.elb.create_load_balancer(Name="bench", Subnets=SUBNETS)["LoadBalancers"][0]["LoadBalancerArn"]
        self.ecs.create_cluster(clusterName="bench")

    @staticmethod
    def client(server, service):
        return boto3.client(
            service, region_name="us-east-1", endpoint_url=server.endpoint, aws_access_key_id=server.credentials.access_key,
            aws_secret_access_key=server.credentials.secret_key, config=Config(retries={"max_attempts": 1}))

    def target_group(self, name):
        return self.elb.create_target_group(
            Name=name, Protocol="HTTP", Port=80, VpcId="vpc-0123456789abcdef0", TargetType="ip", HealthCheckPath="/health",
            HealthCheckIntervalSeconds=5, HealthCheckTimeoutSeconds=2, HealthyThresholdCount=2)["TargetGroups"][0]["TargetGroupArn"]

    def listener(self, group):
        return self.elb.create_listener(
            LoadBalancerArn=self.load_balancer, Protocol="HTTP", Port=free_port(),
            DefaultActions=[{"Type": "forward", "TargetGroupArn": group}])["Listeners"][0]["ListenerArn"]

    def task_definition(self, version):
        return self.ecs.register_task_definition(
            family="bench", networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256", memory="512",
            containerDefinitions=[{
                "name": "app", "image": f"app:{version}", "entryPoint": [self.binary],
                "command": ["demo-app", "--version", version], "portMappings": [{"containerPort": 80}]}],
        )["taskDefinition"]["taskDefinitionArn"]

    def service(self, name, group, definition, controller, routing=None, serving=None, **more):
        """Seconds until every target is healthy, in the group `serving`; `more` goes to `create-service`, `routing` into its load balancer."""
        start = time.monotonic()
        self.ecs.create_service(
            cluster="bench", serviceName=name, taskDefinition=definition, desiredCount=self.tasks, launchType="FARGATE",
            networkConfiguration=NETWORK, deploymentController={"type": controller}, **more,
            loadBalancers=[{"targetGroupArn": group, "containerName": "app", "containerPort": 80, **(routing or {})}])
        while self.healthy(serving or group) < self.tasks:
            time.sleep(LOOK)
        return time.monotonic() - start

    def healthy(self, group):
        targets = self.elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
        return sum(target["TargetHealth"]["State"] == "healthy" for target in targets)

    def weight(self, listener, group):
        action = self.elb.describe_listeners(ListenerArns=[listener])["Listeners"][0]["DefaultActions"][0]
        return next((g["Weight"] for g in action["ForwardConfig"]["TargetGroups"] if g["TargetGroupArn"] == group), 0)
