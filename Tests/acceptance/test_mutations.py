"""Whatever a client sends wrongly is answered by an AWS error in its protocol, and changes nothing."""

import concurrent.futures
import http.client
import json
import os
import socket

import botocore.exceptions
import botocore.parsers
import botocore.session
import pytest

from mutations import Mutant, Mutator, Signer
from stack import HOOK, ROLE, zipped

SEED = int(os.environ.get("TEAL_MUTATION_SEED", "20261121"))
COUNT = int(os.environ.get("TEAL_MUTATIONS", "10000"))
CONNECTIONS = 4
PROTOCOLS = {"ecs": "json", "codedeploy": "json", "logs": "json", "lambda": "rest-json", "elasticloadbalancing": "query", "iam": "query", "sts": "query",
             "monitoring": "json"}


@pytest.fixture
def populated(server):
    """A server that has one resource named `main` of every kind, which a mutant might hit."""
    trust = json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ecs.amazonaws.com"}}]})
    server.client("ecs").create_cluster(clusterName="main")
    server.client("codedeploy").create_application(applicationName="main", computePlatform="ECS")
    server.client("logs").create_log_group(logGroupName="main")
    server.client("elbv2").create_target_group(Name="main", Protocol="HTTP", Port=80, VpcId="vpc-0123456789abcdef0", TargetType="ip")
    server.client("iam").create_role(RoleName="main", AssumeRolePolicyDocument=trust)
    server.client("iam").create_user(UserName="main")
    server.client("lambda").create_function(
        FunctionName="main", Runtime="python3.12", Role=ROLE, Handler="hook.handler", Code={"ZipFile": zipped(HOOK)})
    return server


def everything(server) -> dict:
    """What the list and describe calls of every service show."""
    calls = {
        "ecs": {
            "list_clusters": {}, "list_task_definitions": {}, "list_task_definition_families": {}, "list_tasks": {"cluster": "main"},
            "list_services": {"cluster": "main"},
            "describe_clusters": {"clusters": ["main"], "include": ["TAGS", "SETTINGS", "CONFIGURATIONS", "STATISTICS", "ATTACHMENTS"]},
            "describe_capacity_providers": {"include": ["TAGS"]}, "list_container_instances": {"cluster": "main"},
            "list_attributes": {"cluster": "main", "targetType": "container-instance"},
        },
        "codedeploy": {
            "list_applications": {}, "list_deployment_configs": {}, "list_deployments": {}, "get_application": {"applicationName": "main"},
            "list_deployment_groups": {"applicationName": "main"}, "list_application_revisions": {"applicationName": "main"},
        },
        "logs": {"describe_log_groups": {}, "describe_log_streams": {"logGroupName": "main"}, "list_tags_log_group": {"logGroupName": "main"}},
        "elbv2": {"describe_target_groups": {}, "describe_load_balancers": {}},
        "iam": {
            "list_roles": {}, "list_users": {}, "list_policies": {"Scope": "Local"}, "list_instance_profiles": {}, "get_role": {"RoleName": "main"},
            "list_role_policies": {"RoleName": "main"}, "list_attached_role_policies": {"RoleName": "main"}, "get_user": {"UserName": "main"},
            "list_access_keys": {"UserName": "main"}, "list_user_policies": {"UserName": "main"},
        },
        "lambda": {"list_functions": {}, "get_function": {"FunctionName": "main"}, "list_aliases": {"FunctionName": "main"}, "list_versions_by_function": {"FunctionName": "main"}},
    }
    shown = {}
    for service, operations in calls.items():
        client = server.client(service)
        for operation, arguments in operations.items():
            answer = getattr(client, operation)(**arguments)
            # An address that is good for ten minutes from now.
            answer.get("Code", {}).pop("Location", None)
            del answer["ResponseMetadata"]
            shown[f"{service}.{operation}"] = json.loads(json.dumps(answer, default=str))
    return shown


class Client:
    """Sends mutants over one kept-alive connection, and judges the answers."""

    def __init__(self, server):
        credentials = server.credentials()
        self.server = server
        self.signer = Signer(credentials["AWS_ACCESS_KEY_ID"], credentials["AWS_SECRET_ACCESS_KEY"], f"127.0.0.1:{server.port}")
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        self.parsers = {name: botocore.parsers.create_parser(name) for name in set(PROTOCOLS.values())}

    def send(self, mutant: Mutant) -> tuple[int, dict[str, str], bytes]:
        self.connection.putrequest(mutant.method, mutant.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.signer.sign(mutant).items():
            self.connection.putheader(name, value.encode())
        self.connection.putheader("Content-Length", str(len(mutant.body)))
        self.connection.endheaders(mutant.body)
        response = self.connection.getresponse()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()

    def complaint(self, mutant: Mutant, may_succeed: bool = False) -> str | None:
        """What is wrong with the answer to a mutant, or nothing."""
        try:
            status, headers, body = self.send(mutant)
        except (OSError, http.client.HTTPException) as error:
            self.connection.close()
            return f"{error!r}: {mutant}"
        answer = f"{status} {headers} {body[:300]!r}"
        if not (200 if may_succeed else 400) <= status < 500:
            return f"not refused: {mutant}\n  {answer}"
        if not headers.get("x-amzn-requestid"):
            return f"no request id: {mutant}\n  {answer}"
        if mutant.signature == "other service" or status < 400:
            return None
        try:
            # CloudWatch speaks the query protocol too: a call that names no target is taken for one.
            protocol = "query" if headers.get("content-type") == "text/xml" else PROTOCOLS[mutant.service]
            parsed = self.parsers[protocol].parse({"status_code": status, "headers": headers, "body": body}, None)
            error = parsed["Error"]
        except Exception as failure:  # Whatever the parser raises is the finding.
            return f"unreadable ({failure!r}): {mutant}\n  {answer}"
        if not error.get("Code") or not error.get("Message") or error["Code"] == str(status) or error["Code"] == "InternalFailure":
            return f"no code or message: {mutant}\n  {error} {answer}"
        return None


def test_mutated_requests_are_refused_and_change_nothing(populated):
    before = everything(populated)
    mutator = Mutator(SEED)
    mutants = [mutator.mutant() for _ in range(COUNT)]

    def judge(part: list[Mutant]) -> list[str]:
        client = Client(populated)
        return [complaint for complaint in map(client.complaint, part) if complaint]

    with concurrent.futures.ThreadPoolExecutor(CONNECTIONS) as pool:
        complaints = sum(pool.map(judge, [mutants[start::CONNECTIONS] for start in range(CONNECTIONS)]), [])
    assert not complaints, f"{len(complaints)} of {COUNT} (seed {SEED}):\n" + "\n".join(complaints[:40])
    assert everything(populated) == before
    assert populated.process.poll() is None
    assert "request failed inside" not in populated.log_text()


def test_damaged_requests_never_break_the_server(populated):
    mutator, client = Mutator(SEED), Client(populated)
    damaged = [mutator.damaged() for _ in range(COUNT // 4)]
    complaints = [complaint for complaint in (client.complaint(mutant, may_succeed=True) for mutant in damaged) if complaint]
    assert not complaints, f"{len(complaints)} of {len(damaged)} (seed {SEED}):\n" + "\n".join(complaints[:40])
    assert "request failed inside" not in populated.log_text()


def test_a_body_larger_than_any_operation_takes_is_refused_in_the_protocol(populated):
    for service, path, headers in [
        ("ecs", "/", {"X-Amz-Target": "AmazonEC2ContainerServiceV20141113.ListClusters", "Content-Type": "application/x-amz-json-1.1"}),
        ("lambda", "/2015-03-31/functions", {}),
        ("iam", "/", {"Content-Type": "application/x-www-form-urlencoded"}),
    ]:
        client = Client(populated)
        complaint = client.complaint(Mutant(service, "any", "huge", "POST", path, headers, b"x" * (80 << 20)))
        assert complaint is None, complaint
        client.connection.close()


NOISE = {
    "nothing": b"",
    "empty lines": b"\r\n\r\n",
    "half a request line": b"GET\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00",
    "unknown method": b"BREW / HTTP/1.1\r\nHost: x\r\n\r\n",
    "negative length": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    "two framings": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "bad chunk": b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
    "huge head": b"GET / HTTP/1.1\r\n" + b"A: " + b"b" * 200_000,
    "half a body": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf",
}


@pytest.mark.parametrize("kind", NOISE)
def test_what_is_no_http_does_not_hurt_the_server(server, kind):
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as sock:
        try:
            sock.sendall(NOISE[kind])
            sock.shutdown(socket.SHUT_WR)
            answer = sock.recv(65536)
        except ConnectionError:
            answer = b""
    assert not answer or answer.split()[1].startswith(b"4"), answer
    assert server.client("sts").get_caller_identity()["Account"] == "123456789012"


@pytest.mark.parametrize("service, call, arguments", [
    ("ec2", "describe_vpcs", {}), ("sqs", "list_queues", {}), ("sns", "list_topics", {}), ("dynamodb", "list_tables", {}), ("eks", "list_clusters", {}),
    ("route53", "list_hosted_zones", {}),
])
def test_services_that_are_not_here_say_so_in_their_protocol(server, service, call, arguments):
    client = server.client(service)
    with pytest.raises(botocore.exceptions.ClientError, match="belongs to no service that Teal supports") as caught:
        getattr(client, call)(**arguments)
    assert caught.value.response["Error"]["Code"] in ("UnknownOperationException", "InvalidAction")
