"""The breadth of CodeDeploy's API: AppSpecs in all their forms, lists and filters, names and tags, refusals, the CLI's own commands."""

import datetime
import hashlib
import json
import subprocess

import pytest
from botocore.exceptions import ClientError

from server import CLI

READY = {"actionOnTimeout": "STOP_DEPLOYMENT", "waitTimeInMinutes": 60}


def code(call, **arguments) -> str:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return caught.value.response["Error"]["Code"]


def test_hooks_are_named_in_every_way_that_lambda_knows(stack):
    stack.deployment_group()
    name = stack.hook()
    version = stack.functions.publish_version(FunctionName=name)["Version"]
    stack.functions.create_alias(FunctionName=name, Name="live", FunctionVersion=version)
    arn = stack.functions.get_function_configuration(FunctionName=name)["FunctionArn"]
    deployment = stack.deploy(stack.task_definition("v2"), {
        "BeforeInstall": f"{name}:live", "AfterInstall": arn, "AfterAllowTestTraffic": f"{arn}:live",
        "BeforeAllowTraffic": f"123456789012:function:{name}", "AfterAllowTraffic": f"{arn}:{version}"})
    assert stack.wait_for(deployment, "Succeeded", "Failed")["status"] == "Succeeded", stack.deployment(deployment)


def test_appspec_settles_what_the_task_set_gets(stack):
    """YAML with keys in lower case, hooks as one map, and every optional property; what it leaves out comes from the service."""
    stack.deployment_group(ready=READY)
    stack.ecs.put_cluster_capacity_providers(
        cluster="main", capacityProviders=["FARGATE", "FARGATE_SPOT"], defaultCapacityProviderStrategy=[])
    family = stack.task_definition("v2").split("/")[1]
    content = f"""
version: 0.0
resources:
  - AnyName:
      type: AWS::ECS::Service
      properties:
        taskDefinition: {family}
        loadBalancerInfo: {{containerName: app, containerPort: "80"}}
        platformVersion: "1.4.0"
        networkConfiguration:
          awsvpcConfiguration:
            subnets: [subnet-0aaaaaaaaaaaaaaaa]
            securityGroups: [sg-0aaaaaaaaaaaaaaaa]
            assignPublicIp: DISABLED
        capacityProviderStrategy: [{{capacityProvider: FARGATE_SPOT, weight: 1, base: 0}}]
hooks:
  BeforeInstall: {stack.hook()}
  AfterInstall:
"""
    deployment = stack.codedeploy.create_deployment(
        applicationName="app", deploymentGroupName="group", revision={"revisionType": "String", "string": {"content": content}})["deploymentId"]
    stack.wait_for(deployment, "Ready")
    task_set = next(s for s in stack.service()["taskSets"] if s.get("externalId") == deployment)
    assert task_set["platformVersion"] == "1.4.0"
    assert task_set["networkConfiguration"]["awsvpcConfiguration"] == {
        "subnets": ["subnet-0aaaaaaaaaaaaaaaa"], "securityGroups": ["sg-0aaaaaaaaaaaaaaaa"], "assignPublicIp": "DISABLED"}
    assert task_set["capacityProviderStrategy"] == [{"capacityProvider": "FARGATE_SPOT", "weight": 1, "base": 0}]
    assert "launchType" not in task_set
    assert task_set["scale"] == {"value": 100.0, "unit": "PERCENT"}
    revision = stack.deployment(deployment)["revision"]["string"]
    assert revision == {"content": content, "sha256": hashlib.sha256(content.encode()).hexdigest()}


def test_lists_filters_and_batches(stack):
    api = stack.codedeploy
    stack.deployment_group()
    succeeded = stack.deploy(stack.task_definition("v2"))
    stack.wait_for(succeeded, "Succeeded")
    failed = stack.deploy("absent:1")
    assert stack.wait_for(failed, "Failed")["errorInformation"]["code"] == "INVALID_REVISION"
    group = {"applicationName": "app", "deploymentGroupName": "group"}
    hour, now = datetime.timedelta(hours=1), datetime.datetime.now(datetime.timezone.utc)
    assert api.list_deployments(**group)["deployments"] == [failed, succeeded]
    assert api.list_deployments(includeOnlyStatuses=["Succeeded"])["deployments"] == [succeeded]
    assert api.list_deployments(createTimeRange={"start": now - hour, "end": now + hour}, **group)["deployments"] == [failed, succeeded]
    assert api.list_deployments(createTimeRange={"end": now - hour})["deployments"] == []
    assert code(api.list_deployments, createTimeRange={"start": now, "end": now - hour}) == "InvalidTimeRangeException"
    assert code(api.list_deployments, includeOnlyStatuses=["SUCCEEDED"]) == "InvalidDeploymentStatusException"
    assert code(api.list_deployments, applicationName="app") == "DeploymentGroupNameRequiredException"
    assert code(api.list_deployments, nextToken="none") == "InvalidNextTokenException"
    batch = api.batch_get_deployments(deploymentIds=[failed, succeeded, "d-AAAAAAAAA"])["deploymentsInfo"]
    assert [info["deploymentId"] for info in batch] == [failed, succeeded]
    assert batch[0]["deploymentOverview"] == {"Pending": 0, "InProgress": 0, "Succeeded": 0, "Failed": 1, "Skipped": 0, "Ready": 0}
    assert api.list_deployment_targets(deploymentId=failed, targetFilters={"TargetStatus": ["Failed"]})["targetIds"] == ["main:web"]
    assert api.list_deployment_targets(deploymentId=failed, targetFilters={"TargetStatus": ["Succeeded"]})["targetIds"] == []
    assert code(api.list_deployment_targets, deploymentId=failed, targetFilters={"Colour": ["red"]}) == "InvalidTargetFilterNameException"
    assert api.batch_get_deployment_targets(deploymentId=failed, targetIds=["main:web"])["deploymentTargets"][0]["ecsTarget"]["status"] == "Failed"
    assert code(api.get_deployment_target, deploymentId=failed, targetId="main:other") == "DeploymentTargetDoesNotExistException"
    assert code(api.list_deployment_instances, deploymentId=failed) == "UnsupportedActionForDeploymentTypeException"
    assert api.get_deployment_group(**group)["deploymentGroupInfo"]["lastSuccessfulDeployment"]["deploymentId"] == succeeded
    api.update_application(applicationName="app", newApplicationName="renamed")
    api.update_deployment_group(applicationName="renamed", currentDeploymentGroupName="group", newDeploymentGroupName="other")
    renamed = stack.deployment(succeeded)
    assert (renamed["applicationName"], renamed["deploymentGroupName"]) == ("renamed", "other")
    assert api.list_deployments(applicationName="renamed", deploymentGroupName="other")["deployments"] == [failed, succeeded]


def test_what_is_not_for_ecs_is_refused_by_name(stack):
    api = stack.codedeploy
    stack.deployment_group()
    for platform in ("Server", "Lambda"):
        api.create_application(applicationName=platform, computePlatform=platform)
        with pytest.raises(ClientError, match=f"compute platform {platform}"):
            api.create_deployment_group(
                applicationName=platform, deploymentGroupName="group", serviceRoleArn="arn:aws:iam::123456789012:role/deploy")
    with pytest.raises(ClientError, match="RegisterOnPremisesInstance is not supported"):
        api.register_on_premises_instance(instanceName="machine")
    with pytest.raises(ClientError, match="S3"):
        api.register_application_revision(
            applicationName="app", revision={"revisionType": "S3", "s3Location": {"bucket": "b", "key": "k", "bundleType": "zip"}})
    assert code(
        api.create_deployment_config, deploymentConfigName="odd", computePlatform="ECS", trafficRoutingConfig={"type": "Odd"}
    ) == "InvalidTrafficRoutingConfigurationException"


def test_ecs_deploy_of_the_command_line_works_unmodified(stack, tmp_path):
    stack.deployment_group()
    described = stack.ecs.describe_task_definition(taskDefinition=stack.task_definition("v2"))["taskDefinition"]
    members = ("family", "containerDefinitions", "networkMode", "requiresCompatibilities", "cpu", "memory")
    (tmp_path / "taskdef.json").write_text(json.dumps({member: described[member] for member in members}))
    (tmp_path / "appspec.yaml").write_text(stack.appspec("<TASK_DEFINITION>"))
    done = subprocess.run(
        [CLI, "ecs", "deploy", "--service", "web", "--cluster", "main", "--task-definition", tmp_path / "taskdef.json",
         "--codedeploy-appspec", tmp_path / "appspec.yaml", "--codedeploy-application", "app", "--codedeploy-deployment-group", "group"],
        env=stack.server.client_environment(), capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Successfully deployed" in done.stdout
    assert stack.live() == "green"
