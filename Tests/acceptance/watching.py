"""Stacks with CloudWatch beside them: metrics of what they do, and alarms on those."""

import datetime
import pathlib
import sys

from native import Native
from stack import Stack

APP = [sys.executable, str(pathlib.Path(__file__).parent / "app.py")]
VERSIONS = {"v1": [*APP, "v1"], "v2": [*APP, "v2"], "sick": [*APP, "sick", "--sick", "3"]}
ALARMS = {"alarmNames": ["errors", "by-hand"], "enable": True, "rollback": True}


class Watching:
    """CloudWatch beside a stack whose version `sick` answers every third request with 500."""

    def __init__(self, server, *arguments, **options):
        self.cloudwatch = server.client("cloudwatch")
        super().__init__(server, *arguments, **options)

    def task_definition(self, version: str, command=None, **container) -> str:
        return super().task_definition(version, command or VERSIONS[version], **container)

    def watch(self, group: dict) -> None:
        """An alarm on 500s of a target group, and one that only `set-alarm-state` ever changes."""
        alarm = {"Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1, "Threshold": 1.0,
                 "ComparisonOperator": "GreaterThanOrEqualToThreshold"}
        self.cloudwatch.put_metric_alarm(
            AlarmName="errors", Namespace="AWS/ApplicationELB", MetricName="HTTPCode_Target_5XX_Count",
            Dimensions=self.dimensions(group), TreatMissingData="notBreaching", **alarm)
        self.cloudwatch.put_metric_alarm(
            AlarmName="by-hand", Namespace="nothing", MetricName="nothing", TreatMissingData="ignore", **alarm)

    def dimensions(self, group: dict) -> list[dict]:
        return [{"Name": "LoadBalancer", "Value": self.load_balancer.split("loadbalancer/")[1]},
                {"Name": "TargetGroup", "Value": group["TargetGroupArn"].split(":")[-1]}]

    def idle_group(self) -> dict:
        """The target group that the next deployment will bring."""
        return next(group for group in self.groups if group["TargetGroupName"] != self.live())

    def ring(self, name: str = "by-hand") -> None:
        self.cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="told by hand")

    def alarm(self, name: str) -> dict:
        return self.cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]

    def statistics(self, namespace: str, metric: str, dimensions: list[dict], *statistics: str, **more) -> list[dict]:
        now = datetime.datetime.now(datetime.timezone.utc)
        return self.cloudwatch.get_metric_statistics(
            Namespace=namespace, MetricName=metric, Dimensions=dimensions, StartTime=now - datetime.timedelta(hours=1),
            EndTime=now + datetime.timedelta(minutes=2), Period=3600, Statistics=list(statistics), **more)["Datapoints"]

    def total(self, metric: str, dimensions: list[dict]) -> float:
        return sum(point["Sum"] for point in self.statistics("AWS/ApplicationELB", metric, dimensions, "Sum"))


class Watched(Watching, Native):
    """A service that Amazon ECS deploys."""


class WatchedByCodeDeploy(Watching, Stack):
    """A service that CodeDeploy deploys."""
