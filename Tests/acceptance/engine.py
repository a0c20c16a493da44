"""A Docker engine for tests: that of DOCKER_HOST, with the image of scripts/test-image.sh, and stacks whose tasks run there."""

import os
import subprocess

import pytest

from server import ROOT, wait_until
from stack import Stack

IMAGE = "teal-test/shell:1"
SERVE = "/bin/busybox mkdir -p /www; echo {version} >/www/index.html; echo ok >/www/health; exec /bin/busybox httpd -f -p 80 -h /www"


def docker(*arguments: str) -> str:
    return subprocess.run(["docker", *arguments], check=True, capture_output=True, text=True, timeout=30).stdout.strip()


def require_engine() -> None:
    """Skips where there is none. Only an engine that was named on purpose is used: the tests make containers in it."""
    if not os.environ.get("DOCKER_HOST"):
        pytest.skip("DOCKER_HOST is not set: scripts/docker-engine.sh start prints one")
    try:
        docker("version")
    except (OSError, subprocess.SubprocessError) as error:
        pytest.skip(f"no Docker engine answers at {os.environ['DOCKER_HOST']}: {error}")
    subprocess.run([ROOT / "scripts" / "test-image.sh"], check=True, capture_output=True, timeout=60)
    if "busybox" not in docker("run", "--rm", IMAGE, "/bin/sh", "-c", "echo /bin/busybox*"):
        pytest.skip("the test image has no HTTP server: this host has no static busybox")


def identifier(server) -> str:
    """What everything of a server's data directory is labelled with: its path's FNV-1a hash."""
    digest = 0xCBF29CE484222325
    for byte in str(server.data).encode():
        digest = (digest ^ byte) * 0x100000001B3 % 2**64
    return f"{digest:016x}"


def label(server) -> str:
    return f"label=teal.data-directory={identifier(server)}"


def leftovers(server) -> list[str]:
    """Names of containers, networks and volumes of a server, whatever their labels."""
    name = f"name=teal-{identifier(server)}"
    return [
        *docker("ps", "-a", "--filter", name, "--format", "{{.Names}}").split(),
        *docker("network", "ls", "--filter", name, "--format", "{{.Name}}").split(),
        *docker("volume", "ls", "--filter", name, "--format", "{{.Name}}").split()]


def containers(server) -> set[str]:
    return set(docker("ps", "-a", "-q", "--filter", label(server)).split())


def networks(server) -> set[str]:
    return set(docker("network", "ls", "-q", "--filter", label(server)).split())


class DockerStack(Stack):
    """The stack with busybox's HTTP server as the application, which answers with its version."""

    def task_definition(self, version: str, command: list[str] | None = None, **container) -> str:
        return super().task_definition(
            version, command or ["/bin/sh", "-c", SERVE.format(version=version)],
            **{"image": IMAGE, "stopTimeout": 2, **container})

    def endpoints(self) -> set[tuple[str, int]]:
        """Where the service's containers can be reached, as describe-tasks shows it."""
        tasks = self.ecs.list_tasks(cluster="main")["taskArns"]
        shown = [task["containers"][0] for task in self.ecs.describe_tasks(cluster="main", tasks=tasks)["tasks"]]
        return {(interface["privateIpv4Address"], 80) for c in shown for interface in c["networkInterfaces"]} | {
            (binding["bindIP"], binding["hostPort"]) for c in shown for binding in c["networkBindings"]}


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
