"""A stop of a service deployment in each of its stages, and what describe-services says of it meanwhile."""

import datetime

import pytest

from load import Load
from native import Native
from server import wait_until
from test_native import assert_only

HOOKED = ["PRE_SCALE_UP", "POST_SCALE_UP", "TEST_TRAFFIC_SHIFT", "POST_TEST_TRAFFIC_SHIFT", "PRE_PRODUCTION_TRAFFIC_SHIFT",
          "PRODUCTION_TRAFFIC_SHIFT", "POST_PRODUCTION_TRAFFIC_SHIFT"]
BUSY = {"hookStatus": "IN_PROGRESS", "callBackDelay": 3600}


@pytest.fixture
def native(server):
    stack = Native(server)
    stack.role()
    return stack


def waits_at(stack: Native, arn: str, hook: dict) -> bool:
    """Whether the function has been asked at its stage and the deployment waits for it."""
    return any(d["status"] == "IN_PROGRESS" and d.get("targetArn") == hook["hookTargetArn"]
               for d in stack.described(arn).get("lifecycleHookDetails", []))


def test_a_stop_in_every_stage_with_hooks_returns_to_the_old_revision(native):
    blue = native.live()
    with Load(native.production) as load:
        for number, stage in enumerate(HOOKED):
            # On the way back the shifts' hooks run again, and must come to an end.
            hook = native.lambda_hook(stage, answer=BUSY, timeoutConfiguration={"timeoutInMinutes": 1, "action": "CONTINUE"})
            arn = native.update(f"w{number}", hooks=[hook])
            wait_until(lambda: waits_at(native, arn, hook), 60, f"the deployment waits at {stage}")
            native.ecs.stop_service_deployment(serviceDeploymentArn=arn)
            deployment = native.wait_for_deployment("ROLLBACK_SUCCESSFUL", arn=arn)
            assert deployment["statusReason"] == "Service deployment rolled back because of a user request.", stage
            assert deployment["rollback"]["serviceRevisionArn"] == deployment["sourceServiceRevisions"][0]["arn"]
            wait_until(lambda: len(native.service()["deployments"]) == 1, 30, "the stopped revision is gone")
            assert native.live() == blue, stage
            assert_only(native, blue, "v1")
    assert load.failures == [] and load.answers["v1"] > 0


def test_an_abort_in_every_stage_leaves_things_and_the_next_one_goes_through(native):
    with Load(native.production) as load:
        for number, stage in enumerate(HOOKED):
            hook = native.lambda_hook(stage, answer=BUSY)
            arn = native.update(f"a{number}", hooks=[hook])
            wait_until(lambda: waits_at(native, arn, hook), 60, f"the deployment waits at {stage}")
            weights = native.weights()
            native.ecs.stop_service_deployment(serviceDeploymentArn=arn, stopType="ABORT")
            native.wait_for_deployment("STOPPED", arn=arn)
            assert native.weights() == weights, stage
        native.wait_for_deployment("SUCCESSFUL", arn=native.update("last"))
    assert load.failures == []
    assert_only(native, native.live(), "last")


def test_a_stop_while_tasks_do_not_get_healthy(native):
    blue = native.live()
    sick = native.task_definition("v2", command=["/bin/sh", "-c", "sleep 600"])
    with Load(native.production) as load:
        arn = native.ecs.update_service(cluster="main", service="web", taskDefinition=sick)["service"]["currentServiceDeployment"]
        native.wait_for_stage(arn, "SCALE_UP")
        primary = wait_until(
            lambda: next((d for d in native.service()["deployments"] if d["status"] == "PRIMARY" and d["runningCount"] == 2), None), 30,
            "the new tasks run")
        assert primary["rolloutState"] == "IN_PROGRESS"
        assert primary["rolloutStateReason"] == f"ECS deployment {primary['id']} in progress."
        assert (primary["desiredCount"], primary["pendingCount"]) == (2, 0)
        native.ecs.stop_service_deployment(serviceDeploymentArn=arn)
        native.wait_for_deployment("ROLLBACK_SUCCESSFUL", arn=arn)
    assert load.failures == [] and set(load.answers) == {"v1"}
    wait_until(lambda: len(native.service()["deployments"]) == 1, 30, "the stopped revision is gone")
    assert_only(native, blue, "v1")


def test_describe_services_holds_both_revisions_until_clean_up_so_that_the_waiter_covers_the_bake_time(native):
    old = native.service()["deployments"][0]
    assert (old["rolloutState"], old["rolloutStateReason"]) == ("COMPLETED", f"ECS deployment {old['id']} completed.")
    arn = native.update("v2", configuration={"bakeTimeInMinutes": 5})
    native.wait_for_stage(arn, "BAKE_TIME")
    deployments = {d["status"]: d for d in native.service()["deployments"]}
    assert set(deployments) == {"PRIMARY", "ACTIVE"} and deployments["ACTIVE"]["id"] == old["id"]
    for deployment in deployments.values():
        assert (deployment["desiredCount"], deployment["runningCount"], deployment["pendingCount"], deployment["failedTasks"]) == (2, 2, 0, 0)
    assert deployments["PRIMARY"]["rolloutState"] == "IN_PROGRESS"
    native.ecs.get_waiter("services_stable").wait(cluster="main", services=["web"], WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    service = native.service()
    assert [(d["status"], d["rolloutState"]) for d in service["deployments"]] == [("PRIMARY", "COMPLETED")]
    assert "currentServiceDeployment" not in service and native.described(arn)["status"] == "SUCCESSFUL"


def test_history_is_listed_newest_first_in_pages_by_status_and_time(native):
    made = [native.newest()]
    for version in ("v2", "v3"):
        made.append(native.update(version))
        native.wait_for_deployment("SUCCESSFUL", arn=made[-1])
    failing = native.lambda_hook("PRE_SCALE_UP", answer={"hookStatus": "FAILED"})
    made.append(native.update("v4", hooks=[failing]))
    native.wait_for_deployment("ROLLBACK_SUCCESSFUL", arn=made[-1])

    def listed(**filters) -> list[str]:
        arns, token = [], {}
        while True:
            page = native.ecs.list_service_deployments(cluster="main", service="web", maxResults=1, **filters, **token)
            arns += [d["serviceDeploymentArn"] for d in page["serviceDeployments"]]
            if "nextToken" not in page:
                return arns
            token = {"nextToken": page["nextToken"]}
    assert listed() == made[::-1]
    assert listed(status=["SUCCESSFUL"]) == made[2::-1] and listed(status=["ROLLBACK_SUCCESSFUL", "STOPPED"]) == [made[3]]
    # Clients send whole seconds.
    second = native.described(made[1])["createdAt"].replace(microsecond=0)
    assert listed(createdAt={"after": second}) == [arn for arn in made[::-1] if native.described(arn)["createdAt"] >= second]
    # The client sends whole seconds.
    assert listed(createdAt={"before": second + datetime.timedelta(seconds=1)}) == made[1::-1]
    revisions = [native.described(arn)["targetServiceRevision"]["arn"] for arn in made]
    found = native.ecs.describe_service_revisions(serviceRevisionArns=revisions)
    assert found["failures"] == [] and len(found["serviceRevisions"]) == 4
