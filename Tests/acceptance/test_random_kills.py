"""Server or proxy dies at moments that nobody chose, in the middle of deployments under load.

TEAL_KILLS sets how many deployments, TEAL_KILL_SEED repeats the moments of an earlier run (it is printed)."""

import os
import random
import signal
import time

from load import Load
from server import wait_until
from stack import Stack
from test_crash import proxy_id

DEPLOYMENTS = int(os.environ.get("TEAL_KILLS", "6"))
CONNECTIONS = 4


def targets(stack: Stack) -> dict[str, list[str]]:
    """The states of each group's targets."""
    return {
        group["TargetGroupName"]: sorted(
            target["TargetHealth"]["State"]
            for target in stack.elb.describe_target_health(TargetGroupArn=group["TargetGroupArn"])["TargetHealthDescriptions"])
        for group in stack.groups
    }


def kill_server(stack: Stack, choose: random.Random) -> None:
    stack.server.kill()
    time.sleep(choose.uniform(0, 1))
    stack.server.start()


def kill_proxy(stack: Stack, choose: random.Random) -> None:
    before = proxy_id(stack.server)
    os.kill(before, signal.SIGKILL)
    wait_until(lambda: proxy_id(stack.server) != before, 10, "another proxy runs")


def assert_clean(stack: Stack, deployment: str) -> None:
    """One task set, its two tasks, its two targets, and all of the traffic; nothing of what was before."""
    live = stack.live()
    other = "blue" if live == "green" else "green"
    assert stack.weights() == {live: 100, other: 0}
    wait_until(lambda: [s.get("externalId") for s in stack.service()["taskSets"]] == [deployment], 30, "one task set is left")
    wait_until(lambda: targets(stack) == {live: ["healthy"] * 2, other: []}, 30, "two targets are left")
    wait_until(lambda: len(stack.ecs.list_tasks(cluster="main")["taskArns"]) == 2, 30, "two tasks are left")
    wait_until(lambda: len(list((stack.server.data / "tasks").iterdir())) == 2, 30, "two tasks' files are left")


def test_deployments_survive_kills_at_random_moments(stack):
    seed = int(os.environ.get("TEAL_KILL_SEED") or random.randrange(1 << 32))
    print(f"TEAL_KILL_SEED={seed}")
    choose = random.Random(seed)
    stack.codedeploy.create_deployment_config(
        deploymentConfigName="half", computePlatform="ECS",
        trafficRoutingConfig={"type": "TimeBasedCanary", "timeBasedCanary": {"canaryPercentage": 50, "canaryInterval": 1}})
    stack.deployment_group("half")
    hooks = {"AfterInstall": stack.hook(), "AfterAllowTraffic": stack.hook()}
    allowed = 0
    with Load(stack.production, connections=CONNECTIONS) as load:
        for number in range(DEPLOYMENTS):
            kill = choose.choice([kill_server, kill_proxy])
            delay = choose.uniform(0, 5)
            story = f"deployment {number}: {kill.__name__} after {delay:.2f} s"
            print(story)
            deployment = stack.deploy(stack.task_definition(f"v{number + 2}"), hooks)
            time.sleep(delay)
            kill(stack, choose)
            allowed += CONNECTIONS if kill is kill_proxy else 0
            stack.wait_for(deployment, "Succeeded")
            assert set(stack.events(deployment).values()) == {"Succeeded"}, story
            assert_clean(stack, deployment)
            assert len(load.failures) <= allowed, f"{story}: {load.failures}"
            answered = time.monotonic()
            wait_until(lambda: len(load.since(answered)) > 0, 10, "requests are answered")
            assert load.since(answered).keys() == {f"v{number + 2}"}, story
