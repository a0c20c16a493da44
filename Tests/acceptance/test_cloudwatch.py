"""CloudWatch: metrics and alarms as stock clients see them, in the three dialects that clients speak."""

import datetime
import gzip
import io
import json
import struct
import subprocess
import time
import urllib.error
import urllib.request
import zipfile

import botocore.session
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from server import CLI, wait_until

FUNCTION = """
import json, pathlib
def handler(event, context):
    folder = pathlib.Path(FOLDER)
    (folder / (context.aws_request_id + ".part")).write_text(json.dumps(event))
    (folder / (context.aws_request_id + ".part")).rename(folder / (context.aws_request_id + ".json"))
"""


@pytest.fixture
def cloudwatch(server):
    return server.client("cloudwatch")


def now() -> datetime.datetime:
    return datetime.datetime.now(datetime.timezone.utc)


def code(refused) -> str:
    return refused.value.response["Error"]["Code"]


def send(server, path: str, body: bytes, headers: dict[str, str], sign: bool = True):
    """A hand-made request; answers status, headers and body."""
    request = AWSRequest("POST", server.endpoint + path, data=body, headers=headers)
    if sign:
        key = server.credentials()
        SigV4Auth(Credentials(key["AWS_ACCESS_KEY_ID"], key["AWS_SECRET_ACCESS_KEY"]), "monitoring", "us-east-1").add_auth(request)
    try:
        with urllib.request.urlopen(urllib.request.Request(request.url, body, dict(request.headers)), timeout=10) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def speaking(server, protocol: str):
    """A boto3 client that is made to speak one of the model's protocols."""
    session = botocore.session.get_session()
    loader = session.get_component("data_loader")
    model = loader.load_service_model("cloudwatch", "service-2", api_version="2010-08-01")
    changed = {**model, "metadata": {**model["metadata"], "protocol": protocol, "protocols": [protocol]}}
    original = loader.load_service_model
    loader.load_service_model = lambda service, kind, api_version=None: (
        changed if (service, kind) == ("cloudwatch", "service-2") else original(service, kind, api_version))
    key = server.credentials()
    return session.create_client(
        "cloudwatch", region_name="us-east-1", endpoint_url=server.endpoint,
        aws_access_key_id=key["AWS_ACCESS_KEY_ID"], aws_secret_access_key=key["AWS_SECRET_ACCESS_KEY"])


@pytest.mark.parametrize("protocol", ["smithy-rpc-v2-cbor", "json", "query"])
def test_every_dialect_says_the_same(server, protocol):
    client = speaking(server, protocol)
    at = now().replace(microsecond=0)
    client.put_metric_data(Namespace="app", MetricData=[
        {"MetricName": "latency", "Timestamp": at, "Values": [0.1, 0.25, 4], "Counts": [90, 9, 1], "Unit": "Seconds",
         "Dimensions": [{"Name": "Service", "Value": "web & more"}]}])
    found = client.list_metrics(Namespace="app")["Metrics"]
    assert found == [{"Namespace": "app", "MetricName": "latency", "Dimensions": [{"Name": "Service", "Value": "web & more"}]}]
    answer = client.get_metric_statistics(
        Namespace="app", MetricName="latency", Dimensions=found[0]["Dimensions"], StartTime=at - datetime.timedelta(minutes=2),
        EndTime=at + datetime.timedelta(minutes=1), Period=60, Statistics=["SampleCount", "Maximum"], ExtendedStatistics=["p90", "p99.5"])
    assert answer["Label"] == "latency"
    (point,) = answer["Datapoints"]
    assert (point["SampleCount"], point["Maximum"], point["Unit"]) == (100, 4, "Seconds")
    assert point["ExtendedStatistics"] == {"p90": 0.1, "p99.5": 4.0}
    assert abs((point["Timestamp"] - at).total_seconds()) <= 60

    client.put_metric_alarm(
        AlarmName="slow", Namespace="app", MetricName="latency", ExtendedStatistic="p99", Period=60, EvaluationPeriods=2,
        DatapointsToAlarm=1, Threshold=0.5, ComparisonOperator="GreaterThanThreshold", TreatMissingData="notBreaching",
        Dimensions=found[0]["Dimensions"], Tags=[{"Key": "team", "Value": "blue"}])
    (alarm,) = client.describe_alarms(AlarmNames=["slow", "absent"])["MetricAlarms"]
    assert (alarm["StateValue"], alarm["Threshold"], alarm["ActionsEnabled"]) == ("INSUFFICIENT_DATA", 0.5, True)
    assert client.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"] == [{"Key": "team", "Value": "blue"}]
    for call, arguments, expected, status in (
            (client.set_alarm_state, {"AlarmName": "gone", "StateValue": "OK", "StateReason": "x"}, "ResourceNotFound", 404),
            (client.put_metric_data, {"Namespace": "AWS/ECS", "MetricData": [{"MetricName": "m", "Value": 1}]}, "InvalidParameterValue", 400),
            (client.list_tags_for_resource, {"ResourceARN": alarm["AlarmArn"] + "x"}, "ResourceNotFoundException", 404),
            (client.describe_alarms, {"NextToken": "?"}, "InvalidNextToken", 400)):
        with pytest.raises(ClientError) as refused:
            call(**arguments)
        assert code(refused) == expected
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
    client.delete_alarms(AlarmNames=["slow"])
    assert client.describe_alarms()["MetricAlarms"] == []


@pytest.mark.parametrize("protocol", ["smithy-rpc-v2-cbor", "json", "query"])
def test_large_requests_come_compressed(server, protocol):
    client = speaking(server, protocol)
    client.put_metric_data(Namespace="many", MetricData=[
        {"MetricName": f"metric-{number}", "Dimensions": [{"Name": "name" * 8, "Value": str(number)}], "Value": number} for number in range(600)])
    pages = list(client.get_paginator("list_metrics").paginate(Namespace="many"))
    assert [len(page["Metrics"]) for page in pages] == [500, 100]


CBOR = {"smithy-protocol": "rpc-v2-cbor", "Content-Type": "application/cbor", "x-amzn-query-mode": "true"}


def test_cbor_replies_name_their_protocol(server):
    status, headers, body = send(server, "/service/GraniteServiceVersion20100801/operation/ListMetrics", b"\xa0", CBOR)
    assert (status, headers["smithy-protocol"], headers["Content-Type"]) == (200, "rpc-v2-cbor", "application/cbor")
    assert b"Metrics" in body
    status, headers, body = send(server, "/service/GraniteServiceVersion20100801/operation/SetAlarmState",
                                 b"\xa3\x69AlarmName\x64gone\x6aStateValue\x62OK\x6bStateReason\x60", CBOR)
    assert (status, headers["smithy-protocol"], headers["x-amzn-query-error"]) == (404, "rpc-v2-cbor", "ResourceNotFound;Sender")
    assert b"com.amazonaws.cloudwatch#ResourceNotFound" in body


def test_hostile_bodies_are_refused(server):
    path = "/service/GraniteServiceVersion20100801/operation/PutMetricData"
    bomb = gzip.compress(bytes(64 << 20))
    whole = b"\xa1\x69Namespace\x63app"
    hostile = [whole[:length] for length in range(1, len(whole))] + [
        b"\x81" * 100_000, b"\xa1\x61a" * 50_000, b"\xc1" * 100_000, b"\x9b" + b"\xff" * 8, b"\xbb" + b"\x7f" + b"\xff" * 7,
        b"\x5b" + b"\xff" * 8, b"\x9f" * 1000, b"\x00", b"\xff", b"\xa1\x01\x02", b"\x9a\x00\x1e\x84\x80" + b"\xf6" * 2_000_000,
        b"\xa1\x69Namespace\x9f" + b"\xff" * 2, b"\xa1\x69Namespace\xfb" + struct.pack(">d", float("nan"))]
    for body in hostile:
        status, headers, _ = send(server, path, body, CBOR)
        assert 400 <= status < 500 and headers["smithy-protocol"] == "rpc-v2-cbor", (status, body[:40])
    for body, encoding in ((bomb, "gzip"), (bomb[:1000], "gzip"), (b"nothing", "gzip"), (whole, "br")):
        status, headers, _ = send(server, path, body, {**CBOR, "Content-Encoding": encoding})
        assert 400 <= status < 500 and headers["smithy-protocol"] == "rpc-v2-cbor", (status, encoding)
    for path in ("/service/GraniteServiceVersion20100801/operation/Nothing", "/service/Other/operation/ListMetrics", "/service/x"):
        status, headers, _ = send(server, path, b"\xa0", CBOR)
        assert 400 <= status < 500, path
    assert send(server, "/service/GraniteServiceVersion20100801/operation/ListMetrics", b"\xa0", CBOR)[0] == 200
    assert 400 <= send(server, "/service/GraniteServiceVersion20100801/operation/ListMetrics", b"\xa0", CBOR, sign=False)[0] < 500


def test_metric_math(cloudwatch):
    start = now().replace(second=0, microsecond=0) - datetime.timedelta(minutes=5)

    def put(name: str, *values):
        cloudwatch.put_metric_data(Namespace="app", MetricData=[
            {"MetricName": name, "Timestamp": start + datetime.timedelta(minutes=minute), "Value": value}
            for minute, value in enumerate(values) if value is not None])

    put("requests", 100, 200, 50)
    put("errors", None, 20, None)

    def compute(expression: str) -> list[float]:
        answer = cloudwatch.get_metric_data(
            MetricDataQueries=[{"Id": "e", "Expression": expression, "Label": "rate"}] + [
                {"Id": name, "ReturnData": False,
                 "MetricStat": {"Metric": {"Namespace": "app", "MetricName": metric}, "Period": 60, "Stat": "Sum"}}
                for name, metric in (("bad", "errors"), ("all", "requests"), ("none", "never"))],
            StartTime=start, EndTime=start + datetime.timedelta(minutes=5), ScanBy="TimestampAscending")
        (result,) = answer["MetricDataResults"]
        assert (result["Id"], result["Label"], result["StatusCode"]) == ("e", "rate", "Complete")
        return result["Values"]

    assert compute("100*FILL(bad,0)/all") == [0, 10, 0]
    assert compute("IF(all > 60, bad/all*100, 0)") == [10, 0]
    assert compute("none + all") == []
    assert compute("SUM(METRICS())") == [100, 220, 50]
    for expression, reason in (("bad +", "Unexpected end"), ("SEARCH('x')", "not supported"), ("other", "Undefined variable 'other'"),
                               ("SELECT AVG(x) FROM y", "not supported")):
        with pytest.raises(ClientError) as refused:
            compute(expression)
        assert code(refused) == "ValidationError" and reason in str(refused.value)


def put_alarm(client, name: str, **changes):
    client.put_metric_alarm(**{**dict(
        AlarmName=name, Namespace="app", MetricName="errors", Statistic="Sum", Period=60, EvaluationPeriods=1, Threshold=5,
        ComparisonOperator="GreaterThanThreshold", TreatMissingData="notBreaching"), **changes})


def state(client, name: str) -> str:
    answer = client.describe_alarms(AlarmNames=[name], AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    return (answer["MetricAlarms"] + answer["CompositeAlarms"])[0]["StateValue"]


def test_an_alarm_trips_invokes_a_function_and_recovers(server, cloudwatch, tmp_path):
    code_file = io.BytesIO()
    with zipfile.ZipFile(code_file, "w") as archive:
        archive.writestr("index.py", FUNCTION.replace("FOLDER", repr(str(tmp_path))))
    functions = server.client("lambda")
    role = "arn:aws:iam::123456789012:role/hook"
    arn = functions.create_function(
        FunctionName="hook", Runtime="python3.12", Role=role, Handler="index.handler", Code={"ZipFile": code_file.getvalue()})["FunctionArn"]
    topic = "arn:aws:sns:us-east-1:123456789012:ops"
    put_alarm(cloudwatch, "errors", AlarmActions=[arn, topic], OKActions=[arn])
    cloudwatch.put_composite_alarm(AlarmName="all", AlarmRule='ALARM("errors") AND NOT FALSE')
    wait_until(lambda: state(cloudwatch, "errors") == "OK", 20, "the alarm has been evaluated")
    assert state(cloudwatch, "all") == "OK"

    began = time.monotonic()
    cloudwatch.put_metric_data(Namespace="app", MetricData=[{"MetricName": "errors", "Value": 9}])
    wait_until(lambda: state(cloudwatch, "all") == "ALARM", 20, "the alarm trips")
    assert time.monotonic() - began < 15, "a minute lasts a second"
    wait_until(lambda: state(cloudwatch, "errors") == "OK", 20, "the alarm recovers")

    def events() -> list[dict]:
        return [json.loads(path.read_text()) for path in tmp_path.glob("*.json")]

    wait_until(lambda: {event["alarmData"]["state"]["value"] for event in events()} == {"OK", "ALARM"}, 30, "the function was told of both")
    told = next(event for event in events() if event["alarmData"]["state"]["value"] == "ALARM")
    assert (told["source"], told["alarmData"]["alarmName"], told["alarmData"]["previousState"]["value"]) == ("aws.cloudwatch", "errors", "OK")
    assert told["alarmData"]["configuration"]["metrics"][0]["metricStat"]["metric"]["name"] == "errors"

    def summaries() -> list[str]:
        pages = cloudwatch.get_paginator("describe_alarm_history").paginate(AlarmName="errors", PaginationConfig={"PageSize": 2})
        return [item["HistorySummary"] for page in pages for item in page["AlarmHistoryItems"]]

    wait_until(lambda: f"Successfully executed action {arn}" in summaries(), 10, "the action is in the history")
    history = summaries()
    assert history[-1] == 'Alarm "errors" created' and "Alarm updated from OK to ALARM" in history
    assert any(topic in summary and "does not support" in summary for summary in history)


def test_states_and_histories_survive_a_kill(server, cloudwatch):
    put_alarm(cloudwatch, "a", TreatMissingData="ignore")
    cloudwatch.set_alarm_state(AlarmName="a", StateValue="ALARM", StateReason="drill", StateReasonData='{"by": "hand"}')
    cloudwatch.put_metric_data(Namespace="kept", MetricData=[{"MetricName": "m", "Value": 1}])
    server.kill()
    server.start()
    (alarm,) = cloudwatch.describe_alarms()["MetricAlarms"]
    assert (alarm["StateValue"], alarm["StateReason"], alarm["StateReasonData"]) == ("ALARM", "drill", '{"by": "hand"}')
    (line,) = cloudwatch.describe_alarm_history(AlarmName="a", HistoryItemType="StateUpdate")["AlarmHistoryItems"]
    assert json.loads(line["HistoryData"])["newState"]["stateReasonData"] == {"by": "hand"}
    assert cloudwatch.list_metrics(Namespace="kept")["Metrics"]


def test_an_action_that_a_crash_cut_off_is_performed(start_server):
    server = start_server(environment={"TEAL_CRASH_POINT": "alarm-action-performed"})
    client = server.client("cloudwatch")
    put_alarm(client, "a", TreatMissingData="ignore", AlarmActions=["arn:aws:sns:us-east-1:123456789012:ops"])
    with pytest.raises(Exception):
        client.set_alarm_state(AlarmName="a", StateValue="ALARM", StateReason="drill")
        server.wait_for_death(20)
        client.describe_alarms()
    server.environment.pop("TEAL_CRASH_POINT")
    server.start()
    wait_until(lambda: client.describe_alarm_history(AlarmName="a", HistoryItemType="Action")["AlarmHistoryItems"], 20, "the action is recorded")
    assert state(client, "a") == "ALARM"


def test_alarms_are_refused_by_name(cloudwatch):
    for changes, reason in (
            ({"DatapointsToAlarm": 2}, "DatapointsToAlarm"), ({"Period": 45}, "Period"), ({"Period": 3600, "EvaluationPeriods": 200}, "604800"),
            ({"TreatMissingData": "maybe"}, "TreatMissingData"), ({"ExtendedStatistic": "p99"}, "Exactly one of"),
            ({"ThresholdMetricId": "m1"}, "ThresholdMetricId"), ({"AlarmActions": ["nothing"]}, "Invalid arn syntax"),
            ({"ComparisonOperator": "GreaterThanUpperThreshold"}, "anomaly"), ({"ComparisonOperator": "Nearly"}, "comparisonOperator"),
            ({"Metrics": [{"Id": "m", "Expression": "1"}]}, "mutually exclusive")):
        with pytest.raises(ClientError) as refused:
            put_alarm(cloudwatch, "a", **changes)
        assert code(refused) == "ValidationError" and reason in str(refused.value), (changes, refused.value)
    assert cloudwatch.describe_alarms()["MetricAlarms"] == []


def test_aws_cli(server):
    def aws(*arguments: str):
        done = subprocess.run(
            [CLI, "cloudwatch", *arguments], env=server.client_environment(), capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else None

    def is_tripped() -> bool:
        # Again with each look: the alarm's window is of seconds, and the client is not the quickest.
        aws("put-metric-data", "--namespace", "cli", "--metric-name", "m", "--value", "7", "--dimensions", "Service=web")
        return aws("describe-alarms", "--alarm-names", "a")["MetricAlarms"][0]["StateValue"] == "ALARM"

    aws("put-metric-alarm", "--alarm-name", "a", "--namespace", "cli", "--metric-name", "m", "--dimensions", "Name=Service,Value=web",
        "--statistic", "Maximum", "--period", "60", "--evaluation-periods", "1", "--threshold", "5", "--comparison-operator",
        "GreaterThanThreshold", "--treat-missing-data", "ignore")
    wait_until(is_tripped, 60, "the alarm trips")
    aws("disable-alarm-actions", "--alarm-names", "a")
    subprocess.run([CLI, "cloudwatch", "wait", "alarm-exists", "--alarm-names", "a"], env=server.client_environment(), check=True, timeout=60)
    assert aws("describe-alarms-for-metric", "--namespace", "cli", "--metric-name", "m", "--dimensions", "Name=Service,Value=web")["MetricAlarms"]
    assert aws("describe-alarm-history", "--alarm-name", "a")["AlarmHistoryItems"]
    aws("delete-alarms", "--alarm-names", "a")
