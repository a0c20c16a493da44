"""Clients of every kind at once while traffic shifts: each gets every answer whole, from blue or from green."""

import contextlib
import pathlib
import sys
import time

import pytest

from clients import EVERY_KIND, LongWebSocket
from server import wait_until
from stack import Stack

DELAY = 5


def app(version: str) -> list[str]:
    return [sys.executable, str(pathlib.Path(__file__).parent / "app.py"), version]


@pytest.fixture
def linear(server) -> Stack:
    """Four steps of two seconds; draining lasts longer than the longest answer."""
    stack = Stack(server, deregistration_delay=DELAY, command=app)
    stack.codedeploy.create_deployment_config(
        deploymentConfigName="fast", computePlatform="ECS",
        trafficRoutingConfig={"type": "TimeBasedLinear", "timeBasedLinear": {"linearPercentage": 25, "linearInterval": 2}})
    stack.deployment_group("fast")
    return stack


def blue_targets(stack: Stack) -> set[str]:
    health = stack.elb.describe_target_health(TargetGroupArn=stack.groups[0]["TargetGroupArn"])
    return {target["TargetHealth"]["State"] for target in health["TargetHealthDescriptions"]}


def test_every_kind_of_client_during_a_shift(linear):
    with contextlib.ExitStack() as running:
        clients = [running.enter_context(kind(linear.production)) for kind in EVERY_KIND]
        on_blue = LongWebSocket(linear.production)
        assert on_blue.version == "v1"
        deployment = linear.deploy(linear.task_definition("v2"))
        wait_until(lambda: linear.weights() == {"blue": 0, "green": 100}, 90, "all traffic is on green")
        on_green = LongWebSocket(linear.production)
        assert on_green.version == "v2"

        not_yet_draining = time.time()
        while "draining" not in blue_targets(linear):
            not_yet_draining = time.time()
            assert not_yet_draining < on_blue.last_echo + 10, "blue is not drained"
        wait_until(lambda: on_blue.cut_at, 30, "the connection to blue is cut")
        # Usable for the whole of the delay; the margin is for its being busy while the cut comes.
        assert on_blue.last_echo > not_yet_draining + DELAY - 1
        linear.wait_for(deployment, "Succeeded")
    on_green.stop()
    assert on_green.cut_at is None and on_green.echoed > 0
    failures = [failure for client in clients for failure in client.failures]
    assert failures == [], "\n".join(failures)
    for client in clients:
        assert client.answers.keys() == {"v1", "v2"}, f"{client.name} saw {client.answers}"
