"""A bad Stripe: stands where the API is and passes calls on, or fails in every known way."""

import asyncio
import contextlib
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

HANG_SECONDS = 60


def _answer(status: str, kind: str, body: str, *more: str) -> bytes:
    head = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}", *more]
    return "\r\n".join([*head, "Connection: close", "", body]).encode()


ERROR = '{"error": {"type": "api_error", "message": "Something went wrong on Stripe\'s end."}}'
ANSWERS = {
    "500": _answer("500 Internal Server Error", "application/json", ERROR),
    "429": _answer("429 Too Many Requests", "application/json", ERROR),
    "302": _answer("302 Found", "text/html", "Moved.", "Location: https://elsewhere.example/"),
    "html": _answer("200 OK", "text/html", "<h1>Welcome to the hotel's network</h1>"),
    "garbage": _answer("200 OK", "application/json", '{"id": "cs_te'),
    "odd": _answer("200 OK", "application/json", '{"hello": "world"}'),
    "cut": b"",
}
WAYS = (*ANSWERS, "lost", "hang")
"""`lost` acts and loses the answer; `hang` says nothing for a minute."""


@dataclass
class Front:
    """Set `way` to one of the ways to fail, or to `good`; `calls` are what was asked for."""

    way: str = "good"
    behind: str = ""
    calls: list[str] = field(default_factory=list)
    hanging: set = field(default_factory=set)
    tasks: set = field(default_factory=set)

    def become(self, way: str) -> None:
        """Behave in another way from now on; calls that hang are cut."""
        self.way = way
        for writer in self.hanging:
            writer.transport.abort()
        self.hanging.clear()

    def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError), contextlib.closing(writer):
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
            body = await reader.readexactly(int(length[1]) if length else 0)
            self.calls.append(head.split(b" HTTP", 1)[0].decode())
            writer.write(await self._answer(head, body, writer))
            await writer.drain()

    async def _answer(self, head: bytes, body: bytes, writer: asyncio.StreamWriter) -> bytes:
        if self.way == "hang":
            self.hanging.add(writer)
            await asyncio.sleep(HANG_SECONDS)
            return b""
        if self.way in ANSWERS:
            return ANSWERS[self.way]
        way, answer = self.way, await self._passed_on(head, body)
        return b"" if way == "lost" else answer

    async def _passed_on(self, head: bytes, body: bytes) -> bytes:
        parts = urlsplit(self.behind)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        writer.write(re.sub(rb"connection: *[\w-]+", b"Connection: close", head, flags=re.IGNORECASE) + body)
        with contextlib.closing(writer):
            return await reader.read()


@contextlib.asynccontextmanager
async def opened_front():
    """Open a bad Stripe that behaves well at first; `behind` is to be set to the local Stripe's address."""
    front = Front()
    server = await asyncio.start_server(front.serve, "127.0.0.1", 0)
    try:
        yield front, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in front.tasks:
            task.cancel()
        await asyncio.gather(*front.tasks, return_exceptions=True)
        await server.wait_closed()
