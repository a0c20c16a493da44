"""CloudWatch Logs as boto3 and its paginators read it."""

import time

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def logs(server):
    """A group `app` with streams `a` and `b`, ten events in turn; `logs.start` is the time of the first, in milliseconds."""
    client = server.client("logs")
    client.create_log_group(logGroupName="app")
    client.start = int(time.time() * 1000) - 60_000
    for stream, numbers in (("a", range(0, 10, 2)), ("b", range(1, 10, 2))):
        client.create_log_stream(logGroupName="app", logStreamName=stream)
        client.put_log_events(logGroupName="app", logStreamName=stream, logEvents=[
            {"timestamp": client.start + number, "message": f'{{"n": {number}, "kind": "{"odd" if number % 2 else "even"}"}}'}
            for number in numbers])
    return client


def numbers(events: list[dict], start: int) -> list[int]:
    return [event["timestamp"] - start for event in events]


def filtered(logs, **arguments) -> list[int]:
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName="app", PaginationConfig={"PageSize": 3}, **arguments)
    return numbers([event for page in pages for event in page["events"]], logs.start)


def test_filter_reads_all_streams_in_order_page_by_page(logs):
    assert filtered(logs) == list(range(10))
    assert filtered(logs, interleaved=False) == list(range(10))
    assert filtered(logs, logStreamNames=["b"]) == [1, 3, 5, 7, 9]
    assert filtered(logs, startTime=logs.start + 2, endTime=logs.start + 4) == [2, 3, 4]
    assert filtered(logs, filterPattern='{ $.kind = "odd" && $.n > 4 }') == [5, 7, 9]
    assert filtered(logs, filterPattern="odd -7") == [1, 3, 5, 9]
    assert filtered(logs, filterPattern="?odd ?nothing") == [1, 3, 5, 7, 9]
    assert filtered(logs, filterPattern="[name, value=%^[89]%, ...]") == [8, 9]
    for arguments in ({"filterPattern": "{ $.n = "}, {"filterPattern": "%(odd)%"}, {"logStreamNames": ["a"], "logStreamNamePrefix": "a"}):
        with pytest.raises(ClientError) as refused:
            filtered(logs, **arguments)
        assert refused.value.response["Error"]["Code"] == "InvalidParameterException"


def test_stream_is_read_in_both_directions_until_the_token_comes_back(logs):
    def read(direction: str, **arguments) -> list[int]:
        seen, token = [], None
        while True:
            page = logs.get_log_events(logGroupName="app", logStreamName="a", limit=2, **arguments, **({"nextToken": token} if token else {}))
            found = numbers(page["events"], logs.start)
            seen = seen + found if direction == "nextForwardToken" else found + seen
            if page[direction] == token:
                return seen
            token = page[direction]

    assert read("nextForwardToken", startFromHead=True) == [0, 2, 4, 6, 8]
    assert read("nextBackwardToken") == [0, 2, 4, 6, 8]
    assert read("nextForwardToken", startFromHead=True, startTime=logs.start + 2, endTime=logs.start + 6) == [2, 4]
