"""The EXTERNAL controller: a script moves a service from one task set to the next by hand, with the stock CLI and boto3."""

import json
import subprocess

import pytest
from botocore.exceptions import ClientError

from load import Load
from server import CLI, wait_until
from stack import NETWORK, Stack


class External(Stack):
    """Two target groups behind one weighted production listener, and a service whose task sets the test makes."""

    def _listener(self, port: int) -> str:
        pair = [{"TargetGroupArn": g["TargetGroupArn"], "Weight": w} for g, w in zip(self.groups, (100, 0))]
        return self.elb.create_listener(
            LoadBalancerArn=self.load_balancer, Protocol="HTTP", Port=port,
            DefaultActions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": pair}}])["Listeners"][0]["ListenerArn"]

    def create_service(self, desired: int) -> None:
        self.aws("ecs", "create-service", "--cluster", "main", "--service-name", "web", "--desired-count", str(desired),
                 "--deployment-controller", "type=EXTERNAL")

    def aws(self, *arguments: str) -> dict:
        """The stock CLI's answer."""
        result = subprocess.run(
            [CLI, *arguments, "--output", "json"], env=self.server.client_environment(), capture_output=True, text=True, timeout=60)
        assert result.returncode == 0, f"{arguments}\n{result.stderr}"
        return json.loads(result.stdout) if result.stdout.strip() else {}

    def make(self, version: str, group: int, percent: float, **more) -> dict:
        return self.ecs.create_task_set(**{
            "cluster": "main", "service": "web", "taskDefinition": self.task_definition(version), "launchType": "FARGATE",
            "networkConfiguration": NETWORK, "externalId": version, "scale": {"unit": "PERCENT", "value": percent},
            "loadBalancers": [{"targetGroupArn": self.groups[group]["TargetGroupArn"], "containerName": "app", "containerPort": 80}],
            **more})["taskSet"]

    def seen(self, task_set: dict, *include: str) -> dict | None:
        found = self.ecs.describe_task_sets(cluster="main", service="web", taskSets=[task_set["id"]], include=list(include))
        return next(iter(found["taskSets"]), None)

    def steady(self, task_set: dict, count: int) -> dict:
        def reached():
            now = self.seen(task_set)
            return now if now["stabilityStatus"] == "STEADY_STATE" and now["runningCount"] == count else None
        return wait_until(reached, 60, f"{count} tasks of {task_set['externalId']} run steadily")

    def weigh(self, blue: int, green: int) -> None:
        """By the CLI, as the script of a user would."""
        actions = [{"Type": "forward", "ForwardConfig": {"TargetGroups": [
            {"TargetGroupArn": g["TargetGroupArn"], "Weight": w} for g, w in zip(self.groups, (blue, green))]}}]
        self.aws("elbv2", "modify-listener", "--listener-arn", self.listeners[0], "--default-actions", json.dumps(actions))


@pytest.fixture
def external(server):
    return External(server, desired=3)


def test_a_script_moves_a_service_by_hand_and_loses_no_request(external):
    blue = external.make("v1", 0, 100, clientToken="first", tags=[{"key": "team", "value": "web"}])
    assert (blue["status"], blue["computedDesiredCount"], blue["stabilityStatus"]) == ("ACTIVE", 3, "STABILIZING")
    assert external.make("v1", 0, 100, clientToken="first")["id"] == blue["id"], "a client token stands for one task set"
    external.steady(blue, 3)
    external.aws("ecs", "update-service-primary-task-set", "--cluster", "main", "--service", "web", "--primary-task-set", blue["id"])
    assert external.seen(blue)["status"] == "PRIMARY"
    assert external.seen(blue)["tags"] == [] and external.seen(blue, "TAGS")["tags"] == [{"key": "team", "value": "web"}]
    service = external.service()
    assert service["deploymentController"] == {"type": "EXTERNAL"} and service["taskDefinition"] == blue["taskDefinition"]

    with Load(external.production) as load:
        # Half of three is two: rounded up.
        green = external.make("v2", 1, 50)
        assert green["computedDesiredCount"] == 2 and green["scale"] == {"value": 50.0, "unit": "PERCENT"}
        external.steady(green, 2)
        for percent, count in ((67.0, 3), (33.3, 1), (0.1, 1), (100, 3)):
            changed = external.aws(
                "ecs", "update-task-set", "--cluster", "main", "--service", "web", "--task-set", green["taskSetArn"],
                "--scale", f"value={percent},unit=PERCENT")["taskSet"]
            assert changed["computedDesiredCount"] == count, percent
        external.steady(green, 3)
        assert load.answers["v2"] == 0, "green has no weight yet"

        external.weigh(90, 10)
        wait_until(lambda: load.answers["v2"] > 0, 20, "the canary answers")
        external.weigh(50, 50)
        external.weigh(0, 100)
        before = load.total
        wait_until(lambda: load.total > before + 40, 20, "requests are answered after the shift")
        external.aws("ecs", "update-service-primary-task-set", "--cluster", "main", "--service", "web", "--primary-task-set", green["id"])
        assert (external.seen(blue)["status"], external.seen(green)["status"]) == ("ACTIVE", "PRIMARY")
        assert external.service()["taskDefinition"] == green["taskDefinition"]

        with pytest.raises(ClientError, match="scaled above 0; use force"):
            external.ecs.delete_task_set(cluster="main", service="web", taskSet=blue["id"])
        with pytest.raises(ClientError, match="without force"):
            external.ecs.delete_task_set(cluster="main", service="web", taskSet=green["id"])
        deleted = external.aws(
            "ecs", "delete-task-set", "--cluster", "main", "--service", "web", "--task-set", blue["id"], "--force")["taskSet"]
        assert deleted["status"] == "DRAINING" and deleted["scale"]["value"] == 0 and deleted["computedDesiredCount"] == 0
        wait_until(lambda: external.seen(blue) is None, 60, "blue is gone")
        missing = external.ecs.describe_task_sets(cluster="main", service="web", taskSets=[blue["id"]])["failures"]
        assert [failure["reason"] for failure in missing] == ["MISSING"]
        assert external.service()["runningCount"] == 3
    assert load.failures == [] and load.answers["v1"] > 0 and load.answers["v2"] > 0

    messages = [event["message"] for event in external.service()["events"]]
    blue_group, green_group = (group["TargetGroupArn"] for group in external.groups)
    for words in (f"(service web) registered 1 targets in (target-group {blue_group})",
                  f"(service web) registered 1 targets in (target-group {green_group})",
                  f"(service web) deregistered 1 targets in (target-group {blue_group})", "has started 3 tasks:", "has stopped",
                  f"(service web, taskSet {blue['id']}) has begun draining connections on 1 tasks.", "has reached a steady state."):
        assert any(words in message for message in messages), f"{words}\n" + "\n".join(messages)


def test_desired_count_rescales_every_task_set(external):
    blue, green = external.make("v1", 0, 100), external.make("v2", 1, 25)
    external.steady(blue, 3)
    external.steady(green, 1)
    external.ecs.update_service(cluster="main", service="web", desiredCount=5)
    external.steady(blue, 5)
    external.steady(green, 2)
    external.ecs.update_service(cluster="main", service="web", desiredCount=0)
    external.steady(blue, 0)
    external.steady(green, 0)


def test_what_cannot_be_is_refused_by_name(external):
    ecs = external.ecs

    def refused(code: str, match: str, call, **arguments):
        with pytest.raises(ClientError, match=match) as caught:
            call(**{"cluster": "main", "service": "web", **arguments})
        assert caught.value.response["Error"]["Code"] == code, caught.value

    definition = external.task_definition("v1")
    good = {"taskDefinition": definition, "launchType": "FARGATE", "networkConfiguration": NETWORK}
    make, balancer = ecs.create_task_set, {"targetGroupArn": external.groups[0]["TargetGroupArn"], "containerName": "app", "containerPort": 80}
    refused("ClusterNotFoundException", "Cluster not found", make, **good | {"cluster": "nowhere"})
    refused("ServiceNotFoundException", "Service not found", make, **good | {"service": "nothing"})
    refused("ClientException", "TaskDefinition not found", make, **good | {"taskDefinition": "nothing:1"})
    refused("InvalidParameterException", "Network Configuration must be provided", make, taskDefinition=definition, launchType="FARGATE")
    refused("InvalidParameterException", "launchType|capacityProviderStrategy|capacity provider", make,
            **good, capacityProviderStrategy=[{"capacityProvider": "FARGATE", "weight": 1}])
    refused("InvalidParameterException", "between 0 and 100 PERCENT", make, **good, scale={"unit": "PERCENT", "value": 100.5})
    refused("InvalidParameterException", "between 0 and 100 PERCENT", make, **good, scale={"unit": "PERCENT", "value": -1})
    refused("InvalidParameterException", "does not exist in the task definition", make, **good, loadBalancers=[{**balancer, "containerName": "web"}])
    refused("InvalidParameterException", "container port 81", make, **good, loadBalancers=[{**balancer, "containerPort": 81}])
    refused("InvalidParameterException", "serviceRegistries", make, **good, serviceRegistries=[{"registryArn": "arn:aws:servicediscovery:us-east-1:123456789012:service/srv-1"}])
    lonely = external.elb.create_target_group(
        Name="lonely", Protocol="HTTP", Port=80, VpcId="vpc-0123456789abcdef0", TargetType="ip")["TargetGroups"][0]["TargetGroupArn"]
    refused("InvalidParameterException", "does not have an associated load balancer", make, **good, loadBalancers=[{**balancer, "targetGroupArn": lonely}])
    ecs.deregister_task_definition(taskDefinition=definition)
    refused("ClientException", "inactive", make, **good)

    refused("TaskSetNotFoundException", "not found", ecs.update_task_set, taskSet="ecs-svc/1", scale={"value": 1, "unit": "PERCENT"})
    refused("TaskSetNotFoundException", "not found", ecs.delete_task_set, taskSet="ecs-svc/1")
    refused("TaskSetNotFoundException", "not found", ecs.update_service_primary_task_set, primaryTaskSet="ecs-svc/1")
    made = external.make("v1", 0, 0)
    refused("InvalidParameterException", "between 0 and 100", ecs.update_task_set, taskSet=made["id"], scale={"value": 101, "unit": "PERCENT"})
    for change in ({"taskDefinition": made["taskDefinition"]}, {"forceNewDeployment": True}, {"networkConfiguration": NETWORK}):
        refused("InvalidParameterException", "EXTERNAL", ecs.update_service, **change)
    with pytest.raises(ClientError, match="LoadBalancers must be empty or null"):
        ecs.create_service(cluster="main", serviceName="other", desiredCount=1, deploymentController={"type": "EXTERNAL"}, loadBalancers=[balancer])
    with pytest.raises(ClientError) as caught:
        ecs.list_service_deployments(cluster="main", service="web")
    assert caught.value.response["Error"]["Code"] == "UnsupportedFeatureException"
    with pytest.raises(ClientError, match="use force to delete"):
        ecs.update_service(cluster="main", service="web", desiredCount=0)
        ecs.delete_service(cluster="main", service="web")
    ecs.delete_service(cluster="main", service="web", force=True)
    wait_until(lambda: external.service()["status"] == "INACTIVE", 30, "the service is INACTIVE")
    refused("ServiceNotActiveException", "not ACTIVE", make, **good | {"taskDefinition": external.task_definition("v2")})


def test_a_killed_server_goes_on_with_what_the_script_asked_for(external):
    blue = external.make("v1", 0, 100)
    external.steady(blue, 3)
    with Load(external.production) as load:
        green = external.make("v2", 1, 100)
        external.server.kill()
        external.server.start()
        external.steady(green, 3)
        external.weigh(0, 100)
        external.ecs.delete_task_set(cluster="main", service="web", taskSet=blue["id"], force=True)
        external.server.kill()
        external.server.start()
        wait_until(lambda: external.seen(blue) is None, 60, "blue is gone")
    assert load.failures == [] and load.answers["v2"] > 0
