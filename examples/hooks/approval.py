"""Manual approval: waits for an object REVISION.txt in the bucket that the hook's details name. A first deployment needs none."""

import boto3
from botocore.exceptions import ClientError

ecs, s3 = boto3.client("ecs"), boto3.client("s3")


def is_first_deployment(service):
    return len(ecs.list_service_deployments(service=service)["serviceDeployments"]) <= 1


def is_approved(bucket, revision):
    try:
        s3.head_object(Bucket=bucket, Key=f"{revision}.txt")
        return True
    except ClientError as error:
        if error.response["Error"]["Code"] != "404":
            raise
        return False


def handler(event, context):
    details, execution = event["hookDetails"], event["executionDetails"]
    if not details.get("asked") and is_first_deployment(execution["serviceArn"]):
        return {"hookStatus": "SUCCEEDED"}
    revision = execution["targetServiceRevisionArn"].split("/")[-1]
    if is_approved(details["bucket"], revision):
        print("approved:", revision)
        return {"hookStatus": "SUCCEEDED"}
    print("waiting for:", f"s3://{details['bucket']}/{revision}.txt")
    return {"hookStatus": "IN_PROGRESS", "callBackDelay": 30, "hookDetails": {"asked": True}}
