"""Amazon ECS with boto3: rolling and EXTERNAL services, one-off tasks, and what a running task gets."""

import json
import textwrap
import time

import pytest
from botocore.exceptions import ClientError

from load import Load
from server import BINARY, ROOT, Server, free_port, wait_until
from stack import NETWORK

ROLE = "arn:aws:iam::123456789012:role/task"
PYTHON = str(ROOT / ".venv" / "bin" / "python")


class Tasks:
    """One-off tasks of a cluster."""

    def __init__(self, server: Server):
        self.server, self.ecs, self.logs = server, server.client("ecs"), server.client("logs")
        self.ecs.create_cluster(clusterName="main")

    def define(self, *containers: dict, family: str = "job", **more) -> str:
        filled = [{"image": "job:1", "memory": 64, **container} for container in containers]
        return self.ecs.register_task_definition(family=family, containerDefinitions=filled, **more)["taskDefinition"]["taskDefinitionArn"]

    def run(self, definition: str, **more) -> dict:
        answer = self.ecs.run_task(cluster="main", taskDefinition=definition, **more)
        assert answer["failures"] == []
        return answer["tasks"][0]

    def describe(self, task: dict) -> dict:
        return self.ecs.describe_tasks(cluster="main", tasks=[task["taskArn"]])["tasks"][0]

    def wait_for(self, task: dict, status: str, timeout: float = 40) -> dict:
        def reached():
            seen = self.describe(task)
            return seen if seen["lastStatus"] == status else None
        return wait_until(reached, timeout, f"the task is {status}")

    def finish(self, *containers: dict, overrides: dict | None = None, **more) -> dict:
        return self.wait_for(self.run(self.define(*containers, **more), overrides=overrides or {}), "STOPPED")

    def lines(self, group: str, **more) -> list[str]:
        pages = self.logs.get_paginator("filter_log_events").paginate(logGroupName=group, **more)
        return [event["message"] for page in pages for event in page["events"]]


def shell(name: str, script: str, **more) -> dict:
    return {"name": name, "entryPoint": ["/bin/sh", "-c"], "command": [script], **more}


def logged(group: str, **more) -> dict:
    return {"logDriver": "awslogs", "options": {
        "awslogs-group": group, "awslogs-create-group": "true", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "t", **more}}


def container(task: dict, name: str) -> dict:
    return next(c for c in task["containers"] if c["name"] == name)


@pytest.fixture
def tasks(server) -> Tasks:
    return Tasks(server)


class Rolling:
    """A service of the ECS controller behind a load balancer."""

    def __init__(self, server: Server, desired: int = 2, load_balanced: bool = True, **options):
        self.server, self.ecs, self.elb = server, server.client("ecs"), server.client("elbv2")
        self.ecs.create_cluster(clusterName="main")
        self.port = free_port()
        if load_balanced:
            self.group = self.elb.create_target_group(
                Name="web", Protocol="HTTP", Port=80, VpcId="vpc-0123456789abcdef0", TargetType="ip", HealthCheckPath="/health",
                HealthCheckIntervalSeconds=5, HealthCheckTimeoutSeconds=2, HealthyThresholdCount=2, UnhealthyThresholdCount=2,
            )["TargetGroups"][0]["TargetGroupArn"]
            self.elb.modify_target_group_attributes(
                TargetGroupArn=self.group, Attributes=[{"Key": "deregistration_delay.timeout_seconds", "Value": "1"}])
            balancer = self.elb.create_load_balancer(
                Name="web", Subnets=["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"])["LoadBalancers"][0]["LoadBalancerArn"]
            self.elb.create_listener(
                LoadBalancerArn=balancer, Protocol="HTTP", Port=self.port,
                DefaultActions=[{"Type": "forward", "TargetGroupArn": self.group}])
            options["loadBalancers"] = [{"targetGroupArn": self.group, "containerName": "app", "containerPort": 80}]
        options.setdefault("taskDefinition", self.define("v1"))
        self.ecs.create_service(
            cluster="main", serviceName="web", desiredCount=desired, launchType="FARGATE", networkConfiguration=NETWORK, **options)

    def define(self, version: str, command: list[str] | None = None, **more) -> str:
        command = command or [str(BINARY), "demo-app", "--version", version]
        return self.ecs.register_task_definition(
            family="web", networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256", memory="512",
            containerDefinitions=[{
                "name": "app", "image": f"app:{version}", "entryPoint": command[:1], "command": command[1:],
                "portMappings": [{"containerPort": 80}], **more}])["taskDefinition"]["taskDefinitionArn"]

    def update(self, **changes) -> dict:
        return self.ecs.update_service(cluster="main", service="web", **changes)["service"]

    def service(self) -> dict:
        return self.ecs.describe_services(cluster="main", services=["web"])["services"][0]

    def messages(self) -> list[str]:
        return [event["message"] for event in self.service()["events"]]

    def wait_stable(self):
        self.ecs.get_waiter("services_stable").wait(cluster="main", services=["web"], WaiterConfig={"Delay": 1, "MaxAttempts": 90})

    def running(self) -> list[dict]:
        arns = self.ecs.list_tasks(cluster="main", serviceName="web")["taskArns"]
        return self.ecs.describe_tasks(cluster="main", tasks=arns)["tasks"] if arns else []


def test_rolling_deployment_loses_no_request_and_keeps_its_limits(server):
    rolling = Rolling(server, desired=4, deploymentConfiguration={"minimumHealthyPercent": 75, "maximumPercent": 125})
    rolling.wait_stable()
    counts = []
    with Load(rolling.port) as load:
        wait_until(lambda: load.answers["v1"] > 20, 20, "v1 answers")
        updated = rolling.update(taskDefinition=rolling.define("v2"))
        assert [d["status"] for d in updated["deployments"]] == ["PRIMARY", "ACTIVE"]

        def is_done():
            seen = rolling.running()
            counts.append((sum(t["lastStatus"] == "RUNNING" for t in seen), len(seen)))
            service = rolling.service()
            return len(service["deployments"]) == 1 and service["deployments"][0]["rolloutState"] == "COMPLETED"
        wait_until(is_done, 90, "the deployment has completed")
        moment = time.monotonic()
        wait_until(lambda: load.since(moment)["v2"] > 20, 20, "v2 answers")
    assert load.failures == []
    assert load.since(moment).keys() == {"v2"}
    assert min(running for running, _ in counts) >= 3
    assert max(all_of for _, all_of in counts) <= 5
    rolling.wait_stable()
    messages = rolling.messages()
    assert any("has reached a steady state" in m for m in messages)
    assert any("deployment completed" in m for m in messages)
    assert any("registered 1 targets in (target-group" in m for m in messages)


def test_scaling_and_forced_deployment_lose_no_request(server):
    rolling = Rolling(server, desired=1)
    rolling.wait_stable()
    with Load(rolling.port) as load:
        wait_until(lambda: load.answers["v1"] > 5, 20, "v1 answers")
        first = {t["taskArn"] for t in rolling.running()}
        rolling.update(desiredCount=3)
        rolling.wait_stable()
        assert rolling.service()["runningCount"] == 3
        assert first < {t["taskArn"] for t in rolling.running()}
        rolling.update(desiredCount=1)
        rolling.wait_stable()
        wait_until(lambda: len(rolling.running()) == 1, 30, "one task is left")
        before = {t["taskArn"] for t in rolling.running()}
        assert rolling.update(forceNewDeployment=True)["deployments"][0]["status"] == "PRIMARY"
        rolling.wait_stable()
        wait_until(lambda: len(rolling.running()) == 1, 30, "one task is left")
        assert before.isdisjoint({t["taskArn"] for t in rolling.running()})
    assert load.failures == []


def test_delete_needs_force_above_zero(server):
    rolling = Rolling(server, desired=1)
    rolling.wait_stable()
    with pytest.raises(ClientError, match="cannot be stopped while it is scaled above 0") as caught:
        rolling.ecs.delete_service(cluster="main", service="web")
    assert caught.value.response["Error"]["Code"] == "InvalidParameterException"
    assert rolling.ecs.delete_service(cluster="main", service="web", force=True)["service"]["status"] == "DRAINING"
    with pytest.raises(ClientError, match="still Draining"):
        Rolling.__init__(rolling, server, load_balanced=False)
    rolling.ecs.get_waiter("services_inactive").wait(cluster="main", services=["web"], WaiterConfig={"Delay": 1, "MaxAttempts": 40})
    assert rolling.running() == []
    assert wait_until(
        lambda: rolling.elb.describe_target_health(TargetGroupArn=rolling.group)["TargetHealthDescriptions"] == [], 20, "no target is left")


def test_delete_at_zero_needs_no_force(server):
    rolling = Rolling(server, desired=1)
    rolling.wait_stable()
    rolling.update(desiredCount=0)
    wait_until(lambda: rolling.service()["runningCount"] == 0, 30, "nothing runs")
    rolling.ecs.delete_service(cluster="main", service="web")
    wait_until(lambda: rolling.service()["status"] == "INACTIVE", 30, "the service is INACTIVE")


def test_crashing_tasks_are_restarted_with_back_off_and_events_say_why(server):
    rolling = Rolling(server, desired=1, load_balanced=False)
    rolling.wait_stable()
    rolling.update(taskDefinition=rolling.define("v2", ["/no/such/program"]))
    wait_until(lambda: any("unable to consistently start tasks successfully" in m for m in rolling.messages()), 60, "an event says so")
    started = sum("has started 1 tasks" in m for m in rolling.messages())
    assert started < 20, rolling.messages()
    assert [t["containers"][0]["image"] for t in rolling.running() if t["lastStatus"] == "RUNNING"] == ["app:v1"]
    stopped = rolling.ecs.list_tasks(cluster="main", serviceName="web", desiredStatus="STOPPED")["taskArns"]
    task = rolling.ecs.describe_tasks(cluster="main", tasks=stopped[:1])["tasks"][0]
    assert task["stopCode"] == "TaskFailedToStart"
    assert "CannotStartContainerError" in task["stoppedReason"] and "/no/such/program" in task["stoppedReason"]


def test_circuit_breaker_returns_to_the_last_good_revision(server):
    rolling = Rolling(server, desired=2, deploymentConfiguration={"deploymentCircuitBreaker": {"enable": True, "rollback": True}})
    rolling.wait_stable()
    with Load(rolling.port) as load:
        rolling.update(taskDefinition=rolling.define("v2", ["/bin/sh", "-c", "exit 3"]))
        wait_until(lambda: any("deployment failed" in m for m in rolling.messages()), 120, "the breaker opens")

        def is_back():
            deployments = rolling.service()["deployments"]
            return len(deployments) == 1 and deployments[0]["rolloutState"] == "COMPLETED"
        wait_until(is_back, 60, "the service is back")
    assert rolling.service()["taskDefinition"].endswith(":1")
    assert any("rolling back to deployment ecs-svc/" in m for m in rolling.messages())
    assert load.failures == [] and load.answers.keys() == {"v1"}


def test_task_that_never_listens_is_replaced_for_its_health_and_v1_goes_on(server):
    rolling = Rolling(server, desired=1)
    rolling.wait_stable()
    with Load(rolling.port) as load:
        rolling.update(taskDefinition=rolling.define("v2", ["/bin/sleep", "600"]))
        wait_until(lambda: any("is unhealthy in (target-group" in m for m in rolling.messages()), 90, "an event says so")
        assert len(rolling.service()["deployments"]) == 2
    assert load.failures == [] and load.answers.keys() == {"v1"}
    stopped = rolling.ecs.list_tasks(cluster="main", serviceName="web", desiredStatus="STOPPED")["taskArns"]
    reasons = [t["stoppedReason"] for t in rolling.ecs.describe_tasks(cluster="main", tasks=stopped)["tasks"]]
    assert any("Task failed ELB health checks in (target-group" in reason for reason in reasons)


APP = textwrap.dedent("""
    import http.server, os, pathlib, signal, sys, time
    folder, version = pathlib.Path(sys.argv[1]), sys.argv[2]
    mine = folder / os.environ["PORT"]
    def terminated(*_):
        mine.with_suffix(".term").write_text(str(time.time()))
        os._exit(0)
    signal.signal(signal.SIGTERM, terminated)
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        def do_GET(self):
            sick = self.path == "/health" and (mine.with_suffix(".sick").exists() or (folder / "all.sick").exists())
            body = version.encode()
            self.send_response(503 if sick else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        def log_message(self, *_): pass
    http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
""")


def app(folder, version: str) -> list[str]:
    """A service that fails its health checks on request, and notes when it is told to stop."""
    return [PYTHON, "-c", APP, str(folder), version]


def port_of(rolling: Rolling, task: dict) -> int:
    address = next(d["value"] for d in task["attachments"][0]["details"] if d["name"] == "privateIPv4Address")
    targets = rolling.elb.describe_target_health(TargetGroupArn=rolling.group)["TargetHealthDescriptions"]
    bound = [t["Target"]["Port"] for t in targets if t["Target"]["Id"] == address]
    mine = {b["hostPort"] for c in task["containers"] for b in c["networkBindings"]}
    return next(port for port in bound if not mine or port in mine)


def test_a_task_that_gets_sick_is_replaced_first_and_drains_before_it_is_signalled(server, tmp_path):
    rolling = Rolling(server, desired=1, load_balanced=False)
    rolling.ecs.delete_service(cluster="main", service="web", force=True)
    wait_until(lambda: rolling.service()["status"] == "INACTIVE", 30, "the service is INACTIVE")
    rolling = Rolling(server, desired=1, taskDefinition=rolling.define("v1", app(tmp_path, "v1")))
    rolling.elb.modify_target_group_attributes(
        TargetGroupArn=rolling.group, Attributes=[{"Key": "deregistration_delay.timeout_seconds", "Value": "2"}])
    rolling.wait_stable()
    first = rolling.running()[0]
    with Load(rolling.port) as load:
        wait_until(lambda: load.answers["v1"] > 5, 20, "v1 answers")
        (tmp_path / f"{port_of(rolling, first)}.sick").touch()

        def is_replaced():
            seen = rolling.running()
            return len(seen) == 1 and seen[0]["taskArn"] != first["taskArn"] and seen[0]["lastStatus"] == "RUNNING"
        wait_until(is_replaced, 60, "another task has taken its place")
        done = wait_until(
            lambda: next((t for t in rolling.ecs.describe_tasks(cluster="main", tasks=[first["taskArn"]])["tasks"] if t["lastStatus"] == "STOPPED"), None),
            30, "the sick task has stopped")
    assert load.failures == []
    assert "Task failed ELB health checks in (target-group" in done["stoppedReason"]
    signalled = float(next(tmp_path.glob("*.term")).read_text())
    assert signalled - done["stoppingAt"].timestamp() >= 1.9, "the target drains before SIGTERM"
    assert any("has begun draining connections on 1 tasks" in m for m in rolling.messages())


def test_the_grace_period_keeps_a_task_that_is_not_healthy_yet(server, tmp_path):
    (tmp_path / "all.sick").touch()
    rolling = Rolling(server, desired=1, load_balanced=False)
    definition = rolling.define("v1", app(tmp_path, "v1"))
    rolling.ecs.delete_service(cluster="main", service="web", force=True)
    wait_until(lambda: rolling.service()["status"] == "INACTIVE", 30, "the service is INACTIVE")
    rolling = Rolling(server, desired=1, taskDefinition=definition, healthCheckGracePeriodSeconds=600)

    def verdicts():
        targets = rolling.elb.describe_target_health(TargetGroupArn=rolling.group)["TargetHealthDescriptions"]
        return [t["TargetHealth"]["State"] for t in targets]
    wait_until(lambda: verdicts() == ["unhealthy"], 60, "the target is unhealthy")
    task = rolling.running()[0]["taskArn"]
    (tmp_path / "all.sick").unlink()
    rolling.wait_stable()
    assert [t["taskArn"] for t in rolling.running()] == [task]


def test_a_protected_task_outlives_a_deployment_and_protects_itself_by_its_agent(server, tmp_path):
    protect = textwrap.dedent("""
        import json, os, urllib.request
        url = os.environ["ECS_AGENT_URI"] + "/task-protection/v1/state"
        request = urllib.request.Request(url, json.dumps({"ProtectionEnabled": True, "ExpiresInMinutes": 30}).encode(), method="PUT")
        assert json.load(urllib.request.urlopen(request))["protection"]["ProtectionEnabled"] is True
        assert json.load(urllib.request.urlopen(url))["protection"]["TaskArn"]
    """)
    rolling = Rolling(server, desired=1, load_balanced=False)
    rolling.wait_stable()
    rolling.update(taskDefinition=rolling.define("v2", [PYTHON, "-c", protect + "import time; time.sleep(600)"]))
    rolling.wait_stable()
    kept = rolling.running()[0]["taskArn"]

    def protection():
        return rolling.ecs.get_task_protection(cluster="main", tasks=[kept])["protectedTasks"][0]
    wait_until(lambda: protection()["protectionEnabled"], 20, "the task has protected itself")
    assert "expirationDate" in protection()
    rolling.update(taskDefinition=rolling.define("v3"))
    wait_until(lambda: len([t for t in rolling.running() if t["lastStatus"] == "RUNNING"]) == 2, 40, "the new task runs beside it")
    rolling.ecs.update_task_protection(cluster="main", tasks=[kept], protectionEnabled=False)
    wait_until(lambda: kept not in {t["taskArn"] for t in rolling.running()}, 40, "it goes when its protection has ended")
    rolling.wait_stable()


def test_external_controller_moves_between_task_sets(server):
    ecs = server.client("ecs")
    rolling = Rolling.__new__(Rolling)
    rolling.server, rolling.ecs = server, ecs
    ecs.create_cluster(clusterName="main")
    ecs.create_service(cluster="main", serviceName="web", desiredCount=4, deploymentController={"type": "EXTERNAL"})

    def make(version: str, percent: float) -> dict:
        return ecs.create_task_set(
            cluster="main", service="web", taskDefinition=rolling.define(version), launchType="FARGATE", networkConfiguration=NETWORK,
            externalId=version, scale={"unit": "PERCENT", "value": percent})["taskSet"]

    def seen(task_set: dict) -> dict:
        return next(iter(ecs.describe_task_sets(cluster="main", service="web", taskSets=[task_set["id"]])["taskSets"]), None)

    def steady(task_set: dict, count: int):
        def reached():
            now = seen(task_set)
            return now["stabilityStatus"] == "STEADY_STATE" and now["runningCount"] == count
        wait_until(reached, 40, f"{count} tasks run steadily")

    blue = make("v1", 100)
    assert (blue["status"], blue["computedDesiredCount"], blue["externalId"]) == ("ACTIVE", 4, "v1")
    steady(blue, 4)
    ecs.update_service_primary_task_set(cluster="main", service="web", primaryTaskSet=blue["id"])
    assert seen(blue)["status"] == "PRIMARY"
    green = make("v2", 25)
    steady(green, 1)
    ecs.update_task_set(cluster="main", service="web", taskSet=green["taskSetArn"], scale={"unit": "PERCENT", "value": 100})
    steady(green, 4)
    ecs.update_service_primary_task_set(cluster="main", service="web", primaryTaskSet=green["id"])
    assert (seen(blue)["status"], seen(green)["status"]) == ("ACTIVE", "PRIMARY")
    assert rolling.service()["taskDefinition"] == green["taskDefinition"]
    with pytest.raises(ClientError, match="without force"):
        ecs.delete_task_set(cluster="main", service="web", taskSet=green["id"])
    ecs.update_task_set(cluster="main", service="web", taskSet=blue["id"], scale={"unit": "PERCENT", "value": 0})
    wait_until(lambda: seen(blue)["runningCount"] == 0, 40, "blue has no tasks")
    ecs.delete_task_set(cluster="main", service="web", taskSet=blue["id"])
    wait_until(lambda: seen(blue) is None, 30, "blue is gone")
    with pytest.raises(ClientError) as caught:
        ecs.update_task_set(cluster="main", service="web", taskSet=blue["id"], scale={"value": 50})
    assert caught.value.response["Error"]["Code"] == "TaskSetNotFoundException"
    with pytest.raises(ClientError, match="task definition"):
        rolling.update(taskDefinition="web:1")


def test_run_task_applies_overrides(tasks):
    definition = tasks.define(
        {"name": "app", "entryPoint": ["/bin/sh", "-c"], "command": ["exit 1"], "environment": [{"name": "A", "value": "1"}],
         "logConfiguration": logged("/job")}, {"name": "side", "essential": False, "entryPoint": ["/bin/true"]})
    answer = tasks.ecs.run_task(
        cluster="main", taskDefinition=definition, count=2, startedBy="ci", group="nightly", overrides={
            "cpu": "128", "memory": "256", "taskRoleArn": ROLE, "executionRoleArn": ROLE,
            "containerOverrides": [{"name": "app", "command": ["echo $A-$B; exit 7"], "cpu": 5, "memory": 32,
                                    "environment": [{"name": "B", "value": "2"}]}]})
    assert answer["failures"] == [] and len(answer["tasks"]) == 2
    for task in answer["tasks"]:
        assert (task["startedBy"], task["group"], task["cpu"], task["memory"]) == ("ci", "nightly", "128", "256")
        done = tasks.wait_for(task, "STOPPED")
        assert (done["stopCode"], done["stoppedReason"]) == ("EssentialContainerExited", "Essential container in task exited")
        app = container(done, "app")
        assert (app["exitCode"], app["cpu"], app["memory"]) == (7, "5", "32")
        assert {o["name"] for o in done["overrides"]["containerOverrides"]} == {"app", "side"}
        assert done["overrides"]["taskRoleArn"] == ROLE
    assert tasks.lines("/job") == ["1-2", "1-2"]
    listed = tasks.ecs.list_tasks(cluster="main", startedBy="ci", desiredStatus="STOPPED")["taskArns"]
    assert sorted(listed) == sorted(t["taskArn"] for t in answer["tasks"])
    with pytest.raises(ClientError, match="Override for container named nobody"):
        tasks.run(definition, overrides={"containerOverrides": [{"name": "nobody"}]})


def test_run_task_propagates_tags_and_keeps_to_its_client_token(tasks):
    definition = tasks.define({"name": "app", "entryPoint": ["/bin/true"]}, tags=[{"key": "team", "value": "a"}])
    first = tasks.run(definition, clientToken="t", propagateTags="TASK_DEFINITION", enableECSManagedTags=True, tags=[{"key": "own", "value": "b"}])
    assert {t["key"]: t["value"] for t in first["tags"]} == {"team": "a", "own": "b", "aws:ecs:clusterName": "main"}
    assert tasks.run(definition, clientToken="t")["taskArn"] == first["taskArn"]
    with pytest.raises(ClientError) as caught:
        tasks.run(definition, clientToken="t", count=2)
    assert caught.value.response["Error"]["Code"] == "ConflictException"
    assert caught.value.response["resourceIds"] == [first["taskArn"]]


def test_containers_start_in_the_order_of_their_dependencies(tasks):
    log = logged("/order")
    health = {"command": ["CMD-SHELL", "test -e ready"], "interval": 5, "retries": 2}
    done = tasks.finish(
        shell("migrate", "sleep 0.3; echo migrate", essential=False, logConfiguration=log),
        shell("seed", "echo seed; exit 4", essential=False, logConfiguration=log,
              dependsOn=[{"containerName": "migrate", "condition": "SUCCESS"}]),
        shell("database", "echo database; touch ready; exec sleep 60", logConfiguration=log, healthCheck=health, stopTimeout=2,
              dependsOn=[{"containerName": "seed", "condition": "COMPLETE"}]),
        shell("proxy", "echo proxy; exec sleep 60", logConfiguration=log, stopTimeout=2,
              dependsOn=[{"containerName": "database", "condition": "HEALTHY"}]),
        shell("app", "echo app", logConfiguration=log, dependsOn=[{"containerName": "proxy", "condition": "START"}]))
    assert tasks.lines("/order") == ["migrate", "seed", "database", "proxy", "app"]
    codes = {c["name"]: c.get("exitCode") for c in done["containers"]}
    assert codes == {"migrate": 0, "seed": 4, "database": 143, "proxy": 143, "app": 0}


def test_dependency_that_fails_stops_the_task(tasks):
    done = tasks.finish(
        shell("migrate", "exit 9", essential=False),
        shell("app", "echo never", dependsOn=[{"containerName": "migrate", "condition": "SUCCESS"}]))
    assert done["stopCode"] == "TaskFailedToStart"
    assert container(done, "migrate")["exitCode"] == 9
    assert "exitCode" not in container(done, "app")


def test_health_of_a_task_is_that_of_its_essential_containers(tasks):
    check = {"command": ["CMD-SHELL", "test ! -e bad"], "interval": 5, "timeout": 2, "retries": 1}
    task = tasks.run(tasks.define(shell("app", "sleep 9; touch bad; exec sleep 60", healthCheck=check, stopTimeout=2)))
    wait_until(lambda: tasks.describe(task)["healthStatus"] == "HEALTHY", 30, "the task is healthy")
    wait_until(lambda: tasks.describe(task)["healthStatus"] == "UNHEALTHY", 30, "the task is unhealthy")
    assert tasks.describe(task)["lastStatus"] == "RUNNING"
    tasks.ecs.stop_task(cluster="main", task=task["taskArn"])
    tasks.wait_for(task, "STOPPED")


def test_stop_task_signals_and_then_kills(tasks):
    definition = tasks.define(
        shell("polite", "trap 'exit 5' TERM; while :; do sleep 0.1; done", stopTimeout=20),
        shell("deaf", "trap '' TERM; while :; do sleep 0.1; done", stopTimeout=2))
    task = tasks.run(definition)
    tasks.wait_for(task, "RUNNING")
    stopping = tasks.ecs.stop_task(cluster="main", task=task["taskArn"], reason="maintenance")["task"]
    assert stopping["desiredStatus"] == "STOPPED"
    done = tasks.wait_for(task, "STOPPED")
    assert (done["stopCode"], done["stoppedReason"]) == ("UserInitiated", "maintenance")
    assert container(done, "polite")["exitCode"] == 5
    assert container(done, "deaf")["exitCode"] == 137
    with pytest.raises(ClientError, match="referenced task was not found"):
        tasks.ecs.stop_task(cluster="main", task="0" * 32)


CALLER = textwrap.dedent("""
    import json, os, time, urllib.request, boto3
    sts = boto3.client("sts")
    print(sts.get_caller_identity()["Arn"], flush=True)
    metadata = os.environ["ECS_CONTAINER_METADATA_URI_V4"]
    for path in ("", "/task"):
        print(urllib.request.urlopen(metadata + path).read().decode(), flush=True)
    try:
        urllib.request.urlopen(os.environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"])
    except urllib.error.HTTPError as error:
        print(error.code, flush=True)
    try:
        urllib.request.urlopen(metadata + "/stats")
    except urllib.error.HTTPError as error:
        print(error.code, flush=True)
""")


def test_boto3_in_a_task_acts_as_the_task_role(tasks):
    definition = tasks.define(
        {"name": "app", "entryPoint": [PYTHON, "-c"], "command": [CALLER], "logConfiguration": logged("/role"),
         "environment": [{"name": "A", "value": "1"}]}, family="caller", taskRoleArn=ROLE, cpu="256", memory="512")
    task = tasks.run(definition)
    assert container(tasks.wait_for(task, "STOPPED"), "app")["exitCode"] == 0, tasks.lines("/role")
    arn, own, whole, unauthorized, stats = tasks.lines("/role")
    identifier = task["taskArn"].rsplit("/", 1)[1]
    assert arn == f"arn:aws:sts::123456789012:assumed-role/task/{identifier}"
    assert json.loads(own)["Name"] == "app" and json.loads(own)["LogOptions"]["awslogs-group"] == "/role"
    document = json.loads(whole)
    assert document["TaskARN"] == task["taskArn"] and document["Family"] == "caller" and document["Revision"] == "1"
    assert document["Limits"] == {"CPU": 0.25, "Memory": 512}
    assert [c["Name"] for c in document["Containers"]] == ["app"]
    assert (unauthorized, stats) == ("403", "404")


def test_task_without_a_role_has_no_credentials(tasks):
    done = tasks.finish(shell("app", 'test -z "$AWS_CONTAINER_CREDENTIALS_FULL_URI$AWS_ACCESS_KEY_ID" && test "$AWS_REGION" = us-east-1 && test -n "$AWS_ENDPOINT_URL"'))
    assert container(done, "app")["exitCode"] == 0


def test_restarts_neither_lose_nor_repeat_log_lines(tasks):
    """The server is killed again and again while a container counts."""
    count = 400
    task = tasks.run(tasks.define(
        shell("app", f"i=0; while [ $i -lt {count} ]; do echo $i; i=$((i+1)); sleep 0.01; done", logConfiguration=logged("/count"))))
    tasks.wait_for(task, "RUNNING")
    for share in (0.1, 0.4, 0.7):
        wait_until(lambda: len(tasks.lines("/count")) > count * share, 60, f"{share:.0%} of the lines are there")
        tasks.server.kill()
        tasks.server.start()
    tasks.wait_for(task, "STOPPED")
    assert tasks.lines("/count") == [str(i) for i in range(count)]


def test_a_burst_of_output_is_complete_when_the_task_has_stopped(tasks):
    tasks.finish(shell("app", "seq 1 20000", logConfiguration=logged("/burst")))
    assert tasks.lines("/burst") == [str(i) for i in range(1, 20001)]


def test_log_options_that_are_not_served_fail_the_task_by_name(tasks):
    done = tasks.finish(shell("app", "echo x", logConfiguration=logged("/multi", **{"awslogs-multiline-pattern": "^A"})))
    assert "ResourceInitializationError" in done["stoppedReason"] and "awslogs-multiline-pattern" in done["stoppedReason"]
    missing = tasks.finish(shell("app", "echo x", logConfiguration={"logDriver": "awslogs", "options": {
        "awslogs-group": "/absent", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "t"}}))
    assert "ResourceInitializationError" in missing["stoppedReason"] and "/absent" in missing["stoppedReason"]
    with pytest.raises(ClientError, match="awslogs-group"):
        tasks.define(shell("app", "echo x", logConfiguration={"logDriver": "awslogs", "options": {"awslogs-region": "us-east-1"}}))


@pytest.mark.parametrize("member", [
    {"privileged": True}, {"readonlyRootFilesystem": True}, {"pseudoTerminal": True}, {"hostname": "h"},
    {"extraHosts": [{"hostname": "db", "ipAddress": "10.0.0.1"}]}, {"systemControls": [{"namespace": "net.core.somaxconn", "value": "5"}]},
    {"linuxParameters": {"capabilities": {"add": ["SYS_ADMIN"]}}}, {"linuxParameters": {"sharedMemorySize": 64}},
    {"linuxParameters": {"tmpfs": [{"containerPath": "/scratch", "size": 1}]}}, {"user": "nobody-of-this-name"},
    {"secrets": [{"name": "S", "valueFrom": "arn:aws:ssm:us-east-1:123456789012:parameter/s"}]}, {"dnsServers": ["10.0.0.2"]},
    {"dnsSearchDomains": ["corp.example"]}, {"dockerSecurityOptions": ["no-new-privileges"]},
    {"linuxParameters": {"devices": [{"hostPath": "/dev/null"}]}},
], ids=lambda member: next(iter(member)))
def test_what_a_process_cannot_have_fails_the_task_by_name(tasks, member):
    done = tasks.finish(shell("app", "exit 0", **member))
    assert done["stopCode"] == "TaskFailedToStart"
    name = next(iter(member))
    inner = member[name]
    named = next(iter(inner)) if isinstance(inner, dict) else name
    assert named in done["stoppedReason"], done["stoppedReason"]


def test_tasks_that_cannot_start_say_why(tasks):
    silent = tasks.finish({"name": "app", "image": "nothing:1"})
    assert silent["stopCode"] == "TaskFailedToStart"
    assert "CannotStartContainerError" in silent["stoppedReason"] and "no command" in silent["stoppedReason"]
    assert "exitCode" not in container(silent, "app")
    absent = tasks.finish({"name": "app", "command": ["no-such-program"]})
    assert "no-such-program" in absent["stoppedReason"]
    assert "no-such-program" in container(absent, "app")["reason"]
    failed = tasks.finish({"name": "app", "entryPoint": ["/bin/false"]})
    assert failed["stopCode"] == "EssentialContainerExited" and container(failed, "app")["exitCode"] == 1


def test_task_definitions_are_deregistered_then_deleted(tasks):
    first, second = tasks.define({"name": "app", "command": ["true"]}), tasks.define({"name": "app", "command": ["true"]})
    refused = tasks.ecs.delete_task_definitions(taskDefinitions=[first, "job:99"])
    assert refused["taskDefinitions"] == []
    assert [failure["arn"] for failure in refused["failures"]] == [first, "job:99"]
    tasks.ecs.deregister_task_definition(taskDefinition=first)
    deleted = tasks.ecs.delete_task_definitions(taskDefinitions=[first])["taskDefinitions"]
    assert [(d["taskDefinitionArn"], d["status"]) for d in deleted] == [(first, "DELETE_IN_PROGRESS")]
    assert tasks.ecs.list_task_definitions(status="DELETE_IN_PROGRESS")["taskDefinitionArns"] == [first]
    assert tasks.ecs.list_task_definitions()["taskDefinitionArns"] == [second]
    with pytest.raises(ClientError, match="inactive"):
        tasks.ecs.run_task(cluster="main", taskDefinition=first)
    wait_until(lambda: tasks.ecs.list_task_definitions(status="DELETE_IN_PROGRESS")["taskDefinitionArns"] == [], 20, "it is gone")
    with pytest.raises(ClientError, match="Unable to describe task definition"):
        tasks.ecs.describe_task_definition(taskDefinition=first)
    assert tasks.define({"name": "app", "command": ["true"]}).endswith("job:3")


def test_capacity_providers_are_described(tasks):
    everywhere = tasks.ecs.describe_capacity_providers(capacityProviders=["FARGATE", "mine"])
    assert [p["name"] for p in everywhere["capacityProviders"]] == ["FARGATE"]
    assert [f["reason"] for f in everywhere["failures"]] == ["MISSING"]
    tasks.ecs.put_cluster_capacity_providers(cluster="main", capacityProviders=["FARGATE_SPOT"], defaultCapacityProviderStrategy=[])
    assert [p["name"] for p in tasks.ecs.describe_capacity_providers(cluster="main")["capacityProviders"]] == ["FARGATE_SPOT"]
