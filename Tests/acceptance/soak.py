"""Deployments one after another, of every strategy and of CodeDeploy, under load, while hooks fail and tasks die."""

import contextlib
import itertools
import os
import random
import signal

import processes
from load import Load
from native import Native
from server import Server, wait_until
from stack import NETWORK, ROLE, Stack

STAGES = ["PRE_SCALE_UP", "POST_SCALE_UP", "POST_TEST_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT", "POST_PRODUCTION_TRAFFIC_SHIFT"]
STRATEGIES = {
    "BLUE_GREEN": {},
    "LINEAR": {"linearConfiguration": {"stepPercent": 40.0, "stepBakeTimeInMinutes": 1}},
    "CANARY": {"canaryConfiguration": {"canaryPercent": 5.0, "canaryBakeTimeInMinutes": 2}},
}
CODE_DEPLOY_EVENTS = ["BeforeInstall", "AfterInstall", "AfterAllowTestTraffic", "BeforeAllowTraffic", "AfterAllowTraffic"]
KINDS = [*STRATEGIES, "CodeDeployDefault.ECSAllAtOnce", "ROLLING", "CodeDeployDefault.ECSCanary10Percent5Minutes"]


class Region:
    """A server in one region: what is named alike in another is something else."""

    def __init__(self, server: Server, name: str):
        self._server, self._name = server, name

    def __getattr__(self, attribute):
        return getattr(self._server, attribute)

    def client(self, service: str):
        return self._server.client(service, region=self._name)


class Rolling(Native):
    """A service with one target group, whose tasks are replaced within its percentages."""

    def create_service(self, desired: int) -> None:
        self.configuration = {"strategy": "ROLLING"}
        self.arn = self.ecs.create_service(
            cluster="main", serviceName="web", taskDefinition=self.task_definition("v0"), desiredCount=desired, launchType="FARGATE",
            networkConfiguration=NETWORK, deploymentConfiguration=self.configuration,
            loadBalancers=[{"targetGroupArn": self.groups[0]["TargetGroupArn"], "containerName": "app", "containerPort": 80}],
        )["service"]["serviceArn"]
        self.wait_for_deployment("SUCCESSFUL")


class Soak:
    """Three services on one server, deployed in turn. A twentieth of the hooks fail; a fifth of the deployments lose a task."""

    def __init__(self, server: Server, seed: int):
        self.server, self.random = server, random.Random(seed)
        self.native = Native(Region(server, "us-east-1"))
        self.rolling = Rolling(Region(server, "us-east-2"))
        self.codedeploy = Stack(Region(server, "us-west-1"))
        self.codedeploy.deployment_group(rollback=["DEPLOYMENT_FAILURE"])
        self.stacks = [self.native, self.rolling, self.codedeploy]
        self.native.role()
        self.hooks = {
            stack: [stack.lambda_hook("PRE_SCALE_UP", answer={"hookStatus": answer})["hookTargetArn"] for answer in ("SUCCEEDED", "FAILED")]
            for stack in (self.native, self.rolling)}
        self.functions = [self.codedeploy.hook(verdict) for verdict in ("Succeeded", "Failed")]
        self.ended: dict[str, int] = {}
        self.deaths = 0
        self.rules = self._rules()

    def run(self, count: int, progress) -> None:
        with contextlib.ExitStack() as stack:
            self.loads = [stack.enter_context(Load(s.production, connections=2, pause=0.02)) for s in self.stacks]
            for number, kind in zip(range(1, count + 1), itertools.cycle(KINDS)):
                status = self._deploy(kind, f"v{number}")
                key = f"{kind} {status}"
                self.ended[key] = self.ended.get(key, 0) + 1
                self._check(f"deployment {number}, {key}")
                if number % 10 == 0:
                    progress(f"{number} of {count} deployments, {self.requests} requests, {self.deaths} deaths, {self.ended}")
        self._check("at the end")

    @property
    def requests(self) -> int:
        return sum(load.total for load in self.loads)

    # One deployment

    def _deploy(self, kind: str, version: str) -> str:
        return self._deploy_codedeploy(kind, version) if kind.startswith("CodeDeploy") else self._deploy_ecs(kind, version)

    def _deploy_ecs(self, kind: str, version: str) -> str:
        stack = self.rolling if kind == "ROLLING" else self.native
        stages = ["PRE_SCALE_UP"] if kind == "ROLLING" else STAGES
        hooks = [{"hookTargetArn": self._pick(self.hooks[stack]), "roleArn": ROLE, "lifecycleStages": [stage]}
                 for stage in stages if self.random.random() < 0.6]
        configuration = {} if kind == "ROLLING" else {"strategy": kind, "bakeTimeInMinutes": 1, **STRATEGIES[kind]}
        arn = stack.update(version, hooks=hooks, configuration=configuration)
        self._let_die(stack)
        deployment = stack.wait_for_deployment("SUCCESSFUL", "ROLLBACK_SUCCESSFUL", arn=arn, timeout=120)
        failed = any(detail["status"] == "FAILED" for detail in deployment.get("lifecycleHookDetails", []))
        assert (deployment["status"] == "SUCCESSFUL") != failed, deployment
        return deployment["status"]

    def _deploy_codedeploy(self, kind: str, version: str) -> str:
        stack = self.codedeploy
        hooks = {event: self._pick(self.functions) for event in CODE_DEPLOY_EVENTS if self.random.random() < 0.4}
        deployment = stack.deploy(stack.task_definition(version), hooks, deploymentConfigName=kind)
        self._let_die(stack)
        info = stack.wait_for(deployment, "Succeeded", "Failed", timeout=120)
        failed = self.functions[1] in hooks.values()
        assert (info["status"] == "Succeeded") != failed, info
        if failed:
            stack.rolled_back(deployment)
        return info["status"]

    def _pick(self, functions: list[str]) -> str:
        good, bad = functions
        return bad if self.random.random() < 0.05 else good

    def _let_die(self, stack: Stack) -> None:
        """A task is stopped as a user would, or, where it does not serve yet, killed as a crash would."""
        if self.random.random() >= 0.2:
            return
        arns = stack.ecs.list_tasks(cluster="main", serviceName="web")["taskArns"]
        tasks = stack.ecs.describe_tasks(cluster="main", tasks=arns)["tasks"]
        new = [task["taskArn"].split("/")[-1] for task in tasks if task["lastStatus"] != "RUNNING"]
        victim = processes.tasks(self.server).get(self.random.choice(new)) if new and self.random.random() < 0.5 else None
        if victim:
            # It may have ended by itself.
            with contextlib.suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
        else:
            stack.ecs.stop_task(cluster="main", task=self.random.choice(arns))
        self.deaths += 1

    # What must hold

    def _check(self, after: str) -> None:
        for load in self.loads:
            assert load.failures == [], f"{after}: {load.failures[:5]} of {load.total}\n{self.server.log_text()[-3000:]}"
        for stack in (self.native, self.codedeploy):
            stack.live()

    def assert_nothing_is_left(self) -> None:
        """Two tasks a service, each with a target of its own, the rules that there were, and no process beside."""
        for stack in self.stacks:
            wait_until(lambda stack=stack: self._is_at_rest(stack), 60, "every service has its two tasks and targets and no more")
        assert self._rules() == self.rules
        wait_until(lambda: len(processes.of_directory(self.server)["shim"]) == 6, 30, "one shim a task runs")
        assert len(processes.tasks(self.server)) == 6
        running = {arn.split("/")[-1] for stack in self.stacks for arn in stack.ecs.list_tasks(cluster="main")["taskArns"]}
        wait_until(lambda: self.folders() == running, 30, f"the folders of tasks {self.folders()} are those that run {running}")

    def folders(self) -> set[str]:
        """The tasks that have a folder in the data directory."""
        return {entry.name for entry in (self.server.data / "tasks").iterdir()}

    @staticmethod
    def _is_at_rest(stack: Stack) -> bool:
        tasks = stack.ecs.list_tasks(cluster="main")["taskArns"]
        targets = [target for group in stack.groups
                   for target in stack.elb.describe_target_health(TargetGroupArn=group["TargetGroupArn"])["TargetHealthDescriptions"]]
        return len(tasks) == 2 and [target["TargetHealth"]["State"] for target in targets] == ["healthy", "healthy"]

    def _rules(self) -> list[list[int]]:
        return [[len(stack.elb.describe_rules(ListenerArn=listener)["Rules"]) for listener in stack.listeners] for stack in self.stacks]
