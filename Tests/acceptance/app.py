"""The service under test: an HTTP/1.1 server of a task that answers, streams, echoes, and misbehaves on request.

Run by the process runtime as `python app.py VERSION [--faults FILE] [--sick N]`, on the port in `PORT`. With `--sick`, every
Nth request for `/` is answered with 500. FILE, where it is given, holds
the answers to health checks, by process id or for `all`, which take turns: `{"4711": [503], "all": [200, 500]}`. The test may
change it while the tasks run."""

import argparse
import asyncio
import base64
import fcntl
import hashlib
import json
import os
import random
import socket
import struct
import termios
import time
import urllib.parse

WEBSOCKET_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def pattern(count: int, seed: int = 0) -> bytes:
    """`count` bytes without a pattern, so that a lost, doubled or moved piece shows."""
    return random.Random(seed).randbytes(count)


class Request:
    def __init__(self, head: bytes):
        line, *fields = head.decode("latin-1").split("\r\n")
        self.method, target, _ = line.split(" ")
        url = urllib.parse.urlsplit(target)
        self.path, self.query = url.path, dict(urllib.parse.parse_qsl(url.query))
        self.headers = {name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}

    def number(self, name: str, default: float = 0) -> float:
        return float(self.query.get(name, default))


class Connection:
    def __init__(self, app: "App", reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self.app, self.reader, self.writer = app, reader, writer

    async def serve(self):
        try:
            while True:
                head = await self.reader.readuntil(b"\r\n\r\n")
                self.request = Request(head[:-4])
                if not await self.answer() or self.request.headers.get("connection") == "close":
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.writer.close()

    async def answer(self) -> bool:
        """Whether the connection goes on."""
        request = self.request
        answers = {
            "/health": self.health, "/large": self.large, "/echo": self.echo, "/events": self.events, "/socket": self.websocket,
            "/empty": self.empty, "/unchanged": self.unchanged, "/garbage": self.garbage, "/reset": self.reset,
            "/hang": self.hang, "/close": self.close, "/fickle": self.fickle, "/slow": self.slow, "/busy": self.busy,
        }
        handler = answers.get(request.path, self.hello)
        if handler != self.echo:
            async for _ in self.body():
                pass
        return await handler() is not False

    def head(self, status: str, **fields) -> None:
        lines = [f"HTTP/1.1 {status}", f"X-Version: {self.app.version}", f"X-Process: {os.getpid()}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
        self.writer.write("\r\n".join(lines).encode() + b"\r\n\r\n")

    async def whole(self, body: bytes, status: str = "200 OK"):
        self.head(status, Content_Length=len(body))
        if self.request.method != "HEAD":
            self.writer.write(body)
        await self.writer.drain()

    async def chunk(self, data: bytes):
        self.writer.write(b"%x\r\n%b\r\n" % (len(data), data))
        await self.writer.drain()

    async def body(self):
        if self.request.headers.get("transfer-encoding", "").lower() == "chunked":
            while size := int((await self.reader.readline()).split(b";")[0], 16):
                yield (await self.reader.readexactly(size + 2))[:-2]
            await self.reader.readline()
        else:
            left = int(self.request.headers.get("content-length", 0))
            while left:
                piece = await self.reader.read(min(left, 65536))
                if not piece:
                    raise ConnectionError
                left -= len(piece)
                yield piece

    # What a good service does.

    async def hello(self):
        self.app.greeted += 1
        if self.app.sick and self.app.greeted % self.app.sick == 0:
            await self.whole(b"sick\n", "500 Internal Server Error")
            return
        await self.whole(f"{self.app.version}{self.request.query.get('n', '')}\n".encode())

    async def slow(self):
        await asyncio.sleep(self.request.number("seconds"))
        await self.hello()

    async def busy(self):
        """Keeps a processor busy for so many seconds of its time."""
        end = time.process_time() + self.request.number("seconds")
        while time.process_time() < end:
            pass
        await self.hello()

    async def health(self):
        await self.whole(b"", f"{self.app.health()} As told")

    async def large(self):
        await self.whole(pattern(int(self.request.number("bytes")), int(self.request.number("seed"))))

    async def echo(self):
        """Answers while it receives."""
        self.head("200 OK", Transfer_Encoding="chunked")
        async for piece in self.body():
            await self.chunk(piece)
        await self.chunk(b"")

    async def events(self):
        """Server-sent events, ten a second."""
        count = int(self.request.number("count"))
        self.head("200 OK", Transfer_Encoding="chunked", Content_Type="text/event-stream")
        for number in range(count):
            await self.chunk(f"data: {self.app.version} {number}\n\n".encode())
            await asyncio.sleep(0.1)
        await self.chunk(b"")

    async def empty(self):
        self.head("204 No Content")

    async def unchanged(self):
        """The length that a 200 would have, and no body."""
        self.head("304 Not Modified", ETag='"one"', Content_Length=1234)

    async def websocket(self):
        key = self.request.headers["sec-websocket-key"].encode()
        accept = base64.b64encode(hashlib.sha1(key + WEBSOCKET_GUID).digest()).decode()
        self.head("101 Switching Protocols", Upgrade="websocket", Connection="Upgrade", Sec_WebSocket_Accept=accept)
        while True:
            first, second = await self.reader.readexactly(2)
            count = second & 127
            if count == 126:
                count, = struct.unpack(">H", await self.reader.readexactly(2))
            mask = await self.reader.readexactly(4)
            data = bytes(byte ^ mask[i % 4] for i, byte in enumerate(await self.reader.readexactly(count)))
            length = bytes([count]) if count < 126 else b"\x7e" + struct.pack(">H", count)
            self.writer.write(bytes([first]) + length + data)
            await self.writer.drain()
            if first & 15 == 8:
                return False

    # What a bad one does.

    async def garbage(self):
        self.writer.write(b"\x16\x03\x01 this is no HTTP\r\n\r\n")
        await self.writer.drain()
        return False

    async def reset(self):
        """Cuts the answer after `bytes` of twice as many; `framing` is length or chunked."""
        data = pattern(int(self.request.number("bytes")))
        if self.request.query.get("framing") == "chunked":
            self.head("200 OK", Transfer_Encoding="chunked")
            await self.chunk(data)
        else:
            self.head("200 OK", Content_Length=2 * len(data))
            self.writer.write(data)
            await self.writer.drain()
        # The reset would else overtake it.
        await self.delivered()
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False

    async def delivered(self):
        """Returns when the peer's kernel has everything that was written, or after five seconds."""
        descriptor, deadline = self.writer.get_extra_info("socket").fileno(), time.monotonic() + 5
        while time.monotonic() < deadline:
            unacknowledged, = struct.unpack("i", fcntl.ioctl(descriptor, termios.TIOCOUTQ, bytes(4)))
            if unacknowledged == 0 and self.writer.transport.get_write_buffer_size() == 0:
                return
            await asyncio.sleep(0.005)

    async def hang(self):
        await asyncio.Event().wait()

    async def close(self):
        return False

    async def fickle(self):
        """Answers, and closes the connection without a word after every third request."""
        await self.hello()
        self.app.answered += 1
        return self.app.answered % 3 != 0


class App:
    def __init__(self, version: str, faults_file: str | None, sick: int):
        self.version, self.faults_file, self.sick = version, faults_file, sick
        self.answered = 0
        self.greeted = 0
        self.checked = 0

    def health(self) -> int:
        """The status of the next health check."""
        if not self.faults_file or not os.path.exists(self.faults_file):
            return 200
        with open(self.faults_file) as file:
            faults = json.load(file)
        statuses = faults.get(str(os.getpid())) or faults.get("all") or [200]
        self.checked += 1
        return statuses[self.checked % len(statuses)]

    async def run(self):
        server = await asyncio.start_server(
            lambda reader, writer: Connection(self, reader, writer).serve(), "127.0.0.1", int(os.environ["PORT"]), limit=1 << 17)
        await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("version")
    parser.add_argument("--faults")
    parser.add_argument("--sick", type=int, default=0)
    options = parser.parse_args()
    asyncio.run(App(options.version, options.faults, options.sick).run())
