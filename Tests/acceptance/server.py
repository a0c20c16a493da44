"""A Teal server of the test's own: the built binary over a temporary data directory, on free ports."""

import contextlib
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import boto3
from botocore.config import Config

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("TEAL_BINARY", ROOT / ".build" / "debug" / "teal"))
# The stock client, as `scripts/install.sh test` installs it beside this Python.
CLI = pathlib.Path(sys.executable).with_name("aws")


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def wait_until(condition, timeout: float, what: str, interval: float = 0.1):
    """Returns the first truthy result of `condition`; fails naming `what` when `timeout` seconds are over."""
    deadline = time.monotonic() + timeout
    while True:
        result = condition()
        if result:
            return result
        assert time.monotonic() < deadline, f"timed out after {timeout:g} s waiting until {what}"
        time.sleep(interval)


class Server:
    """`teal serve`, started and restarted over one data directory."""

    def __init__(self, *arguments: str, runtime: str = "process", time_scale: float = 60, environment: dict | None = None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="teal-test-"))
        self.data = self.folder / "data"
        self.port = free_port()
        self.arguments = [f"--runtime={runtime}", f"--time-scale={time_scale}", *arguments]
        # Hooks need a Python with boto3: that of the tests' own virtual environment.
        path = f"{ROOT / '.venv' / 'bin'}:{os.environ['PATH']}"
        self.environment = {**os.environ, "PATH": path, **(environment or {})}
        self.process: subprocess.Popen | None = None
        self.log = self.folder / "server.log"

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "Server":
        line = self._first_line()
        assert line.startswith("teal: ready "), f"server did not start: {line!r}\n{self.log_text()[-4000:]}"
        return self

    def start_to_die_at(self, point: str) -> None:
        """Starts it with a crash point armed. What is left to do from before may bring it there before it is ready."""
        line = self._first_line(TEAL_CRASH_POINT=point)
        assert line.startswith("teal: ready ") or self.wait_for_death(20) == -signal.SIGKILL, self.log_text()[-4000:]

    def _first_line(self, **environment: str) -> str:
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [BINARY, "serve", "--data-dir", self.data, "--listen", f"127.0.0.1:{self.port}", *self.arguments],
                stdout=subprocess.PIPE, stderr=log, text=True, env={**self.environment, **environment}, cwd=self.folder)
        return self.process.stdout.readline()

    def kill(self):
        """As `kill -9`: the proxy and the tasks go on."""
        self.process.kill()
        self.process.wait()

    def terminate(self, timeout: float = 20) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout)

    def wait_for_death(self, timeout: float = 60) -> int:
        return self.process.wait(timeout)

    def down(self) -> None:
        """Ends the server, its proxy and its tasks; the files stay."""
        subprocess.run([BINARY, "down", "--data-dir", self.data], check=True, timeout=60, capture_output=True)
        if self.process:
            self.process.wait(20)

    def close(self) -> None:
        with contextlib.suppress(subprocess.SubprocessError):
            self.down()
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def log_text(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def credentials(self) -> dict[str, str]:
        text = (self.data / "credentials").read_text()
        return {
            "AWS_ACCESS_KEY_ID": re.search(r"aws_access_key_id = (\S+)", text)[1],
            "AWS_SECRET_ACCESS_KEY": re.search(r"aws_secret_access_key = (\S+)", text)[1],
        }

    def client_environment(self, region: str = "us-east-1") -> dict[str, str]:
        """What `eval "$(teal env)"` sets, for a child process."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
        return {
            **environment, **self.credentials(), "AWS_ENDPOINT_URL": self.endpoint, "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region, "AWS_PAGER": "",
        }

    def client(self, service: str, region: str = "us-east-1", **overrides):
        credentials = self.credentials()
        return boto3.client(
            service, region_name=region, endpoint_url=self.endpoint,
            aws_access_key_id=overrides.get("key", credentials["AWS_ACCESS_KEY_ID"]),
            aws_secret_access_key=overrides.get("secret", credentials["AWS_SECRET_ACCESS_KEY"]),
            aws_session_token=overrides.get("token"),
            config=Config(**{"retries": {"max_attempts": 1}, **overrides.get("config", {})}))
