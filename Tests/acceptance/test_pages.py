"""The server's own pages under /_teal/."""

import json
import re
import urllib.error
import urllib.request

import botocore.exceptions
import pytest

from load import Load
from server import wait_until


def page(server, path: str) -> tuple[int, str, str]:
    try:
        with urllib.request.urlopen(server.endpoint + path, timeout=5) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers["Content-Type"], error.read().decode()


def samples(server) -> dict[str, float]:
    status, kind, text = page(server, "/_teal/metrics")
    assert status == 200 and kind.startswith("text/plain; version=0.0.4")
    return {m[1]: float(m[2]) for m in re.finditer(r"^([a-z_]+(?:\{.*\})?) (\S+)$", text, re.MULTILINE)}


def test_health_tells_who_and_how(server):
    def connected():
        health = json.loads(page(server, "/_teal/health")[2])
        return health if health["proxy"]["connected"] else None

    health = wait_until(connected, 20, "the proxy is connected")
    assert health["status"] == "ok"
    assert (health["account"], health["region"], health["runtime"]) == ("123456789012", "us-east-1", "process")
    assert health["endpoint"] == server.endpoint
    assert health["proxy"]["sentGeneration"] == health["proxy"]["routingGeneration"]
    assert page(server, "/_teal/nothing")[0] == 404


def test_metrics_count_calls_traffic_and_deployments(stack):
    server = stack.server
    with pytest.raises(botocore.exceptions.ClientError):
        stack.ecs.describe_task_definition(taskDefinition="gone")
    stack.deployment_group()
    stack.wait_for(stack.deploy(stack.task_definition("v2")), "Succeeded")
    with Load(stack.production) as load:
        wait_until(lambda: load.total >= 100, 20, "a hundred requests were answered")
    counted = samples(server)
    assert counted['teal_api_requests_total{service="ECS",operation="DescribeTaskDefinition",status="400"}'] == 1
    assert counted['teal_api_requests_total{service="CodeDeploy",operation="CreateDeployment",status="200"}'] == 1
    assert counted['teal_codedeploy_deployments{status="Succeeded"}'] == 1
    assert counted['teal_ecs_tasks{status="RUNNING"}'] >= 2
    requests = f'teal_lb_requests_total{{load_balancer="{stack.load_balancer}"}}'
    wait_until(lambda: samples(server).get(requests, 0) >= load.total, 20, "the proxy has told what it counted")
    green = stack.groups[1]["TargetGroupArn"]
    assert samples(server)[f'teal_target_responses_total{{target_group="{green}",class="2xx"}}'] >= 100
