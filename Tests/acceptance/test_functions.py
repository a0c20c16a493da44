"""Lambda functions as users write them, run by the built binary and driven by boto3."""

import base64
import hashlib
import io
import json
import shutil
import stat
import textwrap
import time
import urllib.error
import urllib.request
import zipfile

import pytest
from botocore.exceptions import ClientError

from server import Server, wait_until
from stack import ROLE, zipped

node = pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")


class Functions:
    def __init__(self, server: Server):
        self.server, self.client, self.logs = server, server.client("lambda"), server.client("logs")

    def create(self, name: str, source: str, runtime: str = "python3.11", file: str = "index.py", **more) -> dict:
        more.setdefault("Timeout", 30)
        return self.client.create_function(
            FunctionName=name, Runtime=runtime, Role=ROLE, Handler="index.handler",
            Code={"ZipFile": zipped(textwrap.dedent(source), file)}, **more)

    def call(self, name: str, event=None, **more) -> tuple:
        """The result, the function error (or None) and the log's tail."""
        answer = self.client.invoke(FunctionName=name, Payload=json.dumps(event or {}), LogType="Tail", **more)
        return json.load(answer["Payload"]), answer.get("FunctionError"), base64.b64decode(answer["LogResult"]).decode()

    def events(self, name: str) -> list[str]:
        pages = self.logs.get_paginator("filter_log_events").paginate(logGroupName=f"/aws/lambda/{name}")
        return [event["message"] for page in pages for event in page["events"]]


@pytest.fixture
def functions(server) -> Functions:
    return Functions(server)


def test_code_location_serves_the_archive_for_anyone_who_has_it(functions):
    created = functions.create("hook", "def handler(e, c): return 1\n")
    code = functions.client.get_function(FunctionName="hook")["Code"]
    assert code["RepositoryType"] == "S3" and code["Location"].startswith(functions.server.endpoint)
    with urllib.request.urlopen(code["Location"]) as answer:
        archive = answer.read()
    assert base64.b64encode(hashlib.sha256(archive).digest()).decode() == created["CodeSha256"]
    assert zipfile.ZipFile(io.BytesIO(archive)).namelist() == ["index.py"]
    # The address does not depend on the server that gave it out.
    functions.server.terminate()
    functions.server.start()
    assert urllib.request.urlopen(code["Location"]).status == 200
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(code["Location"].replace("Expires=", "Expires=9"))
    assert refused.value.code == 403


def test_code_that_nothing_refers_to_leaves_the_data_directory(functions):
    def kept() -> int:
        return len([path for path in (functions.server.data / "functions").iterdir() if not path.name.startswith(".")])

    functions.create("hook", "def handler(e, c): return 1\n")
    functions.client.publish_version(FunctionName="hook")
    for number in (2, 3):
        functions.client.update_function_code(FunctionName="hook", ZipFile=zipped(f"def handler(e, c): return {number}\n", "index.py"))
    wait_until(lambda: kept() == 2, 10, "version 1 and $LATEST are kept")
    assert functions.call("hook", Qualifier="1")[0] == 1 and functions.call("hook")[0] == 3
    functions.client.delete_function(FunctionName="hook")
    wait_until(lambda: kept() == 0, 10, "no code is kept")
    # What a crash left is found at the next start.
    functions.server.kill()
    (functions.server.data / "functions" / ("0" * 64)).mkdir()
    functions.server.start()
    wait_until(lambda: kept() == 0, 10, "the orphan is gone")


def test_environment_and_context_are_those_that_aws_documents(functions):
    functions.create("hook", '''
        import os
        def handler(event, context):
            return {"environment": dict(os.environ), "cwd": os.getcwd(), "members": {
                "arn": context.invoked_function_arn, "name": context.function_name, "version": context.function_version,
                "memory": context.memory_limit_in_mb, "group": context.log_group_name, "stream": context.log_stream_name,
                "request": context.aws_request_id, "left": context.get_remaining_time_in_millis(),
                "identity": context.identity.cognito_identity_id, "client": context.client_context}}
        ''', Timeout=20, MemorySize=256, Environment={"Variables": {"GREETING": "grüß dich ☕"}})
    functions.client.publish_version(FunctionName="hook")
    functions.client.create_alias(FunctionName="hook", Name="live", FunctionVersion="1")
    seen, error, _ = functions.call("hook", Qualifier="live")
    assert error is None
    environment, members = seen["environment"], seen["members"]
    assert environment["GREETING"] == "grüß dich ☕"
    fixed = {
        "_HANDLER": "index.handler", "AWS_DEFAULT_REGION": "us-east-1", "AWS_REGION": "us-east-1",
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.11", "AWS_LAMBDA_FUNCTION_NAME": "hook", "AWS_LAMBDA_FUNCTION_VERSION": "1",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256", "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/hook", "AWS_LAMBDA_LOG_STREAM_NAME": members["stream"],
        "LANG": "en_US.UTF-8", "TZ": ":UTC", "LAMBDA_TASK_ROOT": seen["cwd"], "AWS_ENDPOINT_URL": functions.server.endpoint,
    }
    assert {name: environment.get(name) for name in fixed} == fixed
    assert {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_LAMBDA_RUNTIME_API", "LAMBDA_RUNTIME_DIR",
            "PATH", "PYTHONPATH", "_X_AMZN_TRACE_ID"} <= set(environment)
    left = members.pop("left")
    assert 0 < left <= 20_000
    assert members == {
        "arn": "arn:aws:lambda:us-east-1:123456789012:function:hook:live", "name": "hook", "version": "1", "memory": "256",
        "group": "/aws/lambda/hook", "stream": members["stream"], "request": members["request"], "identity": None, "client": None}


def test_large_and_foreign_output(functions):
    functions.create("hook", '''
        def handler(event, context):
            for number in range(event.get("lines", 0)):
                print(f"{number:06d} " + "x" * 93)
            print("naïve 文字 🦆")
            return "ü" * event.get("answer", 0)
        ''')
    result, error, tail = functions.call("hook", {"answer": 2_000_000})
    assert (len(result), error) == (2_000_000, None) and "naïve 文字 🦆" in tail
    too_much = functions.client.invoke(FunctionName="hook", Payload=json.dumps({"answer": 4_000_000}))
    assert too_much["FunctionError"] == "Unhandled"
    assert json.load(too_much["Payload"])["errorType"] == "Function.ResponseSizeTooLarge"
    # Two megabytes: nothing is lost, nothing is out of order, and the tail is the end of it.
    result, error, tail = functions.call("hook", {"lines": 20_000})
    assert error is None and tail.count("REPORT RequestId") == 1 and len(tail) <= 4096 and "019999 " in tail
    wait_until(lambda: sum(message.startswith("REPORT") for message in functions.events("hook")) == 3, 20, "the log is written")
    lines = [message for message in functions.events("hook") if message.endswith("x" * 93)]
    assert [int(line.split()[0]) for line in lines] == list(range(20_000))


def test_time_out_ends_the_function_and_the_next_call_works(functions):
    functions.create("hook", '''
        import time
        def handler(event, context):
            time.sleep(event.get("pause", 0))
            return "awake"
        ''', Timeout=1)
    start = time.monotonic()
    result, error, tail = functions.call("hook", {"pause": 600})
    assert time.monotonic() - start < 20
    assert error == "Unhandled" and "Task timed out after 1.00 seconds" in result["errorMessage"]
    assert "Task timed out after 1.00 seconds" in tail and "Status: timeout" in tail
    assert functions.call("hook")[0] == "awake"


def test_custom_runtime_is_an_executable_of_the_archive(functions):
    # A shell script that speaks the Runtime API with curl, as in AWS's own tutorial.
    bootstrap = textwrap.dedent('''\
        #!/bin/sh
        set -euf
        while true; do
          HEADERS="$(mktemp)"
          EVENT=$(curl -sS -LD "$HEADERS" "http://${AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation/next")
          REQUEST_ID=$(grep -Fi Lambda-Runtime-Aws-Request-Id "$HEADERS" | tr -d '[:space:]' | cut -d: -f2)
          echo "handler ${_HANDLER} in ${TMPDIR:-/tmp}" 1>&2
          curl -sS "http://${AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation/$REQUEST_ID/response" -d "{\\"echo\\": $EVENT}" > /dev/null
        done
        ''')

    def archive(mode: int) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as out:
            entry = zipfile.ZipInfo("bootstrap")
            entry.external_attr = (stat.S_IFREG | mode) << 16
            out.writestr(entry, bootstrap)
        return buffer.getvalue()

    create = {"Runtime": "provided.al2023", "Role": ROLE, "Handler": "anything", "Timeout": 20}
    functions.client.create_function(FunctionName="shell", Code={"ZipFile": archive(0o755)}, **create)
    for number in (1, 2):
        result, error, tail = functions.call("shell", {"n": number})
        assert (result, error) == ({"echo": {"n": number}}, None)
        assert "handler anything in " in tail
    functions.client.create_function(FunctionName="plain", Code={"ZipFile": archive(0o644)}, **create)
    result, error, _ = functions.call("plain")
    assert error == "Unhandled" and result["errorType"] == "Runtime.InvalidEntrypoint"
    assert "bootstrap" in result["errorMessage"] and "ermission denied" in result["errorMessage"]


# In the manner of AWS's samples: the client made at import without a region, the result put, then returned.
PYTHON_HOOK = '''
    import json, logging, os
    import boto3

    logger = logging.getLogger()
    logger.setLevel(logging.INFO)
    codedeploy = boto3.client("codedeploy")

    def handler(event, context):
        logger.info("event: %s", json.dumps(event))
        status = "Failed" if os.environ.get("FAIL") else "Succeeded"
        codedeploy.put_lifecycle_event_hook_execution_status(
            deploymentId=event["DeploymentId"],
            lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
            status=status)
        return {"statusCode": 200, "body": json.dumps("validated")}
'''

# The same for Node.js, where AWS's image brings the SDK along and this machine does not.
NODE_HOOK = '''
    const { CodeDeployClient, PutLifecycleEventHookExecutionStatusCommand } = require('@aws-sdk/client-codedeploy');
    const client = new CodeDeployClient();
    exports.handler = async (event) => {
      await client.send(new PutLifecycleEventHookExecutionStatusCommand({
        deploymentId: event.DeploymentId,
        lifecycleEventHookExecutionId: event.LifecycleEventHookExecutionId,
        status: 'Succeeded',
      }));
    };
'''


def test_python_hook_of_the_usual_form_lets_a_deployment_succeed_or_fail(stack):
    functions = Functions(stack.server)
    functions.create("good", PYTHON_HOOK)
    functions.create("bad", PYTHON_HOOK, Environment={"Variables": {"FAIL": "1"}})
    stack.deployment_group()
    deployment = stack.deploy(stack.task_definition("v2"), {"AfterAllowTestTraffic": "good", "BeforeAllowTraffic": "good"})
    stack.wait_for(deployment, "Succeeded")
    deployment = stack.deploy(stack.task_definition("v3"), {"AfterInstall": "good", "BeforeAllowTraffic": "bad"})
    assert stack.wait_for(deployment, "Failed")["errorInformation"]["code"] == "HOOK_EXECUTION_FAILURE"
    assert any(message.startswith("[INFO]\t") and "LifecycleEventHookExecutionId" in message for message in functions.events("good"))


@node
def test_node_function_without_the_sdk_says_what_is_missing(functions):
    functions.create("hook", NODE_HOOK, runtime="nodejs20.x", file="index.js")
    result, error, _ = functions.call("hook")
    assert error == "Unhandled" and result["errorType"] == "Runtime.ImportModuleError"
    assert "Cannot find module '@aws-sdk/client-codedeploy'" in result["errorMessage"]
    assert "not bundled" in result["errorMessage"]


@node
@pytest.mark.parametrize("file, source", [
    ("index.js", "exports.handler = (event, context, callback) => { callback(null, {got: event.name, arn: context.invokedFunctionArn}); };"),
    ("index.mjs", "export const handler = async (event, context) => ({got: event.name, arn: context.invokedFunctionArn});"),
], ids=["callback", "module"])
def test_node_function(functions, file, source):
    functions.create("hook", source, runtime="nodejs20.x", file=file)
    result, error, tail = functions.call("hook", {"name": "Øre"})
    assert (result, error) == ({"got": "Øre", "arn": "arn:aws:lambda:us-east-1:123456789012:function:hook"}, None)
    assert "START RequestId" in tail


def test_what_is_not_served_is_refused_by_name(functions):
    functions.create("hook", "def handler(e, c): return 1\n")
    queue = "arn:aws:sqs:us-east-1:123456789012:dead"
    for call, name in [
        (lambda: functions.client.update_function_configuration(FunctionName="hook", DeadLetterConfig={"TargetArn": queue}), "DeadLetterConfig"),
        (lambda: functions.client.put_function_event_invoke_config(
            FunctionName="hook", DestinationConfig={"OnFailure": {"Destination": queue}}), "DestinationConfig.OnFailure"),
        (lambda: functions.client.put_function_event_invoke_config(
            FunctionName="hook", DestinationConfig={"OnSuccess": {"Destination": queue}}), "DestinationConfig.OnSuccess"),
        (lambda: functions.client.update_function_configuration(FunctionName="hook", Layers=["arn:aws:lambda:us-east-1:123456789012:layer:l:1"]), "Layers"),
    ]:
        with pytest.raises(ClientError) as refused:
            call()
        assert refused.value.response["Error"]["Code"] == "InvalidParameterValueException"
        assert name in str(refused.value)


def test_event_is_retried_with_its_own_id_as_configured(functions, tmp_path):
    notes = tmp_path / "notes"
    functions.create("hook", '''
        def handler(event, context):
            with open(event["notes"], "a") as notes:
                notes.write(context.aws_request_id + "\\n")
            raise ValueError("again")
        ''')
    functions.client.put_function_event_invoke_config(FunctionName="hook", MaximumRetryAttempts=0)
    answer = functions.client.invoke(FunctionName="hook", InvocationType="Event", Payload=json.dumps({"notes": str(notes)}))
    assert answer["StatusCode"] == 202 and answer["Payload"].read() == b""
    wait_until(lambda: any(m.startswith("REPORT") for m in functions.events("hook")) if notes.exists() else False, 20, "it has run")
    assert notes.read_text().split() == [answer["ResponseMetadata"]["RequestId"]]
