"""Admission: lets a deployment begin only with images from the registries of ALLOWED_IMAGES (a regular expression)."""

import os
import re

import boto3

ecs = boto3.client("ecs")


def handler(event, context):
    revision = event["executionDetails"]["targetServiceRevisionArn"]
    described = ecs.describe_service_revisions(serviceRevisionArns=[revision])["serviceRevisions"][0]
    definition = ecs.describe_task_definition(taskDefinition=described["taskDefinition"])["taskDefinition"]
    refused = [c["image"] for c in definition["containerDefinitions"] if not re.match(os.environ["ALLOWED_IMAGES"], c["image"])]
    for image in refused:
        print("refused:", image)
    return {"hookStatus": "FAILED" if refused else "SUCCEEDED"}
