"""Tasks in a Docker engine: deployments, adoption, and what is left behind."""

import time

import pytest

from engine import IMAGE, BridgeStack, DockerStack, containers, leftovers, networks, require_engine
from load import Load
from server import wait_until
from stack import NETWORK, ROLE, zipped


@pytest.fixture(scope="module", autouse=True)
def engine():
    require_engine()


@pytest.fixture
def docker_server(start_server):
    return start_server(runtime="docker")


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


@pytest.mark.parametrize("kind", [DockerStack, BridgeStack], ids=["awsvpc", "bridge"])
def test_a_killed_server_adopts_its_containers_and_down_removes_everything(docker_server, kind):
    stack = kind(docker_server)
    before, shown = containers(docker_server), stack.endpoints()
    assert before and all(port > 0 for _, port in shown)
    docker_server.kill()
    docker_server.start()
    wait_until(lambda: stack.primary()["stabilityStatus"] == "STEADY_STATE", 60, "v1 is in steady state again")
    tasks = stack.ecs.list_tasks(cluster="main")["taskArns"]
    assert len(tasks) == 2
    assert containers(docker_server) == before
    assert stack.endpoints() == shown
    assert networks(docker_server)
    docker_server.down()
    assert containers(docker_server) == set()
    assert networks(docker_server) == set()
    assert leftovers(docker_server) == []


def test_the_end_of_an_ephemeral_server_removes_containers_and_network(start_server):
    server = start_server("--ephemeral", runtime="docker")
    DockerStack(server)
    assert containers(server) and networks(server)
    server.terminate(60)
    assert containers(server) == set()
    assert networks(server) == set()


def test_a_failed_hook_and_a_stop_return_to_blue(docker_server):
    stack = DockerStack(docker_server)
    stack.deployment_group(config="CodeDeployDefault.ECSCanary10Percent5Minutes", rollback=["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_REQUEST"])
    blue = containers(docker_server)
    with Load(stack.production) as load:
        failed = stack.deploy(stack.task_definition("v2"), {"AfterAllowTestTraffic": stack.hook("Failed")})
        stack.wait_for(failed, "Failed")
        assert stack.deployment(failed)["errorInformation"]["code"] == "HOOK_EXECUTION_FAILURE"
        wait_until(lambda: containers(docker_server) == blue, 30, "only blue's containers are left")
        stopped = stack.deploy(stack.task_definition("v3"))
        wait_until(lambda: load.answers["v3"] > 0, 60, "v3 answers")
        stack.codedeploy.stop_deployment(deploymentId=stopped, autoRollbackEnabled=True)
        stack.wait_for(stopped, "Stopped")
        wait_until(lambda: containers(docker_server) == blue, 30, "only blue's containers are left")
        moment = time.monotonic()
        wait_until(lambda: load.since(moment)["v1"] > 20, 30, "v1 answers")
    assert load.failures == []
    assert load.answers["v2"] == 0 and set(load.since(moment)) == {"v1"}


MIGRATION = """
import boto3, os
ecs, codedeploy = boto3.client("ecs"), boto3.client("codedeploy")

def handler(event, context):
    task = ecs.run_task(
        cluster="main", taskDefinition=os.environ["MIGRATION"], launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": {"subnets": ["subnet-0123456789abcdef0"]}})["tasks"][0]["taskArn"]
    ecs.get_waiter("tasks_stopped").wait(cluster="main", tasks=[task], WaiterConfig={"Delay": 1, "MaxAttempts": 25})
    container = ecs.describe_tasks(cluster="main", tasks=[task])["tasks"][0]["containers"][0]
    codedeploy.put_lifecycle_event_hook_execution_status(
        deploymentId=event["DeploymentId"], lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
        status="Succeeded" if container.get("exitCode") == 0 else "Failed")
"""


def test_a_migration_runs_before_traffic_and_a_crash_in_the_shift_loses_no_request(docker_server):
    """A hook runs a task and looks at its exit code; then the server is killed while traffic moves."""
    stack = DockerStack(docker_server)
    stack.codedeploy.create_deployment_config(
        deploymentConfigName="thirds", computePlatform="ECS",
        trafficRoutingConfig={"type": "TimeBasedLinear", "timeBasedLinear": {"linearPercentage": 33, "linearInterval": 2}})
    stack.deployment_group(config="thirds")
    hooks = {}
    for name, script in (("migrated", "exit 0"), ("broken", "exit 3")):
        migration = stack.ecs.register_task_definition(
            family=name, networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256", memory="512",
            containerDefinitions=[{"name": "migrate", "image": IMAGE, "entryPoint": ["/bin/sh", "-c"], "command": [script]}],
        )["taskDefinition"]["taskDefinitionArn"]
        stack.functions.create_function(
            FunctionName=name, Runtime="python3.11", Role=ROLE, Handler="hook.handler", Timeout=30,
            Code={"ZipFile": zipped(MIGRATION)}, Environment={"Variables": {"MIGRATION": migration}})
        hooks[name] = {"AfterInstall": name}
    with Load(stack.production) as load:
        broken = stack.deploy(stack.task_definition("v2"), hooks["broken"])
        stack.wait_for(broken, "Failed")
        stack.codedeploy.update_deployment_group(applicationName="app", currentDeploymentGroupName="group", deploymentConfigName="thirds")
        deployment = stack.deploy(stack.task_definition("v3"), hooks["migrated"])
        wait_until(lambda: load.answers["v3"] > 0, 60, "v3 answers")
        docker_server.kill()
        docker_server.start()
        stack.wait_for(deployment, "Succeeded", "Failed", "Stopped")
        assert stack.deployment(deployment)["status"] == "Succeeded", stack.deployment(deployment)
        moment = time.monotonic()
        wait_until(lambda: load.since(moment)["v3"] > 20, 30, "v3 answers")
    assert load.failures == []
    assert load.answers["v2"] == 0 and set(load.since(moment)) == {"v3"}
