import pytest

from server import BINARY, Server
from stack import Stack


@pytest.fixture(scope="session", autouse=True)
def binary():
    assert BINARY.exists(), f"build the binary first: {BINARY} is absent"


@pytest.fixture
def start_server():
    """Starts servers with given options; ends them, their proxies, tasks and files with the test."""
    servers: list[Server] = []

    def start(*arguments, **options) -> Server:
        servers.append(Server(*arguments, **options))
        return servers[-1].start()

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def server(start_server) -> Server:
    return start_server()


@pytest.fixture
def stack(server) -> Stack:
    return Stack(server)
