"""The hooks of docs/hooks.md and examples/hooks, deployed as a user would: admission, approval by an S3 object, canary by hand, migration."""

import json
import subprocess

import pytest

from engine import IMAGE, SERVE, require_engine
from load import Load
from native import Native
from server import CLI, ROOT, wait_until
from stack import ROLE, zipped
from test_walkthrough import commands

PRIVATE = r"\d+\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com/"


class Hooked(Native):
    """Processes whose images are only names."""

    def __init__(self, server, registry: str = "123456789012.dkr.ecr.us-east-1.amazonaws.com/", **more):
        self.registry = registry
        super().__init__(server, **more)
        self.role()

    def task_definition(self, version: str, command=None, **container) -> str:
        return super().task_definition(version, command, **{"image": f"{self.registry}app:{version}", **container})

    def example(self, name: str, stage: str, details: dict | None = None, **environment: str) -> dict:
        """One of the examples as a function, and as a hook of a stage."""
        source = (ROOT / "examples" / "hooks" / f"{name}.py").read_text()
        self.functions.create_function(
            FunctionName=name, Runtime="python3.11", Role=ROLE, Handler=f"{name}.handler", Timeout=30,
            Code={"ZipFile": zipped(source, f"{name}.py")}, Environment={"Variables": environment})
        arn = self.functions.get_function(FunctionName=name)["Configuration"]["FunctionArn"]
        hook = {"hookTargetArn": arn, "roleArn": ROLE, "lifecycleStages": [stage]}
        return {**hook, "hookDetails": details} if details else hook

    def printed(self, name: str, pattern: str) -> list[str]:
        if not self.logs.describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{name}")["logGroups"]:
            return []
        events = self.logs.filter_log_events(logGroupName=f"/aws/lambda/{name}", filterPattern=f'"{pattern}"')["events"]
        return [event["message"].strip() for event in events]

    def aws(self, *arguments: str) -> str:
        return subprocess.run([CLI, *arguments], env=self.server.client_environment(), check=True, capture_output=True, text=True,
                              timeout=60).stdout.strip()

    def tasks(self) -> int:
        return len(self.ecs.list_tasks(cluster="main")["taskArns"])

    def migrating(self, version: str) -> list[str]:
        """A command that a script can take the place of: it serves unless told otherwise."""
        return ["/bin/sh", "-c", "exec " + " ".join(self.command(version))]


class Containers(Hooked):
    """The same in Docker."""

    def task_definition(self, version: str, command=None, **container) -> str:
        return super().task_definition(
            version, command or ["/bin/sh", "-c", SERVE.format(version=version)], **{"image": IMAGE, "stopTimeout": 2, **container})

    def migrating(self, version: str) -> list[str]:
        return ["/bin/sh", "-c", SERVE.format(version=version)]


@pytest.fixture(params=["process", "docker"])
def runtime(request):
    if request.param == "docker":
        require_engine()
    return request.param


@pytest.fixture
def make(start_server, runtime):
    kind = Hooked if runtime == "process" else Containers
    return lambda **more: kind(start_server(runtime=runtime), **more)


ALLOWED = {"process": PRIVATE, "docker": IMAGE.split("/")[0] + "/"}


@pytest.mark.parametrize("strategy", ["BLUE_GREEN", "ROLLING"])
def test_admission_stops_a_deployment_before_any_task_exists(make, runtime, strategy):
    web = make(strategy=strategy)
    hook = web.example("admission", "PRE_SCALE_UP", ALLOWED_IMAGES=ALLOWED[runtime])
    web.wait_for_deployment("SUCCESSFUL", arn=web.update("v2", hooks=[hook]))
    with Load(web.production) as load:
        definition = web.task_definition("v3", image="docker.io/library/app:v3")
        deployment = web.ecs.update_service(cluster="main", service="web", taskDefinition=definition)["service"]["currentServiceDeployment"]
        most = []

        def ended():
            most.append(web.tasks())
            return web.described(deployment)["status"] not in ("PENDING", "IN_PROGRESS", "ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS")
        wait_until(ended, 60, "the deployment has ended")
    found = web.described(deployment)
    assert found["status"] in ("ROLLBACK_SUCCESSFUL", "STOPPED"), found
    assert web.printed("admission", "refused") == ["refused: docker.io/library/app:v3"]
    assert max(most) == 2 and load.failures == []
    assert set(load.answers) == {"v2"}


def test_approval_waits_for_an_object_named_after_the_revision(make):
    web = make()
    web.aws("s3", "mb", "s3://approvals")
    hook = web.example("approval", "POST_TEST_TRAFFIC_SHIFT", details={"bucket": "approvals"})
    deployment = web.update("v2", hooks=[hook])
    revision = web.described(deployment)["targetServiceRevision"]["arn"].split("/")[-1]
    wait_until(lambda: len(web.printed("approval", "waiting for")) >= 3, 60, "the hook has asked three times")
    assert web.printed("approval", "waiting for")[0] == f"waiting for: s3://approvals/{revision}.txt"
    assert web.described(deployment)["lifecycleStage"] == "POST_TEST_TRAFFIC_SHIFT"
    approval = web.server.folder / f"{revision}.txt"
    approval.touch()
    web.aws("s3", "cp", str(approval), f"s3://approvals/{revision}.txt")
    assert web.wait_for_deployment("SUCCESSFUL", "ROLLBACK_SUCCESSFUL", arn=deployment)["status"] == "SUCCESSFUL"
    assert web.printed("approval", "approved") == [f"approved: {revision}"]
    # The next deployment has a revision of its own, and is not approved by this one's object.
    second = web.update("v3", hooks=[hook])
    wait_until(lambda: web.described(second).get("lifecycleStage") == "POST_TEST_TRAFFIC_SHIFT", 60, "the second one waits too")
    web.ecs.stop_service_deployment(serviceDeploymentArn=second)
    web.wait_for_deployment("ROLLBACK_SUCCESSFUL", arn=second)


def test_a_first_deployment_needs_no_approval(make):
    web = make(wait=False)
    web.aws("s3", "mb", "s3://approvals")
    web.wait_for_deployment("SUCCESSFUL")
    hook = web.example("approval", "POST_TEST_TRAFFIC_SHIFT", details={"bucket": "approvals"})
    web.ecs.create_service(
        cluster="main", serviceName="alone", taskDefinition=web.task_definition("v1"), desiredCount=0, launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": {"subnets": ["subnet-0123456789abcdef0"]}},
        deploymentConfiguration={"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 0, "lifecycleHooks": [hook]})

    def status():
        found = web.ecs.list_service_deployments(cluster="main", service="alone")["serviceDeployments"]
        return found and found[0]["status"] == "SUCCESSFUL"
    wait_until(status, 60, "the first deployment has succeeded")
    assert web.printed("approval", "waiting for") == []


def test_a_hook_shifts_traffic_by_hand(make):
    web = make()
    hook = web.example("canary", "POST_TEST_TRAFFIC_SHIFT", STEP="25", TEST_URL=f"http://127.0.0.1:{web.test}/")
    with Load(web.production) as load:
        wait_until(lambda: load.answers["v1"] > 20, 30, "v1 answers")
        deployment = web.update("v2", hooks=[hook])
        assert web.wait_for_deployment("SUCCESSFUL", "ROLLBACK_SUCCESSFUL", arn=deployment)["status"] == "SUCCESSFUL"
        wait_until(lambda: load.answers["v2"] > 20, 30, "v2 answers")
    assert load.failures == []
    assert web.printed("canary", "moved to") == [f"moved to {weight}" for weight in (25, 50, 75, 100)]


@pytest.mark.parametrize("script,status", [("echo migrated; exit 0", "SUCCESSFUL"), ("echo no table; exit 3", "ROLLBACK_SUCCESSFUL")])
def test_a_migration_decides_by_its_exit_code(make, script, status):
    web = make()
    hook = web.example("migration", "PRE_SCALE_UP", MIGRATION=json.dumps(["-c", script]))
    definition = web.task_definition("v2", web.migrating("v2"))
    deployment = web.ecs.update_service(
        cluster="main", service="web", taskDefinition=definition,
        deploymentConfiguration={**web.configuration, "lifecycleHooks": [hook]})["service"]["currentServiceDeployment"]
    assert web.wait_for_deployment("SUCCESSFUL", "ROLLBACK_SUCCESSFUL", arn=deployment)["status"] == status
    code = 0 if status == "SUCCESSFUL" else 3
    assert web.printed("migration", "ended")[0].startswith(f"ended: {{'app': {code}}}")
    once = web.ecs.list_tasks(cluster="main", startedBy="migration", desiredStatus="STOPPED")["taskArns"]
    assert len(once) == 1
    assert web.ecs.describe_tasks(cluster="main", tasks=once)["tasks"][0]["taskDefinitionArn"] == definition


def test_the_commands_of_the_document(start_server, tmp_path):
    web = Native(start_server(time_scale=60))
    script = "set -euo pipefail\n" + commands("hooks.md")
    environment = {**web.server.client_environment(), "HOME": str(tmp_path)}
    environment["PATH"] = f"{CLI.parent}:{environment['PATH']}"
    result = subprocess.run(["bash", "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=180)
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-3000:]
    assert result.stdout.rstrip().endswith('"SUCCESSFUL"')
    assert web.server.client("s3").list_objects_v2(Bucket="approvals")["KeyCount"] == 1
