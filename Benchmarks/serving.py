"""What the benchmarks of the control plane share: a `teal serve` of their own on free ports."""
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

from botocore.credentials import Credentials

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SUBNETS = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class TealServer:
    """`teal serve --ephemeral` with process tasks; `ready` is the time in seconds from its start to its ready line."""

    def __init__(self, binary, *arguments, data=None):
        self.folder = tempfile.TemporaryDirectory(prefix="teal-bench-", ignore_cleanup_errors=True) if data is None else None
        self.data = data or os.path.join(self.folder.name, "data")
        self.endpoint = f"http://127.0.0.1:{free_port()}"
        self.command = [binary, "serve", "--ephemeral", "--runtime=process", f"--data-dir={self.data}",
                        f"--listen={self.endpoint.removeprefix('http://')}", *arguments]

    def __enter__(self):
        start = time.monotonic()
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        if not self.process.stdout.readline().startswith("teal: ready "):
            sys.exit("teal serve did not start")
        self.ready = time.monotonic() - start
        with open(os.path.join(self.data, "credentials")) as file:
            text = file.read()
        self.credentials = Credentials(re.search(r"aws_access_key_id = (\S+)", text)[1],
                                       re.search(r"aws_secret_access_key = (\S+)", text)[1])
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        if self.folder:
            self.folder.cleanup()
