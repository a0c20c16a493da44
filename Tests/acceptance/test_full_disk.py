"""The disk of the data directory is full: writes say so, everything that runs goes on, and with the space all of it resumes."""

import json
import os
import pathlib
import signal
import subprocess
import tempfile

import pytest
from botocore.exceptions import ClientError

from load import Load
from server import Server, wait_until
from stack import Stack


@pytest.fixture
def small_disk():
    """A file system of 32 MB; needs the right to mount one."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="teal-small-"))
    try:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32m", "teal-test", folder], capture_output=True, text=True)
    except FileNotFoundError:
        pytest.skip("there is no mount here")
    if mounted.returncode:
        folder.rmdir()
        pytest.skip(f"may not mount a small disk: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)
    folder.rmdir()


@pytest.fixture
def stack_on_small_disk(small_disk):
    server = Server()
    server.data = small_disk / "data"
    try:
        yield Stack(server.start())
    finally:
        server.close()


def fill(file: pathlib.Path) -> None:
    with open(file, "wb", buffering=0) as filler:
        for size in (1 << 20, 1 << 12):
            try:
                while filler.write(bytes(size)):
                    pass
            except OSError:
                pass


def write_until_refused(stack: Stack) -> tuple[list[str], ClientError]:
    """SQLite still has room in its log: families are registered until one is refused."""
    written: list[str] = []
    while True:
        family = f"filling-{len(written)}"
        try:
            stack.ecs.register_task_definition(
                family=family, containerDefinitions=[{"name": "app", "image": "i", "memory": 64, "environment": [
                    {"name": f"V{n}", "value": "x" * 1000} for n in range(30)]}])
        except ClientError as error:
            return written, error
        written.append(family)
        assert len(written) < 2000, "the disk never gets full"


def test_a_full_disk_in_the_middle_of_a_shift(stack_on_small_disk, small_disk):
    stack, filler = stack_on_small_disk, small_disk / "filler"
    stack.codedeploy.create_deployment_config(
        deploymentConfigName="half", computePlatform="ECS",
        trafficRoutingConfig={"type": "TimeBasedCanary", "timeBasedCanary": {"canaryPercentage": 50, "canaryInterval": 3}})
    stack.deployment_group("half")
    hooks = {"AfterAllowTraffic": stack.hook()}
    with Load(stack.production) as load:
        deployment = stack.deploy(stack.task_definition("v2"), hooks)
        wait_until(lambda: stack.weights().get("green") == 50, 60, "half of the traffic is on green")
        fill(filler)
        written, error = write_until_refused(stack)
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500
        assert error.response["Error"]["Code"] in ("InternalFailure", "ServerException", "ServiceUnavailable"), error
        families = stack.ecs.list_task_definition_families(familyPrefix="filling-")["families"]
        assert sorted(families) == sorted(written)

        # The canary's wait ends now, and its end cannot be recorded.
        wait_until(lambda: "deployment driver failed" in stack.server.log_text(), 30, "the deployment notices")
        served = load.total
        wait_until(lambda: load.total > served + 200, 30, "requests are answered")
        assert stack.deployment(deployment)["status"] == "InProgress"
        assert len(stack.ecs.list_tasks(cluster="main")["taskArns"]) == 4
        assert stack.server.process.poll() is None

        filler.unlink()
        stack.wait_for(deployment, "Succeeded")
        wait_until(lambda: len(stack.service()["taskSets"]) == 1, 30, "only green is left")
        wait_until(lambda: len(stack.ecs.list_tasks(cluster="main")["taskArns"]) == 2, 30, "blue's tasks have stopped")
    assert load.failures == []
    assert stack.weights() == {"blue": 0, "green": 100}


def test_a_task_that_dies_on_a_full_disk_is_replaced_when_there_is_space(stack_on_small_disk, small_disk):
    stack, filler = stack_on_small_disk, small_disk / "filler"
    before = set(stack.ecs.list_tasks(cluster="main")["taskArns"])
    fill(filler)
    write_until_refused(stack)
    victim = next(iter(before))
    record = next((small_disk / "data" / "tasks" / victim.split("/")[-1]).glob("*.run/started.json"))
    leader = json.loads(record.read_text())["leader"]
    os.kill(leader, signal.SIGKILL)
    wait_until(lambda: not pathlib.Path(f"/proc/{leader}").exists(), 10, "the shim has seen the end")
    assert stack.server.process.poll() is None

    filler.unlink()
    wait_until(lambda: victim not in stack.ecs.list_tasks(cluster="main")["taskArns"], 60, "the dead task is seen")
    stopped = stack.ecs.describe_tasks(cluster="main", tasks=[victim])["tasks"][0]
    assert stopped["containers"][0]["exitCode"] == 137, stopped
    wait_until(lambda: stack.primary()["stabilityStatus"] == "STEADY_STATE" and stack.primary()["runningCount"] == 2, 60,
               "a replacement runs")
