"""A service that Amazon ECS deploys itself: load balancer, pair of target groups, hooks, made with boto3 as a user would."""

import itertools
import json
import textwrap

from server import wait_until
from stack import NETWORK, ROLE, Stack, zipped

HOOK = textwrap.dedent('''
    import json, os

    def handler(event, context):
        print("EVENT", json.dumps(event))
        return json.loads(os.environ["ANSWER"])
''')


class Native(Stack):
    """As `Stack`, with a service whose deployments are of one strategy. The listeners begin weighted 100 to 0."""

    def __init__(self, server, strategy: str = "BLUE_GREEN", hooks: list[dict] | None = None, configuration: dict | None = None,
                 desired: int = 2, wait: bool = True):
        self.configuration = {"strategy": strategy, "bakeTimeInMinutes": 0, **(configuration or {})}
        self.hooks, self.wait = hooks or [], wait
        self._hook_names = itertools.count()
        super().__init__(server, desired)

    def _listener(self, port: int) -> str:
        pair = [{"TargetGroupArn": g["TargetGroupArn"], "Weight": w} for g, w in zip(self.groups, (100, 0))]
        return self.elb.create_listener(
            LoadBalancerArn=self.load_balancer, Protocol="HTTP", Port=port,
            DefaultActions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": pair}}])["Listeners"][0]["ListenerArn"]

    def default_rule(self, listener: int) -> str:
        rules = self.elb.describe_rules(ListenerArn=self.listeners[listener])["Rules"]
        return next(rule["RuleArn"] for rule in rules if rule["IsDefault"])

    def create_service(self, desired: int) -> None:
        self.arn = self.ecs.create_service(
            cluster="main", serviceName="web", taskDefinition=self.task_definition("v1"), desiredCount=desired, launchType="FARGATE",
            networkConfiguration=NETWORK, deploymentConfiguration={**self.configuration, "lifecycleHooks": self.hooks},
            loadBalancers=[{
                "targetGroupArn": self.groups[0]["TargetGroupArn"], "containerName": "app", "containerPort": 80,
                "advancedConfiguration": {
                    "alternateTargetGroupArn": self.groups[1]["TargetGroupArn"], "productionListenerRule": self.default_rule(0),
                    "testListenerRule": self.default_rule(1), "roleArn": ROLE}}])["service"]["serviceArn"]
        if self.wait:
            self.wait_for_deployment("SUCCESSFUL")

    def update(self, version: str, hooks: list[dict] | None = None, configuration: dict | None = None) -> str:
        """The new service deployment's ARN."""
        change = {**self.configuration, **(configuration or {}), "lifecycleHooks": hooks or []}
        service = self.ecs.update_service(
            cluster="main", service="web", taskDefinition=self.task_definition(version), deploymentConfiguration=change)["service"]
        return service["currentServiceDeployment"]

    def newest(self) -> str:
        return self.ecs.list_service_deployments(cluster="main", service="web")["serviceDeployments"][0]["serviceDeploymentArn"]

    def described(self, arn: str | None = None) -> dict:
        return self.ecs.describe_service_deployments(serviceDeploymentArns=[arn or self.newest()])["serviceDeployments"][0]

    def wait_for_deployment(self, *statuses: str, arn: str | None = None, timeout: float = 90) -> dict:
        def current():
            deployment = self.described(arn)
            return deployment if deployment["status"] in statuses else None
        try:
            return wait_until(current, timeout, f"the service deployment is {' or '.join(statuses)}")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{json.dumps(self.described(arn), default=str, indent=1)}\n"
                                 f"{json.dumps(self.service()['events'][:10], default=str, indent=1)}\n"
                                 f"{self.server.log_text()[-3000:]}") from None

    def wait_for_stage(self, arn: str, stage: str) -> dict:
        def current():
            deployment = self.described(arn)
            return deployment if deployment.get("lifecycleStage") == stage else None
        return wait_until(current, 60, f"the deployment is at {stage}")

    def revision(self, arn: str) -> dict:
        return self.ecs.describe_service_revisions(serviceRevisionArns=[arn])["serviceRevisions"][0]

    def lambda_hook(self, *stages: str, answer=None, source: str = HOOK, **more) -> dict:
        name = f"native-{next(self._hook_names)}"
        self.functions.create_function(
            FunctionName=name, Runtime="python3.11", Role=ROLE, Handler="hook.handler", Timeout=30, Code={"ZipFile": zipped(source)},
            Environment={"Variables": {"ANSWER": json.dumps({"hookStatus": "SUCCEEDED"} if answer is None else answer)}})
        arn = self.functions.get_function(FunctionName=name)["Configuration"]["FunctionArn"]
        return {"hookTargetArn": arn, "roleArn": ROLE, "lifecycleStages": list(stages), **more}

    def hook_events(self, hook: dict) -> list[dict]:
        """What a hook's function was called with, oldest first."""
        group = "/aws/lambda/" + hook["hookTargetArn"].split(":")[-1]
        messages = self.logs.filter_log_events(logGroupName=group, filterPattern="EVENT")["events"]
        return [json.loads(event["message"].split("EVENT ", 1)[1]) for event in messages if "EVENT " in event["message"]]

    def role(self) -> None:
        self.server.client("iam").create_role(RoleName="deploy", AssumeRolePolicyDocument=json.dumps({
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": {"Service": "ecs.amazonaws.com"}, "Action": "sts:AssumeRole"}]}))
