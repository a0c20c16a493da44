"""The documents' commands, run as they are printed."""

import os
import pathlib
import re
import shutil
import socket
import subprocess

import pytest

from server import BINARY, ROOT


def commands(document: str) -> str:
    text = (ROOT / "docs" / document).read_text()
    return "\n".join(re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL))


def is_free(port: int) -> bool:
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def run(document: str, tmp_path: pathlib.Path) -> str:
    """What the document's commands print; each of them must succeed."""
    taken = [port for port in (4566, 8080, 8081) if not is_free(port)]
    if taken:
        pytest.skip(f"the document's ports are taken: {taken}")
    if not shutil.which("envsubst"):
        pytest.skip("envsubst (gettext-base) is not installed")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    environment |= {"HOME": str(tmp_path), "PATH": f"{BINARY.parent}:{ROOT / '.venv' / 'bin'}:{os.environ['PATH']}"}
    script = "set -euo pipefail\ntrap 'teal down' EXIT\n" + commands(document)
    with open(tmp_path / "output", "w") as output:
        result = subprocess.run(["bash", "-c", script], cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT, timeout=400)
    text = (tmp_path / "output").read_text()
    assert result.returncode == 0, text[-5000:]
    return text


def test_codedeploy_walkthrough(tmp_path):
    text = run("walkthrough-codedeploy.md", tmp_path)
    assert "v1\n" in text
    assert text.rstrip().count("hello-hook") >= 1
    assert re.search(r"d-[A-Z0-9]{9} of AppECS-demo-hello is InProgress", text), text[-5000:]


def test_native_walkthrough(tmp_path):
    text = run("walkthrough-native.md", tmp_path)
    assert re.search(r"^v2\nv1$", text, re.MULTILINE), "test traffic is on v2, production on v1, while the pause waits"
    assert "PRE_SCALE_UP for hello: python:3.12-slim" in text and "POST_PRODUCTION_TRAFFIC_SHIFT for hello" in text
    counted = re.findall(r"^ *(\d+) (v[12])$", text, re.MULTILINE)
    assert counted[0] == ("20", "v2") and counted[-1] == ("20", "v2"), counted
    assert {version for _, version in counted[1:-1]} == {"v1", "v2"}, "the canary shares"
    assert "ROLLBACK_SUCCESSFUL" in text and "because of a user request" in text
