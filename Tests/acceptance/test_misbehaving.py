"""Tasks that answer garbage, hang, reset, die, fail their checks: what clients see, what is counted, what replaces them."""

import http.client
import json
import os
import pathlib
import re
import signal
import sys
import time
import urllib.request

import pytest

from load import Load
from server import Server, wait_until
from stack import Stack


def app(version: str, *options: str) -> list[str]:
    return [sys.executable, str(pathlib.Path(__file__).parent / "app.py"), version, *options]


def fetch(stack: Stack, path: str, method: str = "GET") -> http.client.HTTPResponse:
    """The answer with its body read, as `response.body`."""
    connection = http.client.HTTPConnection("127.0.0.1", stack.production, timeout=30)
    connection.request(method, path)
    response = connection.getresponse()
    response.body = response.read()
    connection.close()
    return response


def metric(server: Server, name: str, **labels: str) -> float:
    """The sum of a metric's samples that have these labels."""
    text = urllib.request.urlopen(f"{server.endpoint}/_teal/metrics").read().decode()
    samples = re.findall(rf"^{name}(?:{{(.*)}})? (\S+)$", text, re.MULTILINE)
    return sum(float(value) for found, value in samples if all(f'{key}="{text}"' in found for key, text in labels.items()))


def processes(stack: Stack) -> dict[str, int]:
    """The process of each running task, by task id."""
    return {
        record.parts[-3]: json.loads(record.read_text())["leader"]
        for record in (stack.server.data / "tasks").glob("*/*.run/started.json")
        if not (record.parent / "exit.json").exists()
    }


@pytest.fixture
def one_task(server) -> Stack:
    return Stack(server, desired=1, command=app)


def test_bad_answers_are_told_apart_and_counted(one_task):
    stack, server = one_task, one_task.server
    stack.elb.modify_load_balancer_attributes(
        LoadBalancerArn=stack.load_balancer, Attributes=[{"Key": "idle_timeout.timeout_seconds", "Value": "2"}])

    for path in ("/garbage", "/close"):
        response = fetch(stack, path, "POST")
        assert (response.status, response.getheader("Server")) == (502, "awselb/2.0"), path
    response = fetch(stack, "/hang")
    assert (response.status, response.getheader("Server")) == (504, "awselb/2.0")
    for framing in ("length", "chunked"):
        with pytest.raises((http.client.IncompleteRead, ConnectionError)) as caught:
            fetch(stack, f"/reset?bytes=1000&framing={framing}")
        if isinstance(caught.value, http.client.IncompleteRead):
            assert len(caught.value.partial) <= 1000
    assert fetch(stack, "/").status == 200

    # Each worker reports its counters every second.
    wait_until(lambda: metric(server, "teal_target_cut_responses_total") == 2, 10, "two cut answers are counted")
    wait_until(lambda: metric(server, "teal_target_responses_total", **{"class": "2xx"}) == 3, 10, "three answers are the target's")
    wait_until(lambda: metric(server, "teal_lb_responses_total", **{"class": "5xx"}) == 3, 10, "three 5xx are the load balancer's")
    assert metric(server, "teal_target_responses_total", **{"class": "5xx"}) == 0


def test_connections_that_a_target_closes_after_any_answer_cost_no_request(one_task):
    with Load(one_task.production, connections=8, pause=0, path="/fickle") as load:
        wait_until(lambda: load.total > 2000, 60, "2000 requests are answered")
    assert load.failures == []


def test_a_task_that_dies_under_load_costs_only_what_was_in_flight_on_it(server):
    stack = Stack(server, desired=3, command=app)
    connections = 6
    with Load(stack.production, connections=connections, pause=0.001) as load:
        wait_until(lambda: load.total > 200, 30, "requests are answered")
        victim, process = next(iter(processes(stack).items()))
        os.kill(process, signal.SIGKILL)
        wait_until(lambda: victim not in processes(stack), 20, "the task is dead")
        wait_until(lambda: len(processes(stack)) == 3, 60, "a replacement runs")
        wait_until(lambda: stack.primary()["stabilityStatus"] == "STEADY_STATE", 60, "the service is in steady state")
        settled = time.monotonic()
        wait_until(lambda: sum(load.since(settled).values()) > 200, 30, "requests go on")
    assert len(load.failures) <= connections, load.failures
    assert all(failure.startswith("502 awselb") for failure in load.failures), load.failures
    task = stack.ecs.describe_tasks(cluster="main", tasks=[victim])["tasks"][0]
    assert task["stoppedReason"] == "Essential container in task exited"
    assert task["containers"][0]["exitCode"] == 137
    messages = [event["message"] for event in stack.service()["events"]]
    assert sum(" has started 1 tasks: " in message for message in messages) == 1, messages


def test_a_task_that_fails_its_health_checks_is_replaced_and_one_that_flaps_is_not(server):
    faults = server.folder / "faults.json"
    stack = Stack(server, desired=2, command=lambda version: app(version, "--faults", str(faults)))
    (sick, sick_process), (flapping, flapping_process) = processes(stack).items()
    with Load(stack.production) as load:
        # Unhealthy is who fails twice in a row.
        faults.write_text(json.dumps({sick_process: [503], flapping_process: [200, 500]}))
        wait_until(lambda: sick not in processes(stack), 60, "the sick task is stopped")
        wait_until(lambda: stack.primary()["runningCount"] == 2 and stack.primary()["stabilityStatus"] == "STEADY_STATE", 60,
                   "a replacement is healthy")
    assert load.failures == []
    assert flapping in processes(stack)
    task = stack.ecs.describe_tasks(cluster="main", tasks=[sick])["tasks"][0]
    assert task["stoppedReason"].startswith("Task failed ELB health checks in (target-group arn:"), task["stoppedReason"]
    messages = [event["message"] for event in stack.service()["events"]]
    assert any("is unhealthy in (target-group " in message and "[503]" in message for message in messages), messages


def test_a_green_that_never_gets_healthy_fails_saying_so(start_server):
    # The hour that Install may take is scaled down to its least, 30 seconds.
    server = start_server(time_scale=3600)
    faults = server.folder / "faults.json"
    stack = Stack(server, command=lambda version: app(version, *(["--faults", str(faults)] if version == "v2" else [])))
    faults.write_text(json.dumps({"all": [500]}))
    stack.deployment_group(rollback=["DEPLOYMENT_FAILURE"])
    with Load(stack.production) as load:
        deployment = stack.deploy(stack.task_definition("v2"))
        info = stack.wait_for(deployment, "Failed")
        assert stack.events(deployment)["Install"] == "Failed"
        assert info["errorInformation"]["code"] == "TIMEOUT", info["errorInformation"]
        assert "healthy" in info["errorInformation"]["message"], info["errorInformation"]
        wait_until(lambda: len(stack.service()["taskSets"]) == 1, 60, "green is gone")
    assert load.failures == [] and load.answers.keys() == {"v1"}
    assert stack.live() == "blue"


def test_targets_that_vanish_while_they_drain(server):
    stack = Stack(server, deregistration_delay=15, command=app)
    stack.deployment_group()
    blue = list(processes(stack).values())
    group = stack.groups[0]["TargetGroupArn"]
    with Load(stack.production) as load:
        deployment = stack.deploy(stack.task_definition("v2"))
        wait_until(
            lambda: {t["TargetHealth"]["State"] for t in stack.elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]}
            == {"draining"}, 60, "blue drains")
        for process in blue:
            os.kill(process, signal.SIGKILL)
        stack.wait_for(deployment, "Succeeded")
        wait_until(lambda: len(stack.service()["taskSets"]) == 1, 60, "only green is left")
        wait_until(lambda: len(stack.ecs.list_tasks(cluster="main")["taskArns"]) == 2, 60, "blue's tasks have stopped")
    assert load.failures == []
    assert stack.events(deployment)["AfterAllowTraffic"] == "Succeeded"
