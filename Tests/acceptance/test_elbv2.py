"""Rules and actions of listeners, seen by real requests, and what a load balancer says of its targets."""

import collections
import http.client
import http.server
import socket
import threading

import botocore.exceptions
import pytest

from server import Server, free_port, wait_until

SUBNETS = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
VPC = "vpc-0123456789abcdef0"


class Target:
    """An HTTP server that answers with its name and what it was sent; its health answer can be changed."""

    def __init__(self, name: str):
        self.status = 200
        target = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                body = f"{name}\n{self.headers}".encode()
                self.send_response(target.status if self.path == "/health" else 200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Balancer:
    def __init__(self, server: Server):
        self.elb = server.client("elbv2")
        self.port = free_port()
        self.arn = self.elb.create_load_balancer(Name="web", Subnets=SUBNETS)["LoadBalancers"][0]["LoadBalancerArn"]
        self.listener = self.elb.create_listener(
            LoadBalancerArn=self.arn, Protocol="HTTP", Port=self.port, DefaultActions=[fixed("default", "404")],
        )["Listeners"][0]["ListenerArn"]

    def group(self, name: str, *targets: Target) -> str:
        arn = self.elb.create_target_group(
            Name=name, Protocol="HTTP", Port=80, VpcId=VPC, TargetType="ip", HealthCheckPath="/health",
            HealthCheckIntervalSeconds=5, HealthCheckTimeoutSeconds=2, HealthyThresholdCount=2, UnhealthyThresholdCount=2,
        )["TargetGroups"][0]["TargetGroupArn"]
        if targets:
            self.elb.register_targets(TargetGroupArn=arn, Targets=[{"Id": "127.0.0.1", "Port": t.port} for t in targets])
        return arn

    def rule(self, priority: int, *conditions: dict, actions: list[dict] | None = None) -> str:
        return self.elb.create_rule(
            ListenerArn=self.listener, Priority=priority, Conditions=list(conditions),
            Actions=actions or [fixed(f"rule {priority}")])["Rules"][0]["RuleArn"]

    def request(self, path: str = "/", method: str = "GET", host: str | None = None, **headers: str):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, headers={**({"Host": host} if host else {}), **headers})
            response = connection.getresponse()
            return response.status, response.read().decode(), response
        finally:
            connection.close()

    def body(self, *arguments, **more) -> str:
        return self.request(*arguments, **more)[1]

    def health(self, group: str) -> list[dict]:
        return [d["TargetHealth"] for d in self.elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]]


def fixed(body: str, status: str = "200") -> dict:
    return {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": status, "MessageBody": body, "ContentType": "text/plain"}}


@pytest.fixture
def server():
    server = Server("--ephemeral").start()
    yield server
    server.close()


@pytest.fixture
def balancer(server):
    return Balancer(server)


def refused(code: str, call, **arguments) -> str:
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(**arguments)
    assert caught.value.response["Error"]["Code"] == code, caught.value
    return caught.value.response["Error"]["Message"]


def test_each_kind_of_condition_chooses_its_requests(balancer):
    balancer.rule(10, {"Field": "host-header", "HostHeaderConfig": {"Values": ["*.Example.com"]}})
    balancer.rule(20, {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/img/*.png", "/a?c"]}})
    balancer.rule(30, {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "X-Plan", "Values": ["gold*"]}})
    balancer.rule(40, {"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["DELETE"]}})
    balancer.rule(50, {"Field": "query-string", "QueryStringConfig": {"Values": [{"Key": "version", "Value": "v2"}, {"Value": "*beta*"}]}})
    balancer.rule(60, {"Field": "source-ip", "SourceIpConfig": {"Values": ["127.0.0.1/32"]}},
                  {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/local"]}})
    balancer.rule(61, {"Field": "source-ip", "SourceIpConfig": {"Values": ["10.0.0.0/8"]}})
    assert balancer.body(host="api.example.COM:80") == "rule 10"
    assert balancer.body(host="example.com") == "default"
    assert balancer.body("/img/x/y.png?q=1") == "rule 20"
    assert balancer.body("/abc") == "rule 20"
    assert balancer.body("/IMG/x.png") == "default"
    assert balancer.body(**{"x-plan": "Golden"}) == "rule 30"
    assert balancer.body(method="DELETE") == "rule 40"
    assert balancer.body("/?VERSION=V2") == "rule 50"
    assert balancer.body("/?other=a-beta-b") == "rule 50"
    assert balancer.body("/?version=v3") == "default"
    assert balancer.body("/local", **{"X-Forwarded-For": "10.1.2.3"}) == "rule 60"
    assert balancer.request("/nothing")[0] == 404


def test_priorities_decide_and_change_places(balancer):
    everything = {"Field": "path-pattern", "Values": ["*"]}
    first, second = balancer.rule(1, everything), balancer.rule(2, everything)
    assert balancer.body() == "rule 1"
    balancer.elb.set_rule_priorities(RulePriorities=[{"RuleArn": first, "Priority": 2}, {"RuleArn": second, "Priority": 1}])
    assert balancer.body() == "rule 2"
    refused("PriorityInUse", balancer.elb.create_rule, ListenerArn=balancer.listener, Priority=1, Conditions=[everything], Actions=[fixed("x")])
    balancer.elb.delete_rule(RuleArn=second)
    assert balancer.body() == "rule 1"


def test_a_redirect_fills_in_what_the_request_said(balancer):
    balancer.rule(1, {"Field": "path-pattern", "Values": ["/old/*"]}, actions=[{"Type": "redirect", "RedirectConfig": {
        "StatusCode": "HTTP_301", "Protocol": "HTTPS", "Port": "8443", "Host": "new.#{host}", "Path": "/new/#{port}/#{path}",
        "Query": "from=#{protocol}&#{query}"}}])
    status, _, response = balancer.request("/old/page?x=1", host="shop.test")
    assert status == 301
    assert response.headers["Location"].lower() == f"https://new.shop.test:8443/new/{balancer.port}/old/page?from=http&x=1"
    assert response.headers["Server"] == "awselb/2.0"


def test_weights_share_out_requests_and_targets_see_who_asked(balancer):
    blue, green = Target("blue"), Target("green")
    try:
        groups = [balancer.group("blue", blue), balancer.group("green", green)]
        balancer.elb.modify_listener(ListenerArn=balancer.listener, DefaultActions=[{"Type": "forward", "ForwardConfig": {
            "TargetGroups": [{"TargetGroupArn": g, "Weight": w} for g, w in zip(groups, (3, 1))]}}])
        for group in groups:
            wait_until(lambda: [h["State"] for h in balancer.health(group)] == ["healthy"], 20, "the target is healthy")
        answers = collections.Counter(balancer.body().split("\n")[0] for _ in range(200))
        assert 120 <= answers["blue"] <= 180 and answers["green"] == 200 - answers["blue"]
        seen = balancer.body(**{"X-Forwarded-For": "10.1.2.3"}).lower()
        assert "x-forwarded-for: 10.1.2.3, 127.0.0.1" in seen
        assert "x-forwarded-proto: http" in seen and f"x-forwarded-port: {balancer.port}" in seen
        assert "x-amzn-trace-id: root=1-" in seen
        refused("ResourceInUse", balancer.elb.delete_target_group, TargetGroupArn=groups[1])
    finally:
        blue.close()
        green.close()


def test_target_health_says_why(balancer):
    target = Target("app")
    try:
        target.status = 503
        group = balancer.group("app", target)
        assert balancer.health(group)[0]["Reason"] == "Target.NotInUse"
        asked = {"Id": "127.0.0.1", "Port": 1}
        absent = balancer.elb.describe_target_health(TargetGroupArn=group, Targets=[asked])["TargetHealthDescriptions"][0]
        assert absent["TargetHealth"]["Reason"] == "Target.NotRegistered"
        balancer.elb.modify_listener(ListenerArn=balancer.listener, DefaultActions=[{"Type": "forward", "TargetGroupArn": group}])
        wait_until(lambda: balancer.health(group)[0]["State"] == "unhealthy", 30, "the target is unhealthy")
        assert balancer.health(group)[0]["Reason"] == "Target.ResponseCodeMismatch"
        assert balancer.health(group)[0]["Description"] == "Health checks failed with these codes: [503]"
        # The matcher is changed under way: the same answer is now a healthy one.
        balancer.elb.modify_target_group(TargetGroupArn=group, Matcher={"HttpCode": "200"}, HealthCheckPath="/", HealthyThresholdCount=2)
        balancer.elb.get_waiter("target_in_service").wait(TargetGroupArn=group, WaiterConfig={"Delay": 1, "MaxAttempts": 40})
        balancer.elb.modify_target_group_attributes(
            TargetGroupArn=group, Attributes=[{"Key": "deregistration_delay.timeout_seconds", "Value": "2"}])
        balancer.elb.deregister_targets(TargetGroupArn=group, Targets=[{"Id": "127.0.0.1", "Port": target.port}])
        assert balancer.health(group)[0]["Reason"] == "Target.DeregistrationInProgress"
        balancer.elb.get_waiter("target_deregistered").wait(
            TargetGroupArn=group, Targets=[{"Id": "127.0.0.1", "Port": target.port}], WaiterConfig={"Delay": 1, "MaxAttempts": 20})
        assert balancer.request()[0] == 503
    finally:
        target.close()


def test_limits_and_broken_input_have_the_codes_of_aws(balancer):
    elb, path = balancer.elb, {"Field": "path-pattern", "Values": ["/a"]}
    create = {"ListenerArn": balancer.listener, "Priority": 1, "Actions": [fixed("x")]}
    six = [{"Field": "source-ip", "SourceIpConfig": {"Values": [f"10.0.{n}.0/24" for n in range(6)]}}]
    refused("ValidationError", elb.create_rule, Conditions=six, **create)
    refused("TargetGroupNotFound", elb.create_rule, **{**create, "Conditions": [path], "Actions": [
        {"Type": "forward", "TargetGroupArn": f"arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/none/{'0' * 16}"}]})
    message = refused("ValidationError", elb.create_target_group, Name="x", Protocol="HTTP", Port=80, VpcId=VPC, TargetType="other")
    assert "Value 'other' at 'targetType' failed to satisfy constraint" in message
    for priority in range(1, 101):
        balancer.rule(priority, path)
    refused("TooManyRules", elb.create_rule, **{**create, "Priority": 101, "Conditions": [path]})
    pages = elb.get_paginator("describe_rules").paginate(ListenerArn=balancer.listener, PaginationConfig={"PageSize": 30})
    priorities = [rule["Priority"] for page in pages for rule in page["Rules"]]
    assert priorities == [str(n) for n in range(1, 101)] + ["default"]
    elb.delete_load_balancer(LoadBalancerArn=balancer.arn)
    elb.get_waiter("load_balancers_deleted").wait(LoadBalancerArns=[balancer.arn])


@pytest.mark.parametrize("text, status", [
    (b"TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 405),
    (b"GET / HTTP/1.1\r\nHost: a\r\nbroken\r\n\r\n", 400),
    (b"GET /" + b"a" * 20000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414),
    (b"GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: " + b",".join([b"10.0.0.1"] * 31) + b"\r\n\r\n", 463),
    (b"GET / HTTP/3.7\r\nHost: a\r\n\r\n", 505),
])
def test_what_cannot_be_forwarded_is_answered_here(balancer, text, status):
    with socket.create_connection(("127.0.0.1", balancer.port), timeout=10) as connection:
        connection.sendall(text)
        assert connection.makefile("rb").readline().split()[1] == str(status).encode()


def test_a_killed_server_comes_back_on_its_own_port():
    """The proxy goes on without the server, and must not hold the port of the API."""
    server = Server().start()
    try:
        balancer = Balancer(server)
        assert balancer.body() == "default"
        server.kill()
        assert balancer.body() == "default"
        server.start()
        assert balancer.elb.describe_listeners(LoadBalancerArn=balancer.arn)["Listeners"][0]["Port"] == balancer.port
    finally:
        server.close()
