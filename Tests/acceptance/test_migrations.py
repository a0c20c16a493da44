"""Migrations: a task that runs once with the new task definition before a deployment starts any other task of it."""

import pathlib
import re
import signal
import textwrap

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from load import Load
from native import Native
from server import BINARY, ROOT, wait_until
from stack import ROLE, Stack, zipped

LOGS = {"logDriver": "awslogs", "options": {
    "awslogs-group": "/ecs/migrations", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "app", "awslogs-create-group": "true"}}


class Migrating:
    """Gives a stack's task definitions the tag, and a script that writes down each of its runs."""

    def prepare(self, server) -> None:
        self.runs = server.folder / "runs"
        self.gate = server.folder / "gate"
        self.script = server.folder / "migrate.sh"
        self.script.write_text(textwrap.dedent(f"""\
            #!/bin/sh
            echo "$VERSION $@" >> {self.runs}
            echo "migrating to $VERSION"
            if [ "$2" = wait ]; then while [ ! -e {self.gate} ]; do sleep 0.1; done; fi
            echo "relation users does not exist" >&2
            exit $1
            """))
        self.script.chmod(0o755)

    def definition(self, version: str, arguments: str | None = "0", container: str = "app") -> str:
        tags = [] if arguments is None else [{"key": "teal:migrate", "value": f"{container}: {self.script} {arguments}"}]
        return self.ecs.register_task_definition(
            family="web", networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256", memory="512", tags=tags,
            containerDefinitions=[{
                "name": "app", "image": f"app:{version}", "essential": True, "command": [str(BINARY), "demo-app", "--version", version],
                "environment": [{"name": "VERSION", "value": version}], "stopTimeout": 2, "logConfiguration": LOGS,
                "portMappings": [{"containerPort": 80}]}],
        )["taskDefinition"]["taskDefinitionArn"]

    def past_runs(self) -> list[str]:
        return self.runs.read_text().splitlines() if self.runs.exists() else []

    def migration(self, deployment: str, status: str = "RUNNING") -> dict | None:
        """The task of a deployment, by the last part of its id."""
        arns = self.ecs.list_tasks(cluster="main", startedBy=f"migrate/{deployment.split('/')[-1]}", desiredStatus=status)["taskArns"]
        assert len(arns) <= 1
        return self.ecs.describe_tasks(cluster="main", tasks=arns)["tasks"][0] if arns else None


class MigratingNative(Migrating, Native):
    def __init__(self, server, *arguments, **options):
        self.prepare(server)
        super().__init__(server, *arguments, **options)
        self.role()

    def task_definition(self, version: str, command=None, **container) -> str:
        return self.definition(version)

    def deploy_definition(self, definition: str) -> str:
        return self.ecs.update_service(cluster="main", service="web", taskDefinition=definition)["service"]["currentServiceDeployment"]


class MigratingStack(Migrating, Stack):
    def __init__(self, server, *arguments, **options):
        self.prepare(server)
        super().__init__(server, *arguments, **options)

    def task_definition(self, version: str, command=None, **container) -> str:
        return self.definition(version)


@pytest.mark.parametrize("strategy", ["ROLLING", "BLUE_GREEN", "CANARY"])
def test_it_runs_once_with_the_new_definition_before_any_task_of_it(server, strategy):
    stack = MigratingNative(server, strategy)
    assert stack.past_runs() == ["v1 0"], "a new service is a deployment as well"
    definition = stack.definition("v2", "0 wait")
    with Load(stack.production) as load:
        arn = stack.deploy_definition(definition)
        task = wait_until(lambda: stack.migration(arn), 30, "the migration runs")
        wait_until(lambda: stack.past_runs() == ["v1 0", "v2 0 wait"], 30, "the script runs")
        deployment = stack.described(arn)
        assert deployment["status"] == "IN_PROGRESS" and deployment["lifecycleStage"] == "PRE_SCALE_UP"
        detail = deployment["lifecycleHookDetails"][0]
        assert (detail["targetType"], detail["targetArn"], detail["status"]) == ("MIGRATION_TASK", task["taskArn"], "IN_PROGRESS")
        assert task["group"] == "migration:web" and task["taskDefinitionArn"] == definition
        assert task["overrides"]["containerOverrides"][0]["command"] == [str(stack.script), "0", "wait"]
        others = {t for t in stack.ecs.list_tasks(cluster="main", serviceName="web")["taskArns"]}
        assert len(others) == 2
        stack.gate.touch()
        stack.wait_for_deployment("SUCCESSFUL", arn=arn)
    assert load.failures == [] and load.answers["v2"] > 0
    ended = stack.migration(arn, "STOPPED")
    assert ended["containers"][0]["exitCode"] == 0 and ended["stoppedAt"] > ended["startedAt"]
    service_tasks = stack.ecs.describe_tasks(
        cluster="main", tasks=stack.ecs.list_tasks(cluster="main", serviceName="web")["taskArns"])["tasks"]
    assert all(t["createdAt"] > ended["stoppedAt"] for t in service_tasks if t["taskDefinitionArn"] == definition)
    messages = [event["message"] for event in stack.service()["events"]]
    task_id = task["taskArn"].split("/")[-1]
    assert f"(service web) has started the migration task (task {task_id})." in messages
    assert any(m.startswith(f"(service web) migration task (task {task_id}) succeeded after ") for m in messages)
    logged = stack.logs.get_log_events(logGroupName="/ecs/migrations", logStreamName=f"app/app/{task_id}", startFromHead=True)["events"]
    assert logged[0]["message"] == "migrating to v2"
    assert stack.past_runs() == ["v1 0", "v2 0 wait"]
    assert stack.described(arn)["lifecycleHookDetails"][0]["status"] == "SUCCEEDED"


@pytest.mark.parametrize("strategy", ["ROLLING", "BLUE_GREEN"])
def test_one_that_fails_rolls_back_and_nothing_of_green_was_started(server, strategy):
    stack = MigratingNative(server, strategy)
    before = set(stack.ecs.list_tasks(cluster="main", serviceName="web")["taskArns"])
    definition = stack.definition("v2", "3")
    with Load(stack.production) as load:
        arn = stack.deploy_definition(definition)
        deployment = stack.wait_for_deployment("ROLLBACK_SUCCESSFUL", arn=arn)
    assert load.failures == [] and set(load.answers) == {"v1"}
    assert deployment["rollback"]["reason"] == deployment["statusReason"] == (
        "Service deployment rolled back because the migration task failed. Container app exited with code 3: relation users does not exist")
    assert deployment["lifecycleHookDetails"][0]["status"] == "FAILED"
    assert set(stack.ecs.list_tasks(cluster="main", serviceName="web")["taskArns"]) == before
    assert any("migration task failed. Container app exited with code 3" in e["message"] for e in stack.service()["events"])
    container = stack.migration(arn, "STOPPED")["containers"][0]
    assert (container["exitCode"], container["reason"]) == (3, "relation users does not exist")
    # And the next one goes through.
    stack.wait_for_deployment("SUCCESSFUL", arn=stack.deploy_definition(stack.definition("v3", "0")))


def test_an_image_that_cannot_start_is_told(server):
    stack = MigratingNative(server, "ROLLING")
    definition = stack.ecs.register_task_definition(
        family="web", networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256", memory="512",
        tags=[{"key": "teal:migrate", "value": "app: /no/such/program"}],
        containerDefinitions=[{"name": "app", "image": "app:v2", "command": ["/bin/true"], "portMappings": [{"containerPort": 80}]}],
    )["taskDefinition"]["taskDefinitionArn"]
    deployment = stack.wait_for_deployment("ROLLBACK_SUCCESSFUL", arn=stack.deploy_definition(definition))
    assert "Container app" in deployment["statusReason"] and "/no/such/program" in deployment["statusReason"]


@pytest.mark.parametrize("point", [None, "ecs.before-start-migration", "ecs.after-start-migration"])
def test_a_restart_adopts_it_and_runs_it_no_second_time(server, point):
    stack = MigratingNative(server)
    definition = stack.definition("v2", "0 wait")
    with Load(stack.production) as load:
        if point:
            server.terminate()
            server.start_to_die_at(point)
            try:
                stack.deploy_definition(definition)
            except BotoCoreError:
                # The point may come before the call is answered.
                pass
            assert server.wait_for_death(30) == -signal.SIGKILL
        else:
            stack.deploy_definition(definition)
            wait_until(lambda: len(stack.past_runs()) == 2, 30, "the script runs")
            server.kill()
        server.start()
        arn = stack.newest()
        wait_until(lambda: len(stack.past_runs()) == 2, 30, "the script runs")
        first = stack.migration(arn)["taskArn"]
        server.kill()
        server.start()
        assert stack.migration(arn)["taskArn"] == first
        stack.gate.touch()
        stack.wait_for_deployment("SUCCESSFUL", arn=arn)
    assert load.failures == []
    assert stack.past_runs() == ["v1 0", "v2 0 wait"]


@pytest.mark.parametrize("type_,status", [("ROLLBACK", "ROLLBACK_SUCCESSFUL"), ("ABORT", "STOPPED")])
def test_a_stop_of_the_deployment_stops_it_first(server, type_, status):
    stack = MigratingNative(server)
    arn = stack.deploy_definition(stack.definition("v2", "0 wait"))
    wait_until(lambda: len(stack.past_runs()) == 2, 30, "the script runs")
    stack.ecs.stop_service_deployment(serviceDeploymentArn=arn, stopType=type_)
    stack.wait_for_deployment(status, arn=arn)
    task = stack.migration(arn, "STOPPED")
    assert task["lastStatus"] == "STOPPED" and task["stoppedReason"] == "The deployment that ran it has ended."
    assert stack.past_runs() == ["v1 0", "v2 0 wait"]


def test_a_newer_deployment_stops_the_migration_before_its_own(server):
    stack = MigratingNative(server)
    first = stack.deploy_definition(stack.definition("v2", "0 wait"))
    wait_until(lambda: len(stack.past_runs()) == 2, 30, "the first migration runs")
    second = stack.deploy_definition(stack.definition("v3", "0"))
    stack.wait_for_deployment("SUCCESSFUL", arn=second)
    assert stack.described(first)["status"] == "STOPPED"
    assert stack.migration(first, "STOPPED")["stoppedAt"] < stack.migration(second, "STOPPED")["createdAt"]
    assert stack.past_runs() == ["v1 0", "v2 0 wait", "v3 0"]


def test_code_deploy_runs_it_before_the_task_set_and_not_in_the_rollback(server):
    stack = MigratingStack(server)
    stack.deployment_group(rollback=["DEPLOYMENT_FAILURE"])
    assert stack.past_runs() == [], "the first task set of the service is no deployment"
    with Load(stack.production) as load:
        deployment = stack.deploy(stack.definition("v2", "0 wait"))
        task = wait_until(lambda: stack.migration(deployment), 30, "the migration runs")
        wait_until(lambda: stack.past_runs(), 30, "the script runs")
        assert task["group"] == "migration:web"
        assert stack.events(deployment)["Install"] == "InProgress" and len(stack.task_sets()) == 1
        server.kill()
        server.start()
        stack.gate.touch()
        stack.wait_for(deployment, "Succeeded")
        failed = stack.deploy(stack.definition("v3", "7"))
        info = stack.wait_for(failed, "Failed")
        assert info["errorInformation"] == {
            "code": "HOOK_EXECUTION_FAILURE", "message": "The deployment failed because the migration task failed. "
            "Container app exited with code 7: relation users does not exist"}
        assert stack.diagnostics(failed)["errorCode"] == "ScriptFailed"
        stack.rolled_back(failed)
    assert load.failures == []
    assert stack.past_runs() == ["v2 0 wait", "v3 7"]
    assert list(stack.task_sets()) == [deployment]


def test_a_stop_of_code_deploy_stops_it(server):
    stack = MigratingStack(server)
    stack.deployment_group()
    deployment = stack.deploy(stack.definition("v2", "0 wait"))
    wait_until(lambda: stack.past_runs(), 30, "the script runs")
    stack.codedeploy.stop_deployment(deploymentId=deployment)
    stack.wait_for(deployment, "Stopped")
    assert stack.migration(deployment, "STOPPED")["lastStatus"] == "STOPPED"
    assert len(stack.task_sets()) == 1


@pytest.mark.parametrize("value,words", [
    ("bin/migrate", "no ':' behind a container"), ("app:", "it has no command"), ("app@5h: x", "time limit '5h'"),
    ("web: x", "container 'web' is not a container of the task definition"), ("side: x", "container 'side' is not essential"),
])
def test_a_value_that_cannot_be_is_refused_when_it_is_set(server, value, words):
    ecs = server.client("ecs")
    arguments = {
        "family": "web", "containerDefinitions": [
            {"name": "app", "image": "app", "memory": 64}, {"name": "side", "image": "side", "memory": 64, "essential": False}]}
    with pytest.raises(ClientError) as error:
        ecs.register_task_definition(**arguments, tags=[{"key": "teal:migrate", "value": value}])
    assert error.value.response["Error"]["Code"] == "ClientException"
    assert words in str(error.value) and "'<container>[@<minutes>m]: <command> [<argument> ...]'" in str(error.value)
    arn = ecs.register_task_definition(**arguments)["taskDefinition"]["taskDefinitionArn"]
    with pytest.raises(ClientError, match="teal:migrate"):
        ecs.tag_resource(resourceArn=arn, tags=[{"key": "teal:migrate", "value": value}])
    ecs.tag_resource(resourceArn=arn, tags=[{"key": "teal:migrate", "value": "app@5m: bin/migrate --to latest"}])
    assert ecs.list_tags_for_resource(resourceArn=arn)["tags"] == [{"key": "teal:migrate", "value": "app@5m: bin/migrate --to latest"}]


class Hooked(Stack):
    """A deployment whose hook runs the migration, in the way of the document."""

    document = re.search(r"^```python\n(.*?)^```", (ROOT / "docs" / "migrations.md").read_text(), re.MULTILINE | re.DOTALL)[1]

    def migrating_hook(self, runs: pathlib.Path, script: str) -> str:
        """A function that runs a task of a definition of its own; its command comes from the function's override."""
        migration = self.ecs.register_task_definition(
            family="migrate", networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256", memory="512",
            containerDefinitions=[{"name": "app", "image": "app:v2", "entryPoint": ["/bin/sh", "-c", f'echo "$0" >> {runs}; {script}']}],
        )["taskDefinition"]["taskDefinitionArn"]
        name = f"migrating-{next(self._names)}"
        self.functions.create_function(
            FunctionName=name, Runtime="python3.11", Role=ROLE, Handler="hook.handler", Timeout=90, Code={"ZipFile": zipped(self.document)},
            Environment={"Variables": {
                "MIGRATION": migration, "SUBNET": "subnet-0123456789abcdef0", "TEST_URL": f"http://127.0.0.1:{self.test}/"}})
        return name


def test_a_hook_of_code_deploy_runs_it_while_the_service_still_shows_the_old_definition(server):
    stack = Hooked(server)
    stack.deployment_group(rollback=["DEPLOYMENT_FAILURE"])
    runs, gate = server.folder / "runs", server.folder / "gate"
    old = stack.service()["taskDefinition"]
    with Load(stack.production) as load:
        hook = stack.migrating_hook(runs, f"while [ ! -e {gate} ]; do sleep 0.1; done")
        deployment = stack.deploy(stack.task_definition("v2"), {"BeforeAllowTraffic": hook})
        wait_until(runs.exists, 60, "the migration runs")
        assert stack.events(deployment)["BeforeAllowTraffic"] == "InProgress"
        # AWS's behaviour: blue is PRIMARY until AllowTraffic is over. The new definition is that of the other task set.
        assert stack.service()["taskDefinition"] == old
        assert {s["taskDefinition"] for s in stack.service()["taskSets"] if s["status"] == "ACTIVE"} != {old}
        assert load.answers["v2"] == 0
        gate.touch()
        stack.wait_for(deployment, "Succeeded")
        failed = stack.deploy(stack.task_definition("v3"), {"BeforeAllowTraffic": stack.migrating_hook(runs, "exit 4")})
        info = stack.wait_for(failed, "Failed")
        assert info["errorInformation"]["code"] == "HOOK_EXECUTION_FAILURE"
        stack.rolled_back(failed)
    assert load.failures == [] and load.answers["v3"] == 0
    assert runs.read_text().split() == ["bin/migrate", "bin/migrate"]


NATIVE_HOOK = textwrap.dedent('''
    import json, os, urllib.request
    import boto3
    ecs = boto3.client("ecs")

    def handler(event, context):
        print("EVENT", json.dumps(event))
        details = event.get("hookDetails") or {}
        if "task" not in details:
            revision = ecs.describe_service_revisions(
                serviceRevisionArns=[event["executionDetails"]["targetServiceRevisionArn"]])["serviceRevisions"][0]
            task = ecs.run_task(
                cluster=revision["clusterArn"], taskDefinition=revision["taskDefinition"], launchType=revision["launchType"],
                networkConfiguration=revision["networkConfiguration"], startedBy="hook", clientToken=event["executionId"],
                overrides={"containerOverrides": [{"name": "app", "command": [os.environ["SCRIPT"], os.environ["CODE"]]}]})["tasks"][0]
            return {"hookStatus": "IN_PROGRESS", "callBackDelay": 5, "hookDetails": {"task": task["taskArn"]}}
        task = ecs.describe_tasks(cluster="main", tasks=[details["task"]])["tasks"][0]
        if task["lastStatus"] != "STOPPED":
            return {"hookStatus": "IN_PROGRESS", "callBackDelay": 5}
        healthy = task["containers"][0].get("exitCode") == 0
        if healthy:
            answer = urllib.request.urlopen(os.environ["TEST_URL"], timeout=10)
            healthy = answer.status == 200 and answer.read().decode().strip() == os.environ["VERSION"]
        return {"hookStatus": "SUCCEEDED" if healthy else "FAILED"}
''')


class HookedNative(MigratingNative):
    def task_definition(self, version: str, command=None, **container) -> str:
        return self.definition(version, arguments=None)


@pytest.mark.parametrize("stage", ["POST_TEST_TRAFFIC_SHIFT", "PRE_PRODUCTION_TRAFFIC_SHIFT"])
def test_a_hook_of_ecs_runs_it_and_looks_at_the_test_listener(server, stage):
    stack = HookedNative(server)

    def hook(version: str, code: int) -> dict:
        made = stack.lambda_hook(stage, source=NATIVE_HOOK)
        stack.functions.update_function_configuration(
            FunctionName=made["hookTargetArn"], Environment={"Variables": {
                "SCRIPT": str(stack.script), "CODE": str(code), "VERSION": version, "TEST_URL": f"http://127.0.0.1:{stack.test}/"}})
        return made
    with Load(stack.production) as load:
        first = hook("v2", 0)
        stack.wait_for_deployment("SUCCESSFUL", arn=stack.update("v2", hooks=[first]))
        deployment = stack.wait_for_deployment("ROLLBACK_SUCCESSFUL", arn=stack.update("v3", hooks=[hook("v3", 5)]))
        assert f"{stage} lifecycle hook(s) failed" in deployment["statusReason"]
    assert load.failures == [] and load.answers["v2"] > 0 and load.answers["v3"] == 0
    assert stack.past_runs() == ["v2 0", "v3 5"], "one task a hook, however often it is called"
    assert len(stack.hook_events(first)) >= 2
