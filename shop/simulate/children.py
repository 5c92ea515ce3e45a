"""The processes of a simulation: the shop, its local Stripe, and the commands that read the books."""

import asyncio
import contextlib
import os
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx

import shop

READY_SECONDS = 60
STOP_SECONDS = 10


class ChildError(RuntimeError):
    """A process that did not start, or a command that failed; the text says which and what it said."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a command answered: its exit status and what it wrote."""

    status: int
    output: str


@dataclass(slots=True)
class Child:
    """A serving process with its log in `folder`; `ready` is an address that answers once it serves."""

    name: str
    words: tuple[str, ...]
    ready: str
    environment: Mapping[str, str]
    folder: Path
    process: Process | None = field(default=None)

    @property
    def log(self) -> Path:
        """Where the process writes."""
        return self.folder / f"{self.name}.log"

    @property
    def has_ended(self) -> bool:
        """Whether the process is gone, whoever ended it."""
        return self.process is None or self.process.returncode is not None

    async def start(self) -> None:
        """Start it and return once it serves. Raises ChildError."""
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *_command(self.words),
                stdout=log,
                stderr=log,
                stdin=asyncio.subprocess.DEVNULL,
                cwd=self.folder,
                env=dict(self.environment),
            )
        async with httpx.AsyncClient(trust_env=False, timeout=5) as http:
            for _ in range(READY_SECONDS * 20):
                with contextlib.suppress(httpx.HTTPError):
                    if not (await http.get(self.ready)).is_server_error:
                        return
                if self.has_ended:
                    break
                await asyncio.sleep(0.05)
        raise ChildError(f"{self.name} does not serve; see {self.log}")

    async def kill(self) -> None:
        """Pull the plug: no signal handler runs, nothing is flushed."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                self.process.kill()
            await self.process.wait()

    async def stop(self) -> None:
        """End it in good order, or else by force."""
        if self.process is None or self.has_ended:
            return
        self.process.terminate()
        try:
            await asyncio.wait_for(self.process.wait(), STOP_SECONDS)
        except TimeoutError:
            await self.kill()


async def command(*words: str, environment: Mapping[str, str], folder: Path) -> Told:
    """Run one of the shop's own commands to its end."""
    process = await asyncio.create_subprocess_exec(
        *_command(words),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        stdin=asyncio.subprocess.DEVNULL,
        cwd=folder,
        env=dict(environment),
    )
    out, errors = await process.communicate()
    status = process.returncode or 0
    # What a failing command says is in either.
    return Told(status, (out if status == 0 else out + errors).decode(errors="replace"))


async def must(*words: str, environment: Mapping[str, str], folder: Path) -> str:
    """Run a command that has to succeed and return what it wrote. Raises ChildError."""
    told = await command(*words, environment=environment, folder=folder)
    if told.status:
        raise ChildError(f"shop {' '.join(words)} ended with {told.status}: {told.output.strip()[-500:]}")
    return told.output


def child_environment(given: Mapping[str, str], settings: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a child: `settings`, and of what was given nothing that sets a shop."""
    kept = {name: value for name, value in given.items() if not name.startswith(("SHOP_", "STRIPE_"))}
    source = str(Path(shop.__file__).parents[1])
    path = os.pathsep.join(filter(None, (source, kept.get("PYTHONPATH"))))
    return kept | {"PYTHONPATH": path, "PYTHONUNBUFFERED": "1"} | dict(settings)


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _command(words: tuple[str, ...]) -> tuple[str, ...]:
    return (sys.executable, "-m", "shop", *words)
