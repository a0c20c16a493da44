"""One-off tasks: everything that RunTask can change, and what it refuses by name."""

import pytest
from botocore.exceptions import ClientError

from server import wait_until
from stack import NETWORK
from test_ecs import ROLE, Tasks, container, logged, shell


@pytest.fixture(scope="module")
def tasks(request):
    from server import Server
    server = Server().start()
    yield Tasks(server)
    server.close()


def test_every_override_is_applied_and_shown(tasks):
    definition = tasks.define(
        shell("app", "echo $A-$B; exit 1", environment=[{"name": "A", "value": "1"}, {"name": "B", "value": "1"}], logConfiguration=logged("/one")))
    overrides = {
        "cpu": "512", "memory": "1024", "taskRoleArn": ROLE, "executionRoleArn": ROLE, "ephemeralStorage": {"sizeInGiB": 42},
        "containerOverrides": [{
            "name": "app", "command": ["echo $A-$B; exit 7"], "environment": [{"name": "B", "value": "2"}], "cpu": 5, "memory": 32,
            "memoryReservation": 16}]}
    answer = tasks.ecs.run_task(
        cluster="main", taskDefinition=definition, count=10, startedBy="ci/nightly_1", group="nightly", referenceId="r" * 1024, overrides=overrides)
    assert answer["failures"] == [] and len(answer["tasks"]) == 10
    for task in answer["tasks"]:
        done = tasks.wait_for(task, "STOPPED")
        assert (done["startedBy"], done["group"], done["cpu"], done["memory"]) == ("ci/nightly_1", "nightly", "512", "1024")
        assert done["ephemeralStorage"] == {"sizeInGiB": 42}
        app = container(done, "app")
        assert (app["exitCode"], app["cpu"], app["memory"], app["memoryReservation"]) == (7, "5", "32", "16")
        shown = done["overrides"]
        assert {key: shown[key] for key in overrides if key != "containerOverrides"} == {
            key: value for key, value in overrides.items() if key != "containerOverrides"}
        assert overrides["containerOverrides"][0].items() <= shown["containerOverrides"][0].items()
    assert sorted(tasks.lines("/one")) == ["1-2"] * 10


def test_a_client_token_stands_for_one_request(tasks):
    definition = tasks.define(shell("app", "exit 0"), family="token")
    override = {"containerOverrides": [{"name": "app", "command": ["exit 3"]}]}
    first = tasks.run(definition, clientToken="once", overrides=override)
    tasks.wait_for(first, "STOPPED")
    tasks.ecs.deregister_task_definition(taskDefinition=definition)
    again = tasks.run(definition, clientToken="once", overrides=override)
    assert (again["taskArn"], again["lastStatus"]) == (first["taskArn"], "STOPPED"), "also when it has ended"
    for other in ({"overrides": {}}, {"overrides": override, "startedBy": "me"}, {"overrides": override, "count": 2}):
        with pytest.raises(ClientError) as caught:
            tasks.run(definition, clientToken="once", **other)
        assert caught.value.response["Error"]["Code"] == "ConflictException", other


@pytest.mark.parametrize("arguments,words", [
    ({"count": 11}, "count must be between 1 and 10"),
    ({"count": 0}, "count must be between 1 and 10"),
    ({"startedBy": "me you"}, "startedBy can have letters"),
    ({"startedBy": "x" * 129}, "at most 128"),
    ({"group": "x" * 256}, "at most 255"),
    ({"referenceId": "x" * 1025}, "referenceId can have at most 1024"),
    ({"clientToken": "x" * 65}, "clientToken can have at most 64"),
    ({"propagateTags": "SERVICE"}, "propagateTags SERVICE"),
    ({"overrides": {"inferenceAcceleratorOverrides": [{"deviceName": "d", "deviceType": "t"}]}}, "inferenceAcceleratorOverrides is not supported"),
    ({"overrides": {"ephemeralStorage": {"sizeInGiB": 20}}}, "between 21 and 200"),
    ({"overrides": {"containerOverrides": [{"name": "app", "resourceRequirements": [{"type": "GPU", "value": "1"}]}]}}, "resourceRequirements of container app"),
    ({"overrides": {"containerOverrides": [{"name": "nobody", "command": ["x"]}]}}, "container named nobody"),
    ({"launchType": "EC2", "capacityProviderStrategy": [{"capacityProvider": "FARGATE"}]}, "launchType|capacity"),
    ({"networkConfiguration": NETWORK}, "Network Configuration is not valid"),
    ({"placementConstraints": [{"type": "distinctInstance"}]}, "placementConstraints|distinctInstance"),
    ({"tags": [{"key": "aws:mine", "value": "x"}]}, "reserved"),
])
def test_what_cannot_be_is_refused_by_name(tasks, arguments, words):
    definition = tasks.define(shell("app", "exit 0"), family="refused")
    with pytest.raises(ClientError, match=words) as caught:
        tasks.ecs.run_task(cluster="main", taskDefinition=definition, **arguments)
    assert caught.value.response["Error"]["Code"] in ("InvalidParameterException", "ClientException")
    assert tasks.ecs.list_tasks(cluster="main", family="refused", desiredStatus="STOPPED")["taskArns"] == []


def test_lists_are_filtered_by_what_tasks_are(tasks):
    definition = tasks.define(shell("app", "sleep 60"), family="listed", tags=[{"key": "team", "value": "a"}])
    fargate = tasks.define(
        shell("app", "sleep 60"), family="listed", networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256", memory="512")
    one = tasks.run(definition, startedBy="filter-one", launchType="EC2", propagateTags="TASK_DEFINITION", enableECSManagedTags=True)
    two = tasks.run(fargate, startedBy="filter-two", launchType="FARGATE", networkConfiguration=NETWORK)
    assert {t["key"]: t["value"] for t in one["tags"]} == {"team": "a", "aws:ecs:clusterName": "main"}
    assert one["group"] == "family:listed"

    def listed(**filters) -> set[str]:
        return set(tasks.ecs.list_tasks(cluster="main", **filters)["taskArns"]) & {one["taskArn"], two["taskArn"]}
    assert listed(family="listed") == {one["taskArn"], two["taskArn"]}
    assert listed(startedBy="filter-one") == {one["taskArn"]} == listed(launchType="EC2")
    assert listed(startedBy="filter-two") == {two["taskArn"]} == listed(launchType="FARGATE")
    instance = tasks.ecs.list_container_instances(cluster="main")["containerInstanceArns"][0]
    assert listed(containerInstance=instance) == {one["taskArn"]}
    assert listed(desiredStatus="STOPPED") == set()
    tasks.wait_for(one, "RUNNING")
    tasks.ecs.stop_task(cluster="main", task=one["taskArn"], reason="enough")
    wait_until(lambda: listed(desiredStatus="STOPPED") == {one["taskArn"]}, 20, "the task is to stop")
    tasks.ecs.stop_task(cluster="main", task=two["taskArn"])
