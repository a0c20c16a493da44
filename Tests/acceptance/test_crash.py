"""The server or the proxy dies at the worst moment of a deployment: nothing is lost, and the deployment ends as it should."""

import os
import signal

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from load import Load
from server import Server, wait_until
from stack import Stack

POINTS = [
    "codedeploy.after-create",
    "codedeploy.after-commit",
    "codedeploy.after-commit:4",
    "codedeploy.before-command:3",
    "codedeploy.before-create-task-set",
    "codedeploy.after-create-task-set",
    "codedeploy.before-set-production-traffic:2",
    "codedeploy.after-set-production-traffic",
    "codedeploy.after-invoke-hook",
    "codedeploy.after-update-primary-task-set",
    "codedeploy.before-delete-task-set",
    "ecs.before-plan-commit:2",
    "ecs.after-plan-commit:2",
    "ecs.after-task-commit:3",
    "ecs.before-task-command:2",
    "lambda.after-accept",
    "lambda.after-attempt",
]


def proxy_id(server: Server) -> int:
    return int((server.data / "proxy.pid").read_text().split()[0])


def deploy(stack: Stack, definition: str, hooks: dict[str, str]) -> None:
    """Asks for the deployment; the server may die before it has answered, or before it was asked."""
    try:
        stack.deploy(definition, hooks)
    except (BotoCoreError, ClientError):
        assert stack.server.process.wait(20) != 0


def only_deployment(stack: Stack, definition: str, hooks: dict[str, str]) -> str:
    """The deployment that was asked for; asks again where the server died before it had heard of it."""
    deployments = stack.codedeploy.list_deployments(applicationName="app", deploymentGroupName="group")["deployments"]
    assert len(deployments) <= 1
    return deployments[0] if deployments else stack.deploy(definition, hooks)


def assert_only_green_is_left(stack: Stack, deployment: str) -> None:
    wait_until(lambda: [s.get("externalId") for s in stack.service()["taskSets"]] == [deployment], 30, "only green is left")
    wait_until(lambda: len(stack.ecs.list_tasks(cluster="main")["taskArns"]) == 2, 30, "only green's tasks run")


@pytest.fixture
def canary(server) -> Stack:
    """Half of the traffic first, the rest after a second."""
    stack = Stack(server)
    stack.codedeploy.create_deployment_config(
        deploymentConfigName="half", computePlatform="ECS",
        trafficRoutingConfig={"type": "TimeBasedCanary", "timeBasedCanary": {"canaryPercentage": 50, "canaryInterval": 1}})
    stack.deployment_group("half")
    return stack


@pytest.mark.parametrize("point", POINTS)
def test_killed_at(point, canary):
    server, hooks = canary.server, {"AfterInstall": canary.hook(), "BeforeAllowTraffic": canary.hook()}
    definition = canary.task_definition("v2")
    with Load(canary.production) as load:
        server.terminate()
        server.start_to_die_at(point)
        deploy(canary, definition, hooks)
        assert server.wait_for_death(30) == -signal.SIGKILL
        server.start()
        deployment = only_deployment(canary, definition, hooks)
        canary.wait_for(deployment, "Succeeded")
    assert load.failures == []
    assert_only_green_is_left(canary, deployment)


def test_killed_in_the_middle_of_a_shift(canary):
    server = canary.server
    proxy, tasks = proxy_id(server), set(canary.ecs.list_tasks(cluster="main")["taskArns"])
    with Load(canary.production) as load:
        deployment = canary.deploy(canary.task_definition("v2"))
        wait_until(lambda: canary.weights().get("green") == 50, 60, "half of the traffic is on green")
        server.kill()
        served = load.total
        wait_until(lambda: load.total > served + 50, 20, "the proxy goes on without the server")
        server.start()
        assert proxy_id(server) == proxy
        assert tasks <= set(canary.ecs.list_tasks(cluster="main")["taskArns"])
        canary.wait_for(deployment, "Succeeded")
    assert load.failures == []
    assert load.answers["v2"] > 0
    assert_only_green_is_left(canary, deployment)


def test_a_killed_proxy_is_back_at_once(stack):
    """Only connections that were open may fail: each of the load's four once."""
    before = proxy_id(stack.server)
    with Load(stack.production) as load:
        wait_until(lambda: load.total > 50, 20, "requests are answered")
        os.kill(before, signal.SIGKILL)
        wait_until(lambda: proxy_id(stack.server) != before, 10, "another proxy runs")
        failed = len(load.failures)
        served = load.total
        wait_until(lambda: load.total > served + 100, 20, "requests are answered again")
        assert len(load.failures) <= failed + 4
    assert len(load.failures) <= 4, load.failures


def test_a_proxy_killed_while_the_server_is_away(stack):
    before = proxy_id(stack.server)
    stack.server.kill()
    os.kill(before, signal.SIGKILL)
    stack.server.start()
    with Load(stack.production) as load:
        wait_until(lambda: load.answers["v1"] > 50, 30, "v1 answers again")
    assert load.failures == []


def test_a_stopped_server_leaves_traffic_and_tasks(stack):
    with Load(stack.production) as load:
        assert stack.server.terminate() == 0
        served = load.total
        wait_until(lambda: load.total > served + 100, 20, "the proxy and the tasks go on")
        stack.server.start()
        wait_until(lambda: stack.primary()["stabilityStatus"] == "STEADY_STATE", 30, "the tasks are adopted")
    assert load.failures == []
