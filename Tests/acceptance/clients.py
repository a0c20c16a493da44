"""Clients of every kind that traffic is made of. Each checks every byte of every answer."""

import base64
import collections
import hashlib
import http.client
import itertools
import os
import random
import socket
import struct
import threading
import time

from app import WEBSOCKET_GUID, pattern


class Client:
    """Does `once()` again and again on a thread until the `with` block ends. What goes wrong is a failure, with its reason."""

    pause = 0.01

    def __init__(self, port: int):
        self.port = port
        self.answers: collections.Counter[str] = collections.Counter()
        self.failures: list[str] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._numbers = itertools.count()

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join(60)
        assert not self._thread.is_alive(), f"{type(self).__name__} never ended"

    @property
    def name(self) -> str:
        return type(self).__name__

    def _run(self):
        while not self._stop.is_set():
            try:
                self.once()
            except (OSError, http.client.HTTPException, AssertionError, ValueError) as error:
                self.failures.append(f"{self.name} at request {sum(self.answers.values())}: {error!r}")
                self.reset()
            self._stop.wait(self.pause)
        self.reset()

    def once(self) -> None:
        raise NotImplementedError

    def reset(self) -> None:
        """Forgets the connection."""

    def connect(self, receive_buffer: int | None = None) -> socket.socket:
        sock = socket.socket()
        sock.settimeout(30)
        if receive_buffer:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        sock.connect(("127.0.0.1", self.port))
        return sock

    def note(self, version: str) -> None:
        self.answers[version] += 1


class KeptAlive(Client):
    """Every request on one connection, opened anew only where the load balancer announced that it closes it."""

    connection: http.client.HTTPConnection | None = None

    def once(self):
        self.request("GET", "/")

    def request(self, method: str, path: str, status: int = 200, body: bytes | None = None) -> http.client.HTTPResponse:
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        self.connection.request(method, path, headers={"Host": f"127.0.0.1:{self.port}"})
        response = self.connection.getresponse()
        data = response.read()
        assert response.status == status, f"{method} {path}: {response.status} {data[:100]!r}"
        if body is not None:
            assert data == body, f"{method} {path}: another body, {data[:100]!r}"
        if response.will_close:
            self.reset()
        self.note(response.getheader("X-Version"))
        return response

    def reset(self):
        if self.connection:
            self.connection.close()
        self.connection = None


class OneRequestAConnection(KeptAlive):
    def once(self):
        self.request("GET", "/")
        self.reset()


class Bodiless(KeptAlive):
    """Answers without a body among those with one, on the same connection: a wrong end would garble what follows."""

    def once(self):
        assert self.request("HEAD", "/large?bytes=5000").getheader("Content-Length") == "5000"
        self.request("GET", "/large?bytes=5000", body=pattern(5000))
        self.request("GET", "/empty", status=204, body=b"")
        self.request("GET", "/unchanged", status=304, body=b"")
        self.request("HEAD", "/events?count=0")


class Continuing(Client):
    """`Expect: 100-continue`: the body is sent only when the load balancer asks for it."""

    def once(self):
        number = next(self._numbers)
        body = pattern(3000, number)
        with self.connect() as sock, sock.makefile("rb") as stream:
            sock.sendall(b"POST /echo HTTP/1.1\r\nHost: web\r\nExpect: 100-continue\r\nContent-Length: 3000\r\n\r\n")
            assert stream.readline() == b"HTTP/1.1 100 Continue\r\n"
            assert stream.readline() == b"\r\n"
            sock.sendall(body)
            head = read_head(stream)
            assert b"".join(chunks(stream)) == body
            self.note(head["x-version"])


class SlowReader(Client):
    """Reads a large body slower than the target writes it, through a small window."""

    size = 5_000_000

    def once(self):
        number = next(self._numbers)
        with self.connect(receive_buffer=131072) as sock:
            sock.sendall(f"GET /large?bytes={self.size}&seed={number} HTTP/1.1\r\nHost: web\r\nConnection: close\r\n\r\n".encode())
            stream = sock.makefile("rb", buffering=131072)
            head = read_head(stream)
            assert int(head["content-length"]) == self.size
            received = bytearray()
            while piece := stream.read(65536):
                received += piece
                time.sleep(0.02)
            assert received == pattern(self.size, number), f"{len(received)} of {self.size} bytes"
            self.note(head["x-version"])


class SlowUploader(Client):
    """A chunked body in pieces of odd sizes, echoed while it is sent."""

    def once(self):
        choose = random.Random(next(self._numbers))
        pieces = [choose.randbytes(choose.choice([1, 2, 15, 16, 255, 4096, 9001])) for _ in range(25)]
        with self.connect() as sock, sock.makefile("rb") as stream:
            sock.sendall(b"POST /echo HTTP/1.1\r\nHost: web\r\nTransfer-Encoding: chunked\r\n\r\n")
            for piece in pieces:
                framed = b"%x\r\n%b\r\n" % (len(piece), piece)
                # Also torn in the middle of a chunk or of its size.
                cut = choose.randrange(len(framed))
                sock.sendall(framed[:cut])
                time.sleep(0.02)
                sock.sendall(framed[cut:])
            sock.sendall(b"0\r\n\r\n")
            head = read_head(stream)
            echoed = b"".join(chunks(stream))
            assert echoed == b"".join(pieces), f"{len(echoed)} of {sum(map(len, pieces))} bytes"
            self.note(head["x-version"])


class Streaming(Client):
    """Server-sent events for three seconds an answer."""

    count = 30

    def once(self):
        with self.connect() as sock, sock.makefile("rb") as stream:
            sock.sendall(f"GET /events?count={self.count} HTTP/1.1\r\nHost: web\r\n\r\n".encode())
            version = read_head(stream)["x-version"]
            events = b"".join(chunks(stream)).decode()
            assert events == "".join(f"data: {version} {n}\n\n" for n in range(self.count)), events[-100:]
            self.note(version)


class Pipelining(Client):
    """Five requests in one write; the answers come in the same order."""

    def reset(self):
        if self.sock:
            self.stream.close()
            self.sock.close()
        self.sock = None

    sock = None

    def once(self):
        if not self.sock:
            self.sock = self.connect()
            self.stream = self.sock.makefile("rb")
        first = next(self._numbers) * 5
        numbers = range(first, first + 5)
        self.sock.sendall(b"".join(f"GET /?n=-{n} HTTP/1.1\r\nHost: web\r\n\r\n".encode() for n in numbers))
        for number in numbers:
            head = read_head(self.stream)
            assert self.stream.read(int(head["content-length"])) == f"{head['x-version']}-{number}\n".encode()
            self.note(head["x-version"])


class WebSocket:
    """One upgraded connection and its echo."""

    def __init__(self, port: int):
        self.sock = socket.create_connection(("127.0.0.1", port), timeout=30)
        key = base64.b64encode(os.urandom(16))
        self.sock.sendall(
            b"GET /socket HTTP/1.1\r\nHost: web\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %b\r\n\r\n" % key)
        self.stream = self.sock.makefile("rb")
        head = read_head(self.stream, status=101)
        assert head["sec-websocket-accept"] == base64.b64encode(hashlib.sha1(key + WEBSOCKET_GUID).digest()).decode()
        self.version = head["x-version"]

    def send(self, data: bytes) -> None:
        mask = os.urandom(4)
        length = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + struct.pack(">H", len(data))
        self.sock.sendall(b"\x82" + length + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(data)))

    def receive(self) -> bytes:
        head = self.stream.read(2)
        if len(head) < 2:
            raise ConnectionResetError("the connection was cut")
        count = head[1] if head[1] < 126 else struct.unpack(">H", self.stream.read(2))[0]
        return self.stream.read(count)

    def echo(self, data: bytes) -> None:
        self.send(data)
        assert self.receive() == data

    def close(self) -> None:
        self.stream.close()
        self.sock.close()


class WebSockets(Client):
    """Opens a connection for a few messages, again and again."""

    def once(self):
        sock = WebSocket(self.port)
        try:
            for size in (1, 125, 126, 5000):
                sock.echo(os.urandom(size))
                time.sleep(0.05)
            self.note(sock.version)
        finally:
            sock.close()


class LongWebSocket(threading.Thread):
    """Stays on one connection, a message every 50 ms, until it is cut; tells when that was."""

    def __init__(self, port: int):
        super().__init__(daemon=True)
        self.sock = WebSocket(port)
        self.version = self.sock.version
        self.echoed = 0
        self.last_echo = time.time()
        self.cut_at: float | None = None
        self.stopped = threading.Event()
        self.start()

    def run(self):
        try:
            while not self.stopped.wait(0.05):
                self.sock.echo(b"%d" % self.echoed)
                self.echoed += 1
                self.last_echo = time.time()
        except OSError:
            self.cut_at = time.time()
        self.sock.close()

    def stop(self):
        self.stopped.set()
        self.join(30)


def read_head(stream, status: int = 200) -> dict[str, str]:
    """The fields of an answer's head, names in lower case."""
    line = stream.readline()
    assert line.startswith(b"HTTP/1.1 "), f"no answer: {line!r}"
    fields: dict[str, str] = {}
    while (field := stream.readline()) not in (b"\r\n", b""):
        name, _, value = field.decode("latin-1").partition(":")
        fields[name.lower()] = value.strip()
    assert int(line.split()[1]) == status, f"{line!r} {fields}"
    return fields


def chunks(stream):
    """The chunks of a body; a cut is an error."""
    while True:
        line = stream.readline()
        assert line.endswith(b"\r\n"), f"the body was cut: {line!r}"
        size = int(line.split(b";")[0], 16)
        data = stream.read(size)
        assert len(data) == size and stream.readline() == b"\r\n", "the body was cut"
        if size == 0:
            return
        yield data


EVERY_KIND = [
    KeptAlive, OneRequestAConnection, Bodiless, Continuing, SlowReader, SlowUploader, Streaming, Pipelining, WebSockets,
]
