"""Stops and refused starts of the real processes: what ends, what stays, and what is said."""

import json
import pathlib
import socket
import subprocess
import textwrap
import threading
import time

import pytest
from botocore.exceptions import ClientError

import processes
from load import Load
from server import BINARY, Server, wait_until
from stack import ROLE, Stack, zipped

NOTHING = {"serve": [], "proxy": [], "shim": []}

# Notes each run's ids in a file before it waits; only the first run waits.
NOTING_HOOK = textwrap.dedent('''
    import boto3, os, time

    def handler(event, context):
        path = os.environ["NOTES"]
        is_first = not os.path.exists(path)
        with open(path, "a") as notes:
            notes.write(f"{context.aws_request_id} {event['DeploymentId']} {event['LifecycleEventHookExecutionId']}\\n")
        if is_first:
            time.sleep(600)
        boto3.client("codedeploy").put_lifecycle_event_hook_execution_status(
            deploymentId=event["DeploymentId"],
            lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"], status="Succeeded")
''')


def noting_hook(stack: Stack, notes: pathlib.Path) -> str:
    stack.functions.create_function(
        FunctionName="noting", Runtime="python3.11", Role=ROLE, Handler="hook.handler", Timeout=900,
        Code={"ZipFile": zipped(NOTING_HOOK)}, Environment={"Variables": {"NOTES": str(notes)}})
    return "noting"


def terminated(server: Server) -> float:
    """Seconds from SIGTERM to the end of the server, which must be a clean one."""
    start = time.monotonic()
    assert server.terminate() == 0, server.log_text()[-3000:]
    return time.monotonic() - start


def serve(*arguments, **options) -> subprocess.CompletedProcess:
    return subprocess.run([BINARY, "serve", *map(str, arguments)], capture_output=True, text=True, timeout=30, **options)


def test_stop_does_not_wait_for_a_hook_which_runs_again_with_the_same_ids(stack, tmp_path):
    notes = tmp_path / "notes"
    stack.deployment_group()
    with Load(stack.production) as load:
        deployment = stack.deploy(stack.task_definition("v2"), {"BeforeAllowTraffic": noting_hook(stack, notes)})
        wait_until(notes.exists, 60, "the hook runs")
        proxy, tasks = processes.proxy(stack.server), processes.tasks(stack.server)
        # An unhurried stop is well under a second; a hook in the way would make it ten minutes.
        assert terminated(stack.server) < 5
        assert processes.of_directory(stack.server)["serve"] == []
        stack.server.start()
        assert (processes.proxy(stack.server), processes.tasks(stack.server)) == (proxy, tasks)
        stack.wait_for(deployment, "Succeeded")
    first, second = notes.read_text().splitlines()
    assert first == second
    assert load.failures == [] and load.total > 0


def test_call_of_a_function_that_a_stop_cuts_off_is_told_so(start_server):
    server = start_server()
    functions = server.client("lambda", config={"retries": {"total_max_attempts": 1}})
    functions.create_function(
        FunctionName="slow", Runtime="python3.11", Role=ROLE, Handler="hook.handler", Timeout=900,
        Code={"ZipFile": zipped("import os, time\ndef handler(event, context):\n    open(event['started'], 'w').close()\n    time.sleep(600)\n")})
    started, errors = server.folder / "started", []

    def invoke():
        with pytest.raises(ClientError) as caught:
            functions.invoke(FunctionName="slow", Payload=json.dumps({"started": str(started)}))
        errors.append(caught.value)

    caller = threading.Thread(target=invoke)
    caller.start()
    wait_until(started.exists, 30, "the function runs")
    assert terminated(server) < 5
    caller.join(10)
    assert errors[0].response["Error"]["Code"] == "ServiceException"
    assert errors[0].response["ResponseMetadata"]["HTTPStatusCode"] == 500
    assert "shutting down" in str(errors[0])


def test_stop_does_not_wait_for_a_client_that_never_finishes(start_server):
    server = start_server()
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        # The answer tells that the connection has been taken.
        client.sendall(b"GET /_teal/health HTTP/1.1\r\nHost: teal\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 200 ")
        client.sendall(b"POST / HTTP/1.1\r\nHost: teal\r\nContent-Length: 1000\r\n\r\nhalf")
        assert terminated(server) < 15


def test_down_in_the_middle_of_a_deployment_leaves_nothing_and_the_next_start_goes_on(stack, tmp_path):
    notes = tmp_path / "notes"
    stack.deployment_group()
    deployment = stack.deploy(stack.task_definition("v2"), {"AfterAllowTraffic": noting_hook(stack, notes)})
    wait_until(notes.exists, 60, "the hook runs")
    assert len(processes.tasks(stack.server)) == 4
    stack.server.down()
    assert processes.of_directory(stack.server) == NOTHING
    for port in (stack.production, stack.test, stack.server.port):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=1)
    left = {path.name for path in stack.server.data.iterdir()}
    assert "endpoint" not in left and "proxy.sock" not in left, left
    assert list((stack.server.data / "tasks").iterdir()) == []
    stack.server.start()
    stack.wait_for(deployment, "Succeeded")
    wait_until(lambda: len(processes.tasks(stack.server)) == 2, 30, "only green's tasks run")
    with Load(stack.production) as load:
        wait_until(lambda: load.total > 20, 20, "requests are answered")
    assert load.failures == [] and set(load.answers) == {"v2"}


@pytest.fixture
def absent(tmp_path):
    """A data directory of a server that is not to start."""
    server = Server()
    yield server
    server.close()


def refused(absent: Server, *arguments, status: int = 1) -> str:
    """What a start says that must fail before it has started or announced anything."""
    result = serve("--data-dir", absent.data, "--runtime", "process", *arguments)
    assert result.returncode == status, result
    assert result.stdout == ""
    assert processes.of_directory(absent) == NOTHING
    assert not (absent.data / "endpoint").exists()
    return result.stderr


def test_start_on_a_taken_port_is_refused(server, absent):
    for address in (f"127.0.0.1:{server.port}", f"0.0.0.0:{server.port}"):
        message = refused(absent, "--listen", address)
        assert message.splitlines() == [f"teal: cannot listen on {address}: Address already in use"]
    assert f"127.0.0.1:{server.port}" in refused(absent, "--listen", f"127.0.0.1:{absent.port}", "--listen", f"127.0.0.1:{server.port}")
    # The failed starts have left a directory that a later one can use.
    absent.start()


def test_start_on_an_address_of_another_machine_is_refused(absent):
    assert "192.0.2.1:4566" in refused(absent, "--listen", "192.0.2.1:4566")


def test_second_server_of_a_data_directory_is_refused(server):
    result = serve("--data-dir", server.data, "--listen", "127.0.0.1:0", "--runtime", "process")
    assert (result.returncode, result.stdout) == (1, "")
    assert f"{server.data} is in use by process {server.process.pid}" in result.stderr
    assert server.client("sts").get_caller_identity()["Account"] == "123456789012"


def test_data_directory_that_is_none_is_refused(absent):
    absent.data.write_text("a file")
    assert str(absent.data) in refused(absent, "--listen", "127.0.0.1:0")


def test_data_directory_that_cannot_be_made_is_refused():
    result = serve("--data-dir", "/proc/teal", "--listen", "127.0.0.1:0")
    assert (result.returncode, result.stdout) == (1, "")
    assert "/proc/teal" in result.stderr


@pytest.mark.parametrize("name", ["credentials", "teal.db", "logs.db"])
def test_damaged_file_of_the_data_directory_is_named(absent, name):
    absent.data.mkdir()
    (absent.data / name).write_bytes(b"this is not what it should be\n" * 200)
    assert str(absent.data / name) in refused(absent, "--listen", "127.0.0.1:0")


def test_certificate_that_cannot_be_read_is_named(absent):
    missing = absent.folder / "missing.pem"
    assert str(missing) in refused(absent, "--listen", "127.0.0.1:0", "--tls-cert", missing, "--tls-key", missing)


@pytest.mark.parametrize("option, value", [
    ("--listen", "127.0.0.1"), ("--listen", "127.0.0.1:70000"), ("--account", "12"), ("--region", ""), ("--auth", "maybe"),
    ("--runtime", "cloud"), ("--lb-port-offset", "-1"), ("--lb-workers", "1000"), ("--time-scale", "0.5"), ("--log-level", "loud"),
    ("--tls-cert", "only.pem"), ("--no-such-option", "1"),
])
def test_wrong_use_is_told_with_status_2(absent, option, value):
    message = refused(absent, f"{option}={value}", status=2)
    assert option in message or (option == "--log-level" and "loud" in message), message


def test_load_balancer_address_that_is_none_is_refused(absent):
    assert "--lb-bind" in refused(absent, "--listen", "127.0.0.1:0", "--lb-bind", "everywhere")
