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


def test_codedeploy_walkthrough(tmp_path):
    taken = [port for port in (4566, 8080, 8081) if not is_free(port)]
    if taken:
        pytest.skip(f"the document's ports are taken: {taken}")
    if not shutil.which("envsubst"):
        pytest.skip("envsubst (gettext-base) is not installed")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    environment |= {"HOME": str(tmp_path), "PATH": f"{BINARY.parent}:{ROOT / '.venv' / 'bin'}:{os.environ['PATH']}"}
    script = "set -euo pipefail\ntrap 'teal down' EXIT\n" + commands("walkthrough-codedeploy.md")
    with open(tmp_path / "output", "w") as output:
        result = subprocess.run(["bash", "-c", script], cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT, timeout=400)
    text = (tmp_path / "output").read_text()
    assert result.returncode == 0, text[-5000:]
    assert "v1\n" in text
    assert text.rstrip().count("hello-hook") >= 1
    assert re.search(r"d-[A-Z0-9]{9} of AppECS-demo-hello is InProgress", text), text[-5000:]
