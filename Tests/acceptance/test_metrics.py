"""Metrics of real traffic and real usage, as CloudWatch's clients read them."""

import concurrent.futures
import datetime
import http.client

from server import wait_until
from watching import Watched


def get(port: int, path: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path)
    assert connection.getresponse().read()
    connection.close()


def test_the_load_balancer_tells_what_it_carried(server):
    watched = Watched(server)
    live = next(group for group in watched.groups if group["TargetGroupName"] == watched.live())
    dimensions = watched.dimensions(live)
    whole = dimensions[:1]
    for _ in range(80):
        get(watched.production, "/")
    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda _: get(watched.production, "/slow?seconds=0.4"), range(20)))
    for _ in range(3):
        watched.elb.create_rule(
            ListenerArn=watched.listeners[0], Priority=_ + 1, Conditions=[{"Field": "path-pattern", "Values": [f"/fixed{_}"]}],
            Actions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404", "MessageBody": "no", "ContentType": "text/plain"}}])
    for _ in range(5):
        get(watched.production, "/fixed2")
    # Exactly: no request is lost on its way to the metric, and none is counted twice.
    wait_until(lambda: watched.total("RequestCount", dimensions) == 100, 15, "all requests are counted for the group")
    wait_until(lambda: watched.total("HTTPCode_ELB_4XX_Count", whole) == 5, 15, "fixed answers are the load balancer's own")
    assert watched.total("RequestCount", whole) == 100
    assert watched.total("HTTPCode_Target_2XX_Count", whole) == 100
    assert watched.total("HTTP_Fixed_Response_Count", whole) == 5
    assert watched.total("RuleEvaluations", whole) == 15
    assert watched.total("HTTPCode_Target_5XX_Count", dimensions) == 0

    times = watched.statistics("AWS/ApplicationELB", "TargetResponseTime", dimensions, "Average", "Maximum", "SampleCount")[0]
    assert times["SampleCount"] == 100 and times["Unit"] == "Seconds"
    assert 0.08 < times["Average"] < 0.2 and 0.38 < times["Maximum"] < 1
    percentiles = watched.cloudwatch.get_metric_statistics(
        Namespace="AWS/ApplicationELB", MetricName="TargetResponseTime", Dimensions=dimensions, Period=3600,
        StartTime=datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=1),
        EndTime=datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=2),
        ExtendedStatistics=["p50", "p90", "p99"])["Datapoints"][0]["ExtendedStatistics"]
    assert percentiles["p50"] < 0.2
    assert 0.37 < percentiles["p90"] < 1 and 0.37 < percentiles["p99"] < 1

    hosts = watched.statistics("AWS/ApplicationELB", "HealthyHostCount", dimensions, "Maximum")[0]
    assert hosts["Maximum"] == 2
    names = {metric["MetricName"] for page in watched.cloudwatch.get_paginator("list_metrics").paginate(Namespace="AWS/ApplicationELB")
             for metric in page["Metrics"]}
    assert {"RequestCount", "RequestCountPerTarget", "TargetResponseTime", "ActiveConnectionCount", "ProcessedBytes"} <= names
    # Sparse: what never happened does not exist.
    assert "HTTPCode_Target_5XX_Count" not in names and "HTTPCode_ELB_503_Count" not in names


def test_ecs_tells_how_much_of_their_sizes_tasks_use(server):
    watched = Watched(server)
    dimensions = [{"Name": "ClusterName", "Value": "main"}, {"Name": "ServiceName", "Value": "web"}]

    def maximum(metric: str) -> float:
        points = watched.statistics("AWS/ECS", metric, dimensions, "Maximum")
        return points[0]["Maximum"] if points else 0
    wait_until(lambda: maximum("MemoryUtilization") > 0, 15, "memory is told")
    # A Python of 10 to 60 MiB in a task of 512.
    assert 1 < maximum("MemoryUtilization") < 30
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: get(watched.production, "/busy?seconds=2"), range(2)))
    # The task has a quarter of a processor, and nothing keeps it from using a whole one.
    wait_until(lambda: maximum("CPUUtilization") > 100, 15, "the busy tasks are seen")
