"""The benchmarks speak to the proxy themselves, so that they must notice when it has moved on."""

import importlib.util
import pathlib

import pytest

from processes import naming
from server import BINARY, ROOT, free_port


def benchmark(name: str):
    specification = importlib.util.spec_from_file_location(f"benchmark_{name}", ROOT / "Benchmarks" / f"{name}.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_a_proxy_of_another_feed_version_ends_the_benchmark_and_is_not_left_behind(tmp_path: pathlib.Path):
    proxy = benchmark("proxy")
    proxy.FEED_VERSION += 1
    with pytest.raises(SystemExit, match=f"version {proxy.FEED_VERSION} of the proxy feed"):
        proxy.start_teal(str(BINARY), str(tmp_path / "teal"), free_port(), [free_port(), free_port()])
    assert naming(tmp_path) == []
