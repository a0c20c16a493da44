"""A lifecycle hook of a deployment by Amazon ECS: looks at the new service revision, then lets the deployment go on."""

import boto3

ecs = boto3.client("ecs")


def handler(event, context):
    arn = event["executionDetails"]["targetServiceRevisionArn"]
    revision = ecs.describe_service_revisions(serviceRevisionArns=[arn])["serviceRevisions"][0]
    images = ", ".join(container["image"] for container in revision["containerImages"])
    print(f"{event['lifecycleStage']} for {event['hookDetails']['team']}: {images}")
    return {"hookStatus": "SUCCEEDED"}
