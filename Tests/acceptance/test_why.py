"""`teal why` names the one reason, each of them provoked for real."""

import json
import pathlib
import shlex
import subprocess
import sys

import pytest

import app
from native import Native
from server import BINARY, CLI, Server, wait_until


@pytest.fixture
def native(server) -> Native:
    return Native(server)


def ask(server: Server, name: str, *options: str) -> dict:
    done = subprocess.run(
        [BINARY, "why", name, "--json", "--data-dir", server.data, *options], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def wait_for(server: Server, name: str, kind: str, *options: str, timeout: float = 60) -> dict:
    last: dict = {}

    def asked():
        last.update(ask(server, name, *options))
        return last["kind"] == kind
    try:
        wait_until(asked, timeout, f"the reason is {kind}", interval=0.5)
    except AssertionError as error:
        raise AssertionError(f"{error}: {json.dumps(last, indent=1)}") from None
    return last


def run(server: Server, command: str) -> None:
    """Follows the advice, with the stock client."""
    words = shlex.split(command)
    assert words[0] == "aws"
    subprocess.run([CLI, *words[1:]], env=server.client_environment(), check=True, capture_output=True, timeout=60)


def messages(group: str) -> str:
    return f"aws logs filter-log-events --log-group-name {group} --query 'events[].message' --output text"


MAIN = ("--cluster", "main")


def test_a_steady_service_has_nothing_to_wait_for(native):
    found = ask(native.server, "web", *MAIN)
    assert found["kind"] == "steady" and "2 of 2 tasks run" in found["reason"] and found["command"] is None
    assert ask(native.server, native.arn)["kind"] == "steady"


def test_a_pause_names_the_command_that_continues_it(native):
    arn = native.update("v2", hooks=[{"targetType": "PAUSE", "lifecycleStages": ["POST_SCALE_UP"]}])
    found = wait_for(native.server, "web", "pause", *MAIN)
    assert f"--service-deployment-arn {arn} --hook-id ecs-pause-" in found["command"]
    assert found["deployment"] == arn.split("/")[-1]
    run(native.server, found["command"])
    native.wait_for_deployment("SUCCESSFUL", arn=arn)
    assert ask(native.server, arn)["kind"] == "steady"


def test_a_hook_that_runs_and_one_that_denies(native):
    source = "import time\ndef handler(event, context):\n    time.sleep(8)\n    return {'hookStatus': 'FAILED'}\n"
    hook = native.lambda_hook("PRE_SCALE_UP", source=source)
    arn = native.update("v2", hooks=[hook])
    found = wait_for(native.server, arn, "hook")
    name = hook["hookTargetArn"].split(":")[-1]
    assert found["command"] == messages(f"/aws/lambda/{name}")
    assert "at PRE_SCALE_UP" in found["reason"]
    native.wait_for_deployment("ROLLBACK_SUCCESSFUL", arn=arn)
    denied = ask(native.server, arn)
    assert denied["kind"] == "hookFailed" and denied["command"] == found["command"]
    assert "PRE_SCALE_UP lifecycle hook(s) failed" in denied["reason"]
    run(native.server, denied["command"])


def test_a_container_that_exits(native):
    definition = native.task_definition(
        "v2", command=["/bin/sh", "-c", "echo no database at db:5432; exit 3"],
        logConfiguration={"logDriver": "awslogs", "options": {
            "awslogs-group": "/web", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "web", "awslogs-create-group": "true"}})
    native.ecs.update_service(cluster="main", service="web", taskDefinition=definition, deploymentConfiguration={
        **native.configuration, "deploymentCircuitBreaker": {"enable": True, "rollback": True}})
    found = wait_for(native.server, "web", "containerExited", *MAIN)
    assert "the container app ended with exit code 3" in json.dumps(found)
    assert "no database at db:5432" in json.dumps(found), found
    assert found["command"] == messages("/web")
    run(native.server, found["command"])


def test_a_program_that_cannot_be_started(native):
    native.ecs.update_service(
        cluster="main", service="web", taskDefinition=native.task_definition("v2", command=["/no/such/program"]))
    found = wait_for(native.server, "web", "startFailed", *MAIN)
    assert "CannotStartContainerError" in found["reason"], found
    run(native.server, found["command"])


def test_a_health_check_that_fails(native):
    faults = native.server.folder / "faults.json"
    faults.write_text(json.dumps({"all": [503]}))
    command = [sys.executable, str(pathlib.Path(app.__file__)), "v2", "--faults", str(faults)]
    native.ecs.update_service(cluster="main", service="web", taskDefinition=native.task_definition("v2", command=command))
    found = wait_for(native.server, "web", "unhealthy", *MAIN, timeout=90)
    assert "/health" in found["reason"] and "[503]" in found["reason"], found
    run(native.server, found["command"])


def test_bake_time_and_its_end(native):
    arn = native.update("v2", configuration={"bakeTimeInMinutes": 30})
    found = wait_for(native.server, "web", "bakeTime", *MAIN)
    assert found["deadline"] and any("left" in detail for detail in found["details"])
    run(native.server, found["command"])
    native.wait_for_deployment("ROLLBACK_SUCCESSFUL", arn=arn)
    ended = ask(native.server, arn)
    assert ended["kind"] == "ended" and "user request" in ended["reason"]


def test_codedeploy_waits(stack):
    stack.deployment_group(
        ready={"actionOnTimeout": "STOP_DEPLOYMENT", "waitTimeInMinutes": 600},
        terminate={"action": "TERMINATE", "terminationWaitTimeInMinutes": 600})
    deployment = stack.deploy(stack.task_definition("v2"))
    ready = wait_for(stack.server, deployment, "ready")
    assert ready["command"] == f"aws deploy continue-deployment --deployment-id {deployment} --deployment-wait-type READY_WAIT"
    run(stack.server, ready["command"])
    waits = wait_for(stack.server, "web", "termination", *MAIN)
    assert waits["deployment"] == deployment and waits["command"].endswith("--deployment-wait-type TERMINATION_WAIT")
    run(stack.server, waits["command"])
    stack.wait_for(deployment, "Succeeded")
    assert wait_for(stack.server, deployment, "steady")["command"] is None


def test_a_silent_codedeploy_hook(stack):
    stack.deployment_group()
    hook = stack.hook(pause=8)
    deployment = stack.deploy(stack.task_definition("v2"), {"AfterInstall": hook})
    found = wait_for(stack.server, deployment, "hook")
    assert found["command"] == messages(f"/aws/lambda/{hook}")
    stack.wait_for(deployment, "Succeeded")


def test_what_does_not_exist_is_named(server):
    def refused(*arguments: str) -> str:
        done = subprocess.run(
            [BINARY, "why", *arguments, "--data-dir", server.data], capture_output=True, text=True, timeout=60)
        assert done.returncode == 1 and done.stdout == "", done
        return done.stderr
    server.client("ecs").create_cluster(clusterName="main")
    assert refused("web", *MAIN) == "teal: there is no service web in the cluster main\n"
    assert "Cluster not found." in refused("web", "--cluster", "other")
    assert "d-ABCDEFGH1" in refused("d-ABCDEFGH1")
    assert "neither a service nor a service deployment" in refused("arn:aws:ecs:us-east-1:123456789012:cluster/main")
