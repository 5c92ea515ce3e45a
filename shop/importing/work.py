"""The work on imports that outlives the request that asked for it: reading, importing, taking back.

Each goes on in short steps, each step a transaction that notes how far it has come; between two of them
everybody else has the writer. A process that takes over from one that died goes on where that stopped.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Callable
from multiprocessing import get_context
from time import monotonic

from db import Database, DatabaseError, Tx
from shop.clock import Instant, now
from shop.errors import Conflict, Refused
from shop.importing import apply, reading, store, undo

log = logging.getLogger(__name__)

SMALL = 256 * 1024
"""A file up to this size is read in a thread: it takes less than a process takes to begin."""
DEFECT = "Something went wrong on our side, and nothing was imported. The log of the shop has more."
CHANGED = "The catalogue has changed meanwhile ({}). Nothing was imported: this is the new preview."


async def work_off(db: Database, url: str, currency: str) -> int:
    """Do what imports wait for, one after the other, and return how many there were."""
    waiting = await db.read(store.at_work, now())
    for import_id in waiting:
        if await db.write(store.claim, import_id, now()):
            keeping = asyncio.create_task(_keep(db, import_id))
            try:
                await _go_on(db, url, currency, import_id)
            finally:
                keeping.cancel()
    return len(waiting)


async def _keep(db: Database, import_id: str) -> None:
    """Keep the claim on an import, however long a step of it takes on a busy machine."""
    while True:
        await asyncio.sleep(store.LEASE_SECONDS / 4)
        await db.write(store.renew, import_id, now())


async def _go_on(db: Database, url: str, currency: str, import_id: str) -> None:
    state = (await db.read(store.show, import_id)).state
    if state == "reading":
        await _read(db, url, currency, import_id)
    elif state == "importing":
        await _import(db, currency, import_id)
    else:
        await _in_steps(db, undo.step, currency, import_id)


async def _read(db: Database, url: str, currency: str, import_id: str) -> None:
    """Read a file into staged rows; whatever an earlier try has staged goes first."""
    while await db.write(store.clear, import_id):
        pass
    try:
        async with contextlib.aclosing(_batches(db, url, currency, import_id)) as batches:
            async for batch in batches:
                if not await db.write(store.stage, import_id, batch, now()):
                    break
    except Refused as refusal:
        await db.write(store.give_up, import_id, str(refusal), now())
    except DatabaseError:
        raise
    except Exception:
        log.exception("import %s can't be read", import_id)
        await db.write(store.give_up, import_id, DEFECT, now())


async def _batches(db: Database, url: str, currency: str, import_id: str) -> AsyncGenerator[str, None]:
    """Yield what the reading of a file brings, of a small one from a thread, of others from a process."""
    if (await db.read(store.show, import_id)).bytes > SMALL:
        async with contextlib.aclosing(_sent(url, currency, import_id)) as batches:
            async for batch in batches:
                yield batch
        return
    texts = reading.texts(url, import_id, currency)
    while text := await asyncio.to_thread(next, texts, None):
        yield text


async def _sent(url: str, currency: str, import_id: str) -> AsyncGenerator[str, None]:
    # A fresh process: a copy of this one would have its threads' locks, but not its threads.
    context = get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=reading.send, args=(url, import_id, currency, there), daemon=True)
    process.start()
    there.close()
    try:
        while batch := await asyncio.to_thread(here.recv):
            if isinstance(batch, Refused):
                raise batch
            yield batch
    finally:
        process.terminate()
        await asyncio.to_thread(process.join)
        here.close()


async def _import(db: Database, currency: str, import_id: str) -> None:
    try:
        await _in_steps(db, apply.step, currency, import_id)
    except Conflict as moved:
        log.info("import %s is taken back: %s", import_id, moved)
        why = CHANGED.format(str(moved).rstrip("."))
    except DatabaseError:
        raise
    except Exception:
        log.exception("import %s is taken back", import_id)
        why = DEFECT
    else:
        return
    await db.write(apply.revert, import_id, why, now())
    await _in_steps(db, undo.step, currency, import_id)


async def _in_steps(
    db: Database, step: Callable[[Tx, str, str, Instant], bool], currency: str, import_id: str
) -> None:
    """Take a step, and leave the writer to everybody else for as long as that took."""
    left = True
    while left:
        begun = monotonic()
        left = await db.write(step, import_id, currency, now())
        await asyncio.sleep(monotonic() - begun)
