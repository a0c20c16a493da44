"""The API's HTTP: what no SDK does, and clients with a socket of their own do."""
import socket
from urllib.parse import urlsplit

HEALTH = "GET /_teal/health HTTP/1.1\r\nHost: teal\r\n\r\n"


def exchange(server, text, half_close=False):
    """What the server answers until it closes the connection."""
    address = urlsplit(server.endpoint)
    with socket.create_connection((address.hostname, address.port), timeout=20) as connection:
        connection.sendall(text if isinstance(text, bytes) else text.encode())
        if half_close:
            connection.shutdown(socket.SHUT_WR)
        received = b""
        while part := connection.recv(65536):
            received += part
    return received.decode()


def test_pipelined_requests_are_answered_in_order(server):
    last = "GET /_teal/nowhere HTTP/1.1\r\nHost: teal\r\nConnection: close\r\n\r\n"
    answer = exchange(server, HEALTH * 5 + last)
    assert answer.count("HTTP/1.1 200 OK") == 5
    assert answer.rstrip().endswith("no such page")
    assert answer.rindex("HTTP/1.1 404") > answer.rindex("HTTP/1.1 200")


def test_a_client_that_sends_no_more_gets_its_answer(server):
    answer = exchange(server, HEALTH, half_close=True)
    assert answer.startswith("HTTP/1.1 200 OK") and '"status"' in answer


def test_a_body_in_parts_is_one_body(server):
    body = "".join(f"{len(part):x}\r\n{part}\r\n" for part in ("Action=GetCaller", "Identity&Version=2011-06-15")) + "0\r\n\r\n"
    answer = exchange(server, "POST / HTTP/1.1\r\nHost: teal\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n"
                              f"Content-Type: application/x-www-form-urlencoded\r\n\r\n{body}")
    assert "<Code>MissingAuthenticationToken</Code>" in answer


def test_a_head_request_gets_no_body(server):
    answer = exchange(server, "HEAD /_teal/health HTTP/1.1\r\nHost: teal\r\nConnection: close\r\n\r\n")
    assert answer.startswith("HTTP/1.1 200 OK") and answer.endswith("\r\n\r\n")


def test_what_is_no_http_is_refused_and_the_server_goes_on(server):
    assert exchange(server, b"\x16\x03\x01 not http\r\n\r\n").startswith("HTTP/1.1 400")
    assert exchange(server, HEALTH, half_close=True).startswith("HTTP/1.1 200 OK")


def test_a_body_that_no_operation_takes_is_refused_with_an_aws_error(server):
    size = 73 << 20
    head = (f"POST / HTTP/1.1\r\nHost: teal\r\nConnection: close\r\nContent-Length: {size}\r\n"
            "X-Amz-Target: AmazonEC2ContainerServiceV20141113.ListClusters\r\n\r\n")
    answer = exchange(server, head.encode() + bytes(size))
    assert answer.startswith("HTTP/1.1 413") and "RequestEntityTooLargeException" in answer


def test_a_client_that_waits_for_leave_to_send_its_body_gets_it(server):
    body = b"Action=GetCallerIdentity&Version=2011-06-15"
    address = urlsplit(server.endpoint)
    with socket.create_connection((address.hostname, address.port), timeout=20) as connection:
        connection.sendall((f"POST / HTTP/1.1\r\nHost: teal\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: {len(body)}\r\n"
                            "Content-Type: application/x-www-form-urlencoded\r\n\r\n").encode())
        assert connection.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(body)
        received = b""
        while part := connection.recv(65536):
            received += part
    assert received.startswith(b"HTTP/1.1 4") and b"<Code>MissingAuthenticationToken</Code>" in received
