"""Tasks in a Docker engine: that of DOCKER_HOST, with the image of scripts/test-image.sh."""

import os
import subprocess
import time

import pytest

from load import Load
from server import ROOT, wait_until
from stack import NETWORK, Stack

IMAGE = "teal-test/shell:1"
SERVE = "/bin/busybox mkdir -p /www; echo {version} >/www/index.html; echo ok >/www/health; exec /bin/busybox httpd -f -p 80 -h /www"


def docker(*arguments: str) -> str:
    return subprocess.run(["docker", *arguments], check=True, capture_output=True, text=True, timeout=30).stdout.strip()


@pytest.fixture(scope="module", autouse=True)
def image():
    """Only an engine that was named on purpose is used: the tests make containers in it."""
    if not os.environ.get("DOCKER_HOST"):
        pytest.skip("DOCKER_HOST is not set: scripts/docker-engine.sh start prints one")
    try:
        docker("version")
    except (OSError, subprocess.SubprocessError) as error:
        pytest.skip(f"no Docker engine answers at {os.environ['DOCKER_HOST']}: {error}")
    subprocess.run([ROOT / "scripts" / "test-image.sh"], check=True, capture_output=True, timeout=60)
    if "busybox" not in docker("run", "--rm", IMAGE, "/bin/sh", "-c", "echo /bin/busybox*"):
        pytest.skip("the test image has no HTTP server: this host has no static busybox")


def label(server) -> str:
    """The label of everything that belongs to a server's data directory: its path's FNV-1a hash."""
    digest = 0xCBF29CE484222325
    for byte in str(server.data).encode():
        digest = (digest ^ byte) * 0x100000001B3 % 2**64
    return f"label=teal.data-directory={digest:016x}"


def containers(server) -> set[str]:
    return set(docker("ps", "-a", "-q", "--filter", label(server)).split())


def networks(server) -> set[str]:
    return set(docker("network", "ls", "-q", "--filter", label(server)).split())


@pytest.fixture
def docker_server(start_server):
    return start_server(runtime="docker")


class DockerStack(Stack):
    """The stack with busybox's HTTP server as the application, which answers with its version."""

    def task_definition(self, version: str, command: list[str] | None = None, **container) -> str:
        return super().task_definition(
            version, command or ["/bin/sh", "-c", SERVE.format(version=version)],
            **{"image": IMAGE, "stopTimeout": 2, **container})


class BridgeStack(DockerStack):
    """Bridge mode with dynamic host ports behind `instance` target groups."""

    def _target_group(self, name: str, delay: int) -> dict:
        create = self.elb.create_target_group
        self.elb.create_target_group = lambda **more: create(**{**more, "TargetType": "instance"})
        try:
            return super()._target_group(name, delay)
        finally:
            self.elb.create_target_group = create

    def task_definition(self, version: str, command: list[str] | None = None, **container) -> str:
        serve = SERVE.format(version=version)
        return self.ecs.register_task_definition(
            family="web", networkMode="bridge", requiresCompatibilities=["EC2"],
            containerDefinitions=[{
                "name": "app", "image": IMAGE, "essential": True, "memory": 64, "stopTimeout": 2,
                "entryPoint": ["/bin/sh"], "command": ["-c", serve],
                "portMappings": [{"containerPort": 80, "hostPort": 0}], **container}],
        )["taskDefinition"]["taskDefinitionArn"]

    def create_service(self, desired: int) -> None:
        self.ecs.create_service(
            cluster="main", serviceName="web", taskDefinition=self.task_definition("v1"), desiredCount=desired, launchType="EC2",
            deploymentController={"type": "CODE_DEPLOY"},
            loadBalancers=[{"targetGroupArn": self.groups[0]["TargetGroupArn"], "containerName": "app", "containerPort": 80}])
        wait_until(lambda: self.primary()["stabilityStatus"] == "STEADY_STATE", 60, "v1 is in steady state")


@pytest.mark.parametrize("kind", [DockerStack, BridgeStack], ids=["awsvpc", "bridge"])
def test_blue_green_loses_no_request_and_removes_the_containers_of_blue(docker_server, kind):
    stack = kind(docker_server)
    stack.deployment_group()
    blue = containers(docker_server)
    assert blue
    with Load(stack.production) as load:
        wait_until(lambda: load.answers["v1"] > 20, 30, "v1 answers")
        deployment = stack.deploy(stack.task_definition("v2"), {"AfterAllowTestTraffic": stack.hook()})
        stack.wait_for(deployment, "Succeeded", "Failed", "Stopped")
        assert stack.deployment(deployment)["status"] == "Succeeded", stack.deployment(deployment)
        switched = time.monotonic()
        wait_until(lambda: load.since(switched)["v2"] > 20, 30, "v2 answers")
        wait_until(lambda: not blue & containers(docker_server), 60, "the containers of blue are gone")
    assert load.failures == []
    assert set(load.since(switched)) == {"v2"}
    assert containers(docker_server)


def run_task(server, script: str, image: str = IMAGE) -> dict:
    """The task when it has stopped."""
    ecs = server.client("ecs")
    ecs.create_cluster(clusterName="main")
    family = ecs.register_task_definition(
        family="once", networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256", memory="512",
        containerDefinitions=[{"name": "app", "image": image, "essential": True, "entryPoint": ["/bin/sh", "-c"], "command": [script]}],
    )["taskDefinition"]["taskDefinitionArn"]
    task = ecs.run_task(cluster="main", taskDefinition=family, launchType="FARGATE", networkConfiguration=NETWORK)["tasks"][0]["taskArn"]

    def stopped():
        found = ecs.describe_tasks(cluster="main", tasks=[task])["tasks"][0]
        return found if found["lastStatus"] == "STOPPED" else None
    return wait_until(stopped, 60, "the task has stopped")


def test_a_task_tells_the_exit_code_of_its_container(docker_server):
    task = run_task(docker_server, "exit 7")
    assert task["containers"][0]["exitCode"] == 7
    assert task["stopCode"] == "EssentialContainerExited"
    assert task["stoppedReason"] == "Essential container in task exited"


def test_a_container_reaches_the_api_at_its_endpoint_variable(docker_server):
    task = run_task(docker_server, "/bin/busybox wget -q -O - $AWS_ENDPOINT_URL/_teal/health")
    assert task["containers"][0]["exitCode"] == 0, task


def test_an_absent_image_stops_the_task_with_its_reason(docker_server):
    task = run_task(docker_server, "exit 0", image="127.0.0.1:9/absent/image:1")
    assert task["stopCode"] == "TaskFailedToStart"
    assert "CannotPullContainerError" in task["stoppedReason"]


def test_a_service_with_an_absent_image_tells_so_in_its_events(docker_server):
    ecs = docker_server.client("ecs")
    ecs.create_cluster(clusterName="main")
    family = ecs.register_task_definition(
        family="absent", networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256", memory="512",
        containerDefinitions=[{"name": "app", "image": "127.0.0.1:9/absent/image:1", "essential": True}],
    )["taskDefinition"]["taskDefinitionArn"]
    ecs.create_service(
        cluster="main", serviceName="absent", taskDefinition=family, desiredCount=1, launchType="FARGATE", networkConfiguration=NETWORK)

    def messages():
        events = ecs.describe_services(cluster="main", services=["absent"])["services"][0]["events"]
        return " | ".join(event["message"] for event in events)
    wait_until(lambda: "is unable to consistently start tasks successfully" in messages(), 40, "an event tells of tasks that do not start")


def test_a_killed_server_adopts_its_containers_and_down_removes_everything(docker_server):
    stack = DockerStack(docker_server)
    before = containers(docker_server)
    assert before
    docker_server.kill()
    docker_server.start()
    wait_until(lambda: stack.primary()["stabilityStatus"] == "STEADY_STATE", 60, "v1 is in steady state again")
    tasks = stack.ecs.list_tasks(cluster="main")["taskArns"]
    assert len(tasks) == 2
    assert containers(docker_server) == before
    assert networks(docker_server)
    docker_server.down()
    assert containers(docker_server) == set()
    assert networks(docker_server) == set()


def test_the_end_of_an_ephemeral_server_removes_containers_and_network(start_server):
    server = start_server("--ephemeral", runtime="docker")
    DockerStack(server)
    assert containers(server) and networks(server)
    server.terminate(60)
    assert containers(server) == set()
    assert networks(server) == set()
