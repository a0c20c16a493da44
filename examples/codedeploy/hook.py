"""A CodeDeploy lifecycle hook: looks at the deployment, then reports that it may go on."""

import boto3

codedeploy = boto3.client("codedeploy")


def handler(event, context):
    deployment = event["DeploymentId"]
    info = codedeploy.get_deployment(deploymentId=deployment)["deploymentInfo"]
    print(f"{deployment} of {info['applicationName']} is {info['status']}")
    print(f"execution id: {event['LifecycleEventHookExecutionId']}")
    codedeploy.put_lifecycle_event_hook_execution_status(
        deploymentId=deployment,
        lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
        status="Succeeded",
    )
