"""Canary by hand: moves STEP percent of production traffic at each call, and stops at the first that fails a look at the new tasks."""

import os
import urllib.request

import boto3

ecs, elb = boto3.client("ecs"), boto3.client("elbv2")


def handler(event, context):
    execution, details = event["executionDetails"], event.get("hookDetails") or {}
    if not details.get("step") and len(ecs.list_service_deployments(service=execution["serviceArn"])["serviceDeployments"]) <= 1:
        return {"hookStatus": "SUCCEEDED"}
    revision = ecs.describe_service_revisions(serviceRevisionArns=[execution["targetServiceRevisionArn"]])["serviceRevisions"][0]
    balancer = revision["resolvedConfiguration"]["loadBalancers"][0]
    rule = elb.describe_rules(RuleArns=[balancer["productionListenerRule"]])["Rules"][0]
    with urllib.request.urlopen(os.environ["TEST_URL"], timeout=10) as reply:
        print("the new tasks answer", reply.status)
    groups = rule["Actions"][0]["ForwardConfig"]["TargetGroups"]
    new = next(g for g in groups if g["TargetGroupArn"] == balancer["targetGroupArn"])
    old = next(g for g in groups if g is not new)
    if new["Weight"] >= 100:
        return {"hookStatus": "SUCCEEDED"}
    new["Weight"] = min(100, new["Weight"] + int(os.environ["STEP"]))
    old["Weight"] = 100 - new["Weight"]
    listener = rule["RuleArn"].replace("listener-rule/", "listener/").rsplit("/", 1)[0]
    elb.modify_listener(ListenerArn=listener, DefaultActions=rule["Actions"])
    print("moved to", new["Weight"])
    return {"hookStatus": "IN_PROGRESS", "callBackDelay": 30, "hookDetails": {"step": details.get("step", 0) + 1}}
