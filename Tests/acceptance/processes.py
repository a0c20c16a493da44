"""The processes behind a data directory, as the operating system sees them."""

import contextlib
import os
import pathlib
import signal

from server import Server, wait_until


def running(pid: int) -> bool:
    """Whether a process lives; one that has ended and waits to be reaped does not."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _command_lines() -> dict[int, list[str]]:
    lines = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                lines[int(entry.name)] = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
    return lines


def naming(folder: pathlib.Path) -> list[int]:
    """Ids of everything that was started with a path in this folder."""
    return [pid for pid, arguments in _command_lines().items() if any(str(folder) in a for a in arguments) and running(pid)]


def of_directory(server: Server) -> dict[str, list[int]]:
    """Ids of everything that runs for a server's data directory, by kind: `serve`, `proxy`, `shim`."""
    found: dict[str, list[int]] = {"serve": [], "proxy": [], "shim": []}
    for pid, arguments in _command_lines().items():
        if len(arguments) > 1 and arguments[1] in found and any(str(server.data) in a for a in arguments) and running(pid):
            found[arguments[1]].append(pid)
    return found


def tasks(server: Server) -> dict[str, int]:
    """The program of every running task: process id by task id. Each is the child of its shim."""
    shims = {}
    for shim in of_directory(server)["shim"]:
        with contextlib.suppress(OSError):
            folder = pathlib.Path(pathlib.Path(f"/proc/{shim}/cmdline").read_bytes().decode().split("\0")[2])
            shims[shim] = folder.parent.name
    programs = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                if parent in shims and running(int(entry.name)):
                    programs[shims[parent]] = int(entry.name)
    return programs


def proxy(server: Server) -> int:
    """The one proxy of a data directory."""
    pids = of_directory(server)["proxy"]
    assert len(pids) == 1, f"{len(pids)} proxies run: {pids}"
    return pids[0]


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not running(pid), 5, f"process {pid} has ended", interval=0.005)
