"""A mail server of the tests: takes letters over SMTP on a port of its own, or refuses them as it is told."""

import asyncio
import contextlib
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class PostOffice:
    """What came in; `answers` are said to the next recipients instead of taking them."""

    port: int = 0
    letters: list[EmailMessage] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 post office\r\n")
        while line := (await reader.readline()).strip():
            word = line[:4].upper()
            if word == b"DATA":
                writer.write(b"354 go on\r\n")
                told = await reader.readuntil(b"\r\n.\r\n")
                self.letters.append(message_from_bytes(told[:-3], policy=policy.default))
            answer = self.answers.pop(0) if word == b"RCPT" and self.answers else "250 good"
            writer.write(f"{'221 bye' if word == b'QUIT' else answer}\r\n".encode())
            await writer.drain()
            if word == b"QUIT":
                break
        writer.close()


@contextlib.asynccontextmanager
async def opened_post_office():
    office = PostOffice()
    server = await asyncio.start_server(office.serve, "127.0.0.1", 0)
    office.port = server.sockets[0].getsockname()[1]
    async with server:
        yield office
