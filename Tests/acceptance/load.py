"""Steady load from kept-alive connections that counts every answer, so that a test can say: nothing was lost."""

import collections
import http.client
import threading
import time


class Load:
    """Requests from `connections` threads, each on one kept-alive connection, until the `with` block ends.

    A connection that the load balancer closes between two requests is opened anew (clients do that); a request that
    was sent and not answered is a failure."""

    def __init__(self, port: int, connections: int = 4, pause: float = 0.01, path: str = "/"):
        self.port, self.pause, self.path = port, pause, path
        self.answers: collections.Counter[str] = collections.Counter()
        self.failures: list[str] = []
        self.times: list[tuple[float, str]] = []
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(connections)]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join(30)

    @property
    def total(self) -> int:
        return sum(self.answers.values()) + len(self.failures)

    def since(self, moment: float) -> collections.Counter[str]:
        """Answers by version since a `time.monotonic()`."""
        with self._lock:
            return collections.Counter(version for at, version in self.times if at >= moment)

    def _run(self):
        connection = None
        while not self._stop.is_set():
            try:
                if connection is None:
                    connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
                connection.request("GET", self.path)
                response = connection.getresponse()
                body = response.read().decode().strip()
                with self._lock:
                    if response.status == 200:
                        self.answers[body] += 1
                        self.times.append((time.monotonic(), body))
                    else:
                        self.failures.append(f"{response.status} {response.getheader('Server')}: {body[:120]}")
                if response.will_close:
                    connection.close()
                    connection = None
            except (OSError, http.client.HTTPException) as error:
                with self._lock:
                    self.failures.append(repr(error))
                connection = None
            self._stop.wait(self.pause)
