"""The data plane at its edges: its end, broken state, memory, clients that misbehave, and clients that stay."""

import concurrent.futures
import contextlib
import os
import pathlib
import re
import signal
import socket
import threading
import time

import pytest

import processes
from server import wait_until
from test_elbv2 import Balancer, Target, balancer, server  # noqa: F401 (fixtures)

SLOW = 1.5


class SlowTarget(Target):
    """Answers `/slow` after a while; the rest as `Target`."""

    def __init__(self, name: str):
        super().__init__(name)
        self.waiting = 0
        lock, target, answer = threading.Lock(), self, self.server.RequestHandlerClass.do_GET

        def do_get(handler):
            if handler.path == "/slow":
                with lock:
                    target.waiting += 1
                time.sleep(SLOW)
            answer(handler)

        self.server.RequestHandlerClass.do_GET = do_get


@pytest.fixture
def forwarding(balancer):  # noqa: F811
    """Everything goes to one slow target."""
    target = SlowTarget("app")
    group = balancer.group("app", target)
    balancer.elb.modify_listener(ListenerArn=balancer.listener, DefaultActions=[{"Type": "forward", "TargetGroupArn": group}])
    wait_until(lambda: balancer.health(group)[0]["State"] == "healthy", 20, "the target is healthy")
    yield balancer, target
    target.close()


def exchange(port: int, text: bytes) -> bytes:
    """What comes back until the other end closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(text)
        return connection.makefile("rb").read()


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer else 0


def test_sigterm_of_the_proxy_finishes_what_is_in_flight(forwarding, server):  # noqa: F811
    balancer, target = forwarding
    before = processes.proxy(server)
    with concurrent.futures.ThreadPoolExecutor(9) as pool:
        slow = [pool.submit(balancer.request, "/slow") for _ in range(8)]
        wait_until(lambda: target.waiting == 8, 20, "the slow requests are at the target")
        quick, ended = [], threading.Event()

        def ask():
            while not ended.is_set():
                quick.append(balancer.request()[0])

        load = pool.submit(ask)
        wait_until(lambda: len(quick) > 5, 20, "there is load")
        os.kill(before, signal.SIGTERM)
        wait_until(lambda: not processes.running(before), 20, "the proxy has ended")
        served = len(quick)
        wait_until(lambda: len(quick) > served + 5, 20, "the next proxy serves")
        ended.set()
        load.result()
        assert [future.result()[0] for future in slow] == [200] * 8
    assert set(quick) == {200}, quick
    assert processes.proxy(server) != before


def test_broken_saved_state_is_told_and_stops_nothing(start_server):
    server = start_server()  # noqa: F811
    balancer = Balancer(server)  # noqa: F811
    state = server.data / "proxy" / "proxy-state.json"
    # Saved after the listener is served.
    wait_until(lambda: state.exists() and balancer.arn in state.read_text().replace("\\/", "/"), 20, "the routing is saved")
    server.kill()
    processes.kill(processes.proxy(server))
    state.write_text('{"snapshot": {"generation"')
    server.start()
    wait_until(lambda: balancer.body() == "default", 20, "the load balancer serves")
    log = (server.data / "proxy.log").read_text()
    assert re.search(r" error .*proxy-state\.json.*routing state cannot be read", log), log


def resident(pid: int) -> int:
    """Proportional set size in KiB."""
    return int(re.search(r"^Pss:\s+(\d+)", pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M)[1])


def test_memory_stays_flat_over_many_connections(forwarding, server):  # noqa: F811
    balancer, _ = forwarding
    balancer.rule(1, {"Field": "path-pattern", "Values": ["/fixed"]})
    proxy = processes.proxy(server)

    def use(count: int) -> None:
        for number in range(count):
            path = b"/" if number % 10 == 0 else b"/fixed"
            answer = exchange(balancer.port, b"GET " + path + b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            assert status(answer) == 200, answer

    def wave(connections: int) -> int:
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(use, [connections // 8] * 8))
        return resident(proxy)

    wave(1600)
    before = wave(400)
    after = wave(6000)
    # A leak of 1 KiB a connection would be 6 MiB.
    assert after < before + 4096, f"{before} KiB before, {after} KiB after 6000 connections"


def test_a_head_that_dribbles_in_is_timed_out_and_holds_up_nobody(forwarding):
    balancer, _ = forwarding
    balancer.elb.modify_load_balancer_attributes(
        LoadBalancerArn=balancer.arn, Attributes=[{"Key": "idle_timeout.timeout_seconds", "Value": "1"}])
    with contextlib.ExitStack() as stack:
        slow = [stack.enter_context(socket.create_connection(("127.0.0.1", balancer.port), timeout=20)) for _ in range(100)]
        for connection in slow:
            connection.sendall(b"GET / HTTP/1.1\r\nX: ")
        began = time.monotonic()
        open_ones = list(slow)
        while open_ones and time.monotonic() < began + 20:
            for connection in list(open_ones):
                try:
                    connection.send(b"a")
                except OSError:
                    open_ones.remove(connection)
                    continue
                connection.setblocking(False)
                with contextlib.suppress(BlockingIOError):
                    connection.recv(1, socket.MSG_PEEK)
                    open_ones.remove(connection)
                connection.settimeout(20)
            assert balancer.request()[0] == 200
            time.sleep(0.05)
        assert not open_ones, "bytes that keep coming keep connections open"
        assert time.monotonic() - began > 0.9
        assert {status(connection.recv(4096)) for connection in slow} == {408}


def test_a_client_that_says_nothing_is_closed_without_a_word(forwarding):
    balancer, _ = forwarding
    balancer.elb.modify_load_balancer_attributes(
        LoadBalancerArn=balancer.arn, Attributes=[{"Key": "idle_timeout.timeout_seconds", "Value": "1"}])
    assert exchange(balancer.port, b"") == b""
    assert status(exchange(balancer.port, b"GET /half")) == 408


def test_heads_that_nobody_should_send_are_refused(forwarding):
    balancer, _ = forwarding
    get, post = b"GET / HTTP/1.1\r\nHost: a\r\n", b"POST / HTTP/1.1\r\nHost: a\r\n"
    for head, expected in {
        get + b"X: " + b"a" * 17000 + b"\r\n\r\n": 400,
        get + (b"X: " + b"a" * 1000 + b"\r\n") * 100 + b"\r\n": 400,
        get + b"X: " + b"a" * 200_000: 400,
        b"GET /" + b"a" * 17000 + b" HTTP/1.1\r\nHost: a\r\n\r\n": 414,
        post + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n": 400,
        post + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello": 400,
        post + b"Transfer-Encoding: gzip\r\n\r\n": 501,
    }.items():
        assert status(exchange(balancer.port, head)) == expected, head[:80]
        assert balancer.request()[0] == 200


def test_sticky_clients_follow_the_weights_or_their_group(balancer):  # noqa: F811
    targets = [Target(name) for name in ("blue", "green")]
    try:
        blue, green = (balancer.group(target_name, target) for target_name, target in zip(("blue", "green"), targets))

        def shift(weights: tuple[int, int], stickiness: dict) -> None:
            balancer.elb.modify_listener(ListenerArn=balancer.listener, DefaultActions=[{"Type": "forward", "ForwardConfig": {
                "TargetGroups": [{"TargetGroupArn": g, "Weight": w} for g, w in zip((blue, green), weights)],
                "TargetGroupStickinessConfig": stickiness}}])

        def visit(cookies: dict[str, str]) -> str:
            code, body, response = balancer.request(Cookie="; ".join(f"{k}={v}" for k, v in cookies.items()) or "a=b")
            assert code == 200
            for line in response.headers.get_all("Set-Cookie", []):
                name, _, value = line.split(";")[0].partition("=")
                cookies[name] = value
            return body.split("\n")[0]

        for group in (blue, green):
            balancer.elb.modify_target_group_attributes(TargetGroupArn=group, Attributes=[{"Key": "stickiness.enabled", "Value": "true"}])
        free, bound = {}, {}
        shift((100, 0), {"Enabled": False})
        assert visit(free) == "blue" and set(free) == {"AWSALB", "AWSALBCORS"}
        shift((0, 100), {"Enabled": False})
        assert visit(free) == "green"
        shift((100, 0), {"Enabled": True, "DurationSeconds": 60})
        assert visit(bound) == "blue" and set(bound) == {"AWSALB", "AWSALBCORS", "AWSALBTG", "AWSALBTGCORS"}
        shift((0, 100), {"Enabled": True, "DurationSeconds": 60})
        assert visit(bound) == "blue" and visit({}) == "green"
    finally:
        for target in targets:
            target.close()
