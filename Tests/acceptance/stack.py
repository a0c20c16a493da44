"""The blue/green stack that most scenarios need, made with boto3 as a user would."""

import io
import itertools
import json
import textwrap
import zipfile

from server import BINARY, Server, free_port, wait_until

ROLE = "arn:aws:iam::123456789012:role/deploy"
NETWORK = {"awsvpcConfiguration": {"subnets": ["subnet-0123456789abcdef0"], "securityGroups": ["sg-0123456789abcdef0"]}}

HOOK = textwrap.dedent('''
    import boto3, os, time
    codedeploy = boto3.client("codedeploy")

    def handler(event, context):
        print("hook for", event["DeploymentId"], "execution", event["LifecycleEventHookExecutionId"])
        time.sleep(float(os.environ.get("PAUSE", "0")))
        verdict = os.environ.get("VERDICT", "Succeeded")
        if verdict == "raise":
            raise RuntimeError("the hook fell over")
        if verdict == "silent":
            return "nothing said"
        codedeploy.put_lifecycle_event_hook_execution_status(
            deploymentId=event["DeploymentId"],
            lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
            status=verdict)
        return "done"
''')


def zipped(source: str, name: str = "hook.py") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, source)
    return buffer.getvalue()


class Stack:
    """Load balancer with production and test listener, service `web` with a CODE_DEPLOY controller, application and group."""

    def __init__(self, server: Server, desired: int = 2, deregistration_delay: int = 1, command=None):
        """`command` makes a container's command from a version; without it the demo's own service runs."""
        self.server = server
        self.command = command or (lambda version: [str(BINARY), "demo-app", "--version", version])
        self.ecs, self.elb = server.client("ecs"), server.client("elbv2")
        self.codedeploy, self.functions, self.logs = server.client("codedeploy"), server.client("lambda"), server.client("logs")
        self.production, self.test = free_port(), free_port()
        self._names = itertools.count()
        self.groups = [self._target_group(name, deregistration_delay) for name in ("blue", "green")]
        load_balancer = self.elb.create_load_balancer(
            Name="web", Subnets=["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"])["LoadBalancers"][0]
        self.load_balancer = load_balancer["LoadBalancerArn"]
        self.listeners = [self._listener(port) for port in (self.production, self.test)]
        self.ecs.create_cluster(clusterName="main")
        self.create_service(desired)

    def _target_group(self, name: str, delay: int) -> dict:
        group = self.elb.create_target_group(
            Name=name, Protocol="HTTP", Port=80, VpcId="vpc-0123456789abcdef0", TargetType="ip", HealthCheckPath="/health",
            HealthCheckIntervalSeconds=5, HealthCheckTimeoutSeconds=2, HealthyThresholdCount=2,
        )["TargetGroups"][0]
        self.elb.modify_target_group_attributes(
            TargetGroupArn=group["TargetGroupArn"],
            Attributes=[{"Key": "deregistration_delay.timeout_seconds", "Value": str(delay)}])
        return group

    def _listener(self, port: int) -> str:
        return self.elb.create_listener(
            LoadBalancerArn=self.load_balancer, Protocol="HTTP", Port=port,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": self.groups[0]["TargetGroupArn"]}],
        )["Listeners"][0]["ListenerArn"]

    def task_definition(self, version: str, command: list[str] | None = None, **container) -> str:
        command = command or self.command(version)
        return self.ecs.register_task_definition(
            family="web", networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256", memory="512",
            containerDefinitions=[{
                "name": "app", "image": f"app:{version}", "essential": True, "entryPoint": command[:1], "command": command[1:],
                "portMappings": [{"containerPort": 80}], **container}],
        )["taskDefinition"]["taskDefinitionArn"]

    def create_service(self, desired: int) -> None:
        self.ecs.create_service(
            cluster="main", serviceName="web", taskDefinition=self.task_definition("v1"), desiredCount=desired, launchType="FARGATE",
            networkConfiguration=NETWORK, deploymentController={"type": "CODE_DEPLOY"},
            loadBalancers=[{"targetGroupArn": self.groups[0]["TargetGroupArn"], "containerName": "app", "containerPort": 80}])
        wait_until(lambda: self.primary()["stabilityStatus"] == "STEADY_STATE", 60, "v1 is in steady state")

    def service(self) -> dict:
        return self.ecs.describe_services(cluster="main", services=["web"])["services"][0]

    def primary(self) -> dict:
        return next(s for s in self.service()["taskSets"] if s["status"] == "PRIMARY")

    def deployment_group(self, config: str = "CodeDeployDefault.ECSAllAtOnce", rollback: list[str] | None = None, ready: dict | None = None,
                         terminate: dict | None = None, test_listener: bool = True, **more) -> None:
        with_rollback = {"enabled": True, "events": rollback} if rollback else {"enabled": False}
        if not self.codedeploy.list_applications()["applications"]:
            self.codedeploy.create_application(applicationName="app", computePlatform="ECS")
        pair = {
            "targetGroups": [{"name": "blue"}, {"name": "green"}],
            "prodTrafficRoute": {"listenerArns": [self.listeners[0]]},
        }
        if test_listener:
            pair["testTrafficRoute"] = {"listenerArns": [self.listeners[1]]}
        self.codedeploy.create_deployment_group(
            applicationName="app", deploymentGroupName="group", serviceRoleArn=ROLE, deploymentConfigName=config,
            autoRollbackConfiguration=with_rollback,
            deploymentStyle={"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"},
            blueGreenDeploymentConfiguration={
                "terminateBlueInstancesOnDeploymentSuccess": terminate or {"action": "TERMINATE", "terminationWaitTimeInMinutes": 0},
                "deploymentReadyOption": ready or {"actionOnTimeout": "CONTINUE_DEPLOYMENT"}},
            loadBalancerInfo={"targetGroupPairInfoList": [pair]},
            ecsServices=[{"serviceName": "web", "clusterName": "main"}], **more)

    def hook(self, verdict: str = "Succeeded", pause: float = 0, timeout: int = 30) -> str:
        name = f"hook-{next(self._names)}"
        self.functions.create_function(
            FunctionName=name, Runtime="python3.11", Role=ROLE, Handler="hook.handler", Timeout=timeout,
            Code={"ZipFile": zipped(HOOK)}, Environment={"Variables": {"VERDICT": verdict, "PAUSE": str(pause)}})
        return name

    def appspec(self, task_definition: str, hooks: dict[str, str] | None = None) -> str:
        return json.dumps({
            "version": 0.0,
            "Resources": [{"TargetService": {"Type": "AWS::ECS::Service", "Properties": {
                "TaskDefinition": task_definition, "LoadBalancerInfo": {"ContainerName": "app", "ContainerPort": 80}}}}],
            "Hooks": [{event: name} for event, name in (hooks or {}).items()]})

    def deploy(self, task_definition: str, hooks: dict[str, str] | None = None, **more) -> str:
        return self.codedeploy.create_deployment(
            applicationName="app", deploymentGroupName="group",
            revision={"revisionType": "AppSpecContent", "appSpecContent": {"content": self.appspec(task_definition, hooks)}}, **more,
        )["deploymentId"]

    def deployment(self, deployment: str) -> dict:
        return self.codedeploy.get_deployment(deploymentId=deployment)["deploymentInfo"]

    def wait_for(self, deployment: str, *statuses: str, timeout: float = 120) -> dict:
        def current():
            info = self.deployment(deployment)
            return info if info["status"] in statuses else None
        try:
            return wait_until(current, timeout, f"{deployment} is {' or '.join(statuses)}")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{json.dumps(self.deployment(deployment), default=str, indent=1)}\n"
                                 f"{self.server.log_text()[-3000:]}") from None

    def target(self, deployment: str) -> dict:
        target = self.codedeploy.list_deployment_targets(deploymentId=deployment)["targetIds"][0]
        return self.codedeploy.get_deployment_target(deploymentId=deployment, targetId=target)["deploymentTarget"]["ecsTarget"]

    def events(self, deployment: str) -> dict[str, str]:
        return {event["lifecycleEventName"]: event["status"] for event in self.target(deployment)["lifecycleEvents"]}

    def diagnostics(self, deployment: str) -> dict:
        """Of the one event that failed."""
        return next(event["diagnostics"] for event in self.target(deployment)["lifecycleEvents"] if event["status"] == "Failed")

    def task_sets(self) -> dict[str, str]:
        """Status of each task set that is not draining, by the deployment that made it; `service` made the first."""
        return {s.get("externalId", "service"): s["status"] for s in self.service()["taskSets"] if s["status"] != "DRAINING"}

    def traffic(self, deployment: str) -> dict[str, float]:
        """What the deployment's target says about production traffic, by the label of the task set."""
        return {t["taskSetLabel"]: t["trafficWeight"] for t in self.target(deployment)["taskSetsInfo"]}

    def rolled_back(self, deployment: str) -> dict:
        """The deployment that rolled this one back, once it has succeeded; checks that both name each other."""
        back = self.deployment(deployment)["rollbackInfo"]
        rollback = back["rollbackDeploymentId"]
        assert back["rollbackMessage"] == f"Deployment {deployment} terminated. Automatic rollback is triggered with a DeploymentId {rollback}."
        info = self.wait_for(rollback, "Succeeded")
        assert info["rollbackInfo"] == {
            "rollbackTriggeringDeploymentId": deployment,
            "rollbackMessage": f"Deployment {rollback} is triggered to roll back deployment {deployment}."}
        assert (info["creator"], info["deploymentConfigName"]) == ("codeDeployRollback", "CodeDeployDefault.ECSAllAtOnce")
        return info

    def weights(self, listener: int = 0) -> dict[str, int]:
        """Weight of each target group in a listener's default rule, by group name; zero weights too."""
        names = {group["TargetGroupArn"]: group["TargetGroupName"] for group in self.groups}
        action = self.elb.describe_listeners(ListenerArns=[self.listeners[listener]])["Listeners"][0]["DefaultActions"][0]
        return {names[g["TargetGroupArn"]]: g.get("Weight", 1) for g in action["ForwardConfig"]["TargetGroups"]}

    def live(self) -> str:
        """The one group that production traffic goes to."""
        serving = [name for name, weight in self.weights().items() if weight > 0]
        assert len(serving) == 1, f"production traffic is split: {self.weights()}"
        return serving[0]
