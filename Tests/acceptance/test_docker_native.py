"""Deployments by Amazon ECS itself whose tasks are containers of a Docker engine."""

import pytest

from engine import IMAGE, DockerStack, containers, docker, require_engine
from load import Load
from native import Native
from server import wait_until


@pytest.fixture(scope="module", autouse=True)
def engine():
    require_engine()


@pytest.fixture
def docker_server(start_server):
    return start_server(runtime="docker")


class DockerNative(Native, DockerStack):
    def __init__(self, server, *arguments, **options):
        super().__init__(server, *arguments, **options)
        self.role()

    def deploy_definition(self, definition: str, **more) -> str:
        return self.ecs.update_service(cluster="main", service="web", taskDefinition=definition, **more)["service"]["currentServiceDeployment"]

    def tasks(self) -> list[dict]:
        arns = self.ecs.list_tasks(cluster="main", serviceName="web")["taskArns"]
        return self.ecs.describe_tasks(cluster="main", tasks=arns)["tasks"]


@pytest.mark.parametrize("strategy", ["ROLLING", "BLUE_GREEN", "CANARY"])
def test_a_deployment_loses_no_request_and_leaves_no_container(docker_server, strategy):
    more = {"canaryConfiguration": {"canaryPercent": 50.0, "canaryBakeTimeInMinutes": 2}} if strategy == "CANARY" else {}
    stack = DockerNative(docker_server, strategy, configuration=more)
    before = containers(docker_server)
    with Load(stack.production) as load:
        wait_until(lambda: load.answers["v1"] > 20, 30, "v1 answers")
        deployment = stack.wait_for_deployment("SUCCESSFUL", arn=stack.update("v2"), timeout=180)
        seen = load.answers["v2"]
        wait_until(lambda: load.answers["v2"] > seen + 20, 30, "v2 answers")
        wait_until(lambda: not before & containers(docker_server), 60, "the containers of v1 are gone")
    assert load.failures == []
    stack.ecs.get_waiter("services_stable").wait(cluster="main", services=["web"], WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    images = stack.revision(deployment["targetServiceRevision"]["arn"])["containerImages"]
    assert images[0]["image"] == IMAGE and images[0]["imageDigest"].startswith("sha256:")
    assert {task["containers"][0]["imageDigest"] for task in stack.tasks()} == {images[0]["imageDigest"]}


def test_an_image_that_cannot_start_trips_the_circuit_breaker_and_v1_goes_on(docker_server):
    stack = DockerNative(docker_server, "BLUE_GREEN", configuration={"deploymentCircuitBreaker": {"enable": True, "rollback": True}})
    before = containers(docker_server)
    with Load(stack.production) as load:
        arn = stack.deploy_definition(stack.task_definition("v2", image="127.0.0.1:9/absent/image:1"))
        failed = wait_until(
            lambda: next((d for d in stack.service()["deployments"] if d["status"] == "PRIMARY" and d["failedTasks"] > 0), None), 60,
            "a task has failed")
        assert failed["rolloutState"] == "IN_PROGRESS"
        deployment = stack.wait_for_deployment("ROLLBACK_SUCCESSFUL", arn=arn, timeout=240)
    assert load.failures == [] and set(load.answers) == {"v1"}
    assert deployment["statusReason"] == "Service deployment rolled back because the circuit breaker threshold was exceeded."
    assert deployment["deploymentCircuitBreaker"]["status"] == "TRIGGERED"
    assert containers(docker_server) == before
    assert [(d["status"], d["rolloutState"]) for d in stack.service()["deployments"]] == [("PRIMARY", "COMPLETED")]


def test_tasks_of_a_revision_run_one_image_however_its_tag_moves(docker_server):
    tag = "teal-test/moving:1"
    docker("tag", IMAGE, tag)
    first = docker("image", "inspect", "-f", "{{.Id}}", tag)

    def images() -> set[str]:
        return set(docker("inspect", "-f", "{{.Image}}", *own()).split())

    def own() -> list[str]:
        return [task["containers"][0]["runtimeId"] for task in stack.tasks()]
    stack = DockerNative(docker_server, "ROLLING", desired=1)
    stack.wait_for_deployment("SUCCESSFUL", arn=stack.deploy_definition(stack.task_definition("v2", image=tag)))
    made = docker("create", IMAGE, "/bin/true")
    try:
        second = docker("commit", "--change", "LABEL moved=yes", made, tag)
        assert second != first
        stack.ecs.update_service(cluster="main", service="web", desiredCount=2)
        wait_until(lambda: stack.service()["runningCount"] == 2, 60, "two tasks run")
        assert images() == {first}, "the second task runs the image of the first"
        stack.wait_for_deployment("SUCCESSFUL", arn=stack.ecs.update_service(
            cluster="main", service="web", forceNewDeployment=True)["service"]["currentServiceDeployment"])
        assert images() == {second}, "a new revision looks anew"
        # Disabled, each task looks for itself.
        loose = stack.task_definition("v2", image=tag, versionConsistency="disabled")
        stack.wait_for_deployment("SUCCESSFUL", arn=stack.deploy_definition(loose))
        docker("tag", IMAGE, tag)
        stack.ecs.update_service(cluster="main", service="web", desiredCount=3)
        wait_until(lambda: stack.service()["runningCount"] == 3, 60, "three tasks run")
        assert images() == {first, second}
        revision = stack.revision(stack.described()["targetServiceRevision"]["arn"])
        assert "imageDigest" not in revision["containerImages"][0]
    finally:
        docker("rm", "-f", made)


@pytest.mark.parametrize("command,status", [("-c env", "SUCCESSFUL"), ("-c false", "ROLLBACK_SUCCESSFUL")])
def test_a_migration_runs_in_a_container_of_the_new_definition(docker_server, command, status):
    stack = DockerNative(docker_server, "BLUE_GREEN")
    definition = stack.task_definition("v2")
    stack.ecs.tag_resource(resourceArn=definition, tags=[{"key": "teal:migrate", "value": f"app: {command}"}])
    with Load(stack.production) as load:
        arn = stack.deploy_definition(definition)
        deployment = stack.wait_for_deployment(status, arn=arn, timeout=120)
    assert load.failures == []
    tasks = stack.ecs.list_tasks(cluster="main", startedBy=f"migrate/{arn.split('/')[-1]}", desiredStatus="STOPPED")["taskArns"]
    container = stack.ecs.describe_tasks(cluster="main", tasks=tasks)["tasks"][0]["containers"][0]
    assert container["exitCode"] == (0 if status == "SUCCESSFUL" else 1)
    if status != "SUCCESSFUL":
        assert "Container app exited with code 1." in deployment["statusReason"]
        assert load.answers["v2"] == 0
