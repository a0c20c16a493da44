"""Migration: runs MIGRATION (a command in JSON) once with the new task definition, and goes on only where it exits with 0."""

import json
import os

import boto3

ecs = boto3.client("ecs")


def start(service, revision):
    container = revision["containerImages"][0]["containerName"]
    task = ecs.run_task(
        cluster=revision["clusterArn"], taskDefinition=revision["taskDefinition"], launchType=service["launchType"],
        networkConfiguration=service["networkConfiguration"], startedBy="migration",
        overrides={"containerOverrides": [{"name": container, "command": json.loads(os.environ["MIGRATION"])}]})["tasks"][0]
    print("started:", task["taskArn"])
    return task["taskArn"]


def handler(event, context):
    execution, details = event["executionDetails"], event.get("hookDetails") or {}
    revision = ecs.describe_service_revisions(serviceRevisionArns=[execution["targetServiceRevisionArn"]])["serviceRevisions"][0]
    if "task" not in details:
        service = ecs.describe_services(cluster=revision["clusterArn"], services=[execution["serviceArn"]])["services"][0]
        details = {"task": start(service, revision)}
    task = ecs.describe_tasks(cluster=revision["clusterArn"], tasks=[details["task"]])["tasks"][0]
    if task["lastStatus"] != "STOPPED":
        return {"hookStatus": "IN_PROGRESS", "callBackDelay": 5, "hookDetails": details}
    codes = {c["name"]: c.get("exitCode") for c in task["containers"]}
    print("ended:", codes, task.get("stoppedReason", ""))
    return {"hookStatus": "SUCCEEDED" if set(codes.values()) == {0} else "FAILED"}
