"""A simulation from beginning to end: open a shop, let everybody in, make it go wrong, settle, and judge."""

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from shop.clock import Instant, now
from shop.simulate import plan
from shop.simulate.children import Child, Told, child_environment, command, free_port, must
from shop.simulate.desk import Desk
from shop.simulate.judge import AtStripe, Books, Row, disagreements
from shop.simulate.saboteur import Saboteur
from shop.simulate.shoppers import Shopper, Street, Ware
from shop.simulate.staff import Admin, Bank
from shop.simulate.witness import Witness

SHOPPERS_OF_ONE_ADMIN = 15
UNITS_OF_ONE_MINUTE = 10
"""What is plentiful gets so many units for each shopper and minute."""
LONGEST_ERRAND_SECONDS = 90
CHECKOUT_MINUTES = 40
"""Longer than Stripe's least by more than its clock is ever turned ahead while the doors are open."""
PAST_EVERY_SESSION_SECONDS = 60 * 60
MOST_RECONCILIATIONS = 5
DELIVERED_SECONDS = 20
LEASE_SECONDS = 62
"""A task that a crash left half done is taken up again after a minute."""


@dataclass(frozen=True, slots=True)
class Options:
    """What to simulate: `folder` is empty and ours, the keys are those of its local Stripe.

    `environment` is what the children inherit, without the settings of any other shop in it.
    """

    seed: int
    shoppers: int
    minutes: float
    folder: Path
    secret_key: str
    webhook_secret: str
    control_token: str
    admin: tuple[str, str]
    environment: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it; it passed when there is no finding."""

    options: Options
    started_at: Instant
    witness: Witness
    books: Books
    stripe: AtStripe
    events: Mapping[str, int]
    reconciliations: tuple[str, ...]
    verified: Told
    tracebacks: int
    findings: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether everything held."""
        return not self.findings


@dataclass(slots=True)
class Stage:
    """The running parts of a simulation, and what went wrong that no book tells."""

    options: Options
    environment: dict[str, str]
    shop: Child
    stripe: Child
    desk: Desk
    street: Street
    wrong: list[str] = field(default_factory=list)

    async def ask(self, *words: str) -> Told:
        """Run one of the shop's commands over its books."""
        return await command(*words, environment=self.environment, folder=self.options.folder)

    async def export(self, book: str) -> tuple[Row, ...]:
        """Return one of the books. Raises ChildError."""
        return await _exported(book, self.environment, self.options.folder)


async def simulate(options: Options) -> Outcome:
    """Run a simulation. Raises ChildError or httpx.HTTPError when a process is gone."""
    started_at = now()
    stage = await _build(options)
    try:
        await stage.stripe.start()
        await stage.shop.start()
        await stage.desk.tell("seed", {"seed": options.seed})
        await _open_doors(stage)
        return await _judge(stage, started_at, await _settle(stage))
    finally:
        await stage.desk.close()
        await stage.shop.kill()
        await stage.stripe.kill()


async def _build(options: Options) -> Stage:
    """Furnish the shop and prepare everything, with nothing serving yet."""
    shop_port, stripe_port = free_port(), free_port()
    at, stripe_at = f"http://127.0.0.1:{shop_port}", f"http://127.0.0.1:{stripe_port}"
    environment = child_environment(options.environment, _settings(options, at, stripe_at))
    await must("seed", environment=environment, folder=options.folder)
    products = await _exported("products", environment, options.folder)
    witness = Witness()
    witness.begin()
    witness.testimony.stocked.update({row["sku"]: int(row["on_hand"]) for row in products})
    street = Street(at, stripe_at, _wares(products), witness, options.minutes * 60)
    serve, sandbox = ("serve", "--port", str(shop_port)), ("sandbox", "--port", str(stripe_port))
    return Stage(
        options,
        environment,
        Child("shop", serve, f"{at}/readyz", environment, options.folder),
        Child("stripe", sandbox, f"{stripe_at}/v1/", environment, options.folder),
        Desk(stripe_at, options.secret_key, options.control_token, witness),
        street,
    )


def _settings(options: Options, shop: str, stripe: str) -> dict[str, str]:
    return {
        "SHOP_SECRET_KEY": f"of the simulation with the seed {options.seed}",
        "SHOP_DATABASE_URL": f"sqlite:///{options.folder / 'shop.db'}",
        "SHOP_BASE_URL": shop,
        "SHOP_CURRENCY": plan.CURRENCY,
        "SHOP_LIMITS": "off",
        "SHOP_CHECKOUT_MINUTES": str(CHECKOUT_MINUTES),
        "STRIPE_SECRET_KEY": options.secret_key,
        "STRIPE_WEBHOOK_SECRET": options.webhook_secret,
        "STRIPE_API_BASE": stripe,
    }


def _wares(products: tuple[Row, ...]) -> tuple[Ware, ...]:
    """Choose what the crowd wants: half of it scarce, the other half plentiful, always the same."""
    there = sorted(
        (row for row in products if row["on_hand"] > 0), key=lambda row: (row["on_hand"], row["sku"])
    )
    chosen = there[: plan.SCARCE] + there[plan.SCARCE - plan.WARES :]
    return tuple(Ware(row["sku"], row["handle"], row["product_id"], int(row["price"])) for row in chosen)


async def _open_doors(stage: Stage) -> None:
    """Let everybody in until the time is up, and wait for the last errand."""
    options, street, seed = stage.options, stage.street, stage.options.seed
    units = int(UNITS_OF_ONE_MINUTE * options.shoppers * options.minutes)
    await Admin(street, options.admin, iter(())).fill_shelves(units)
    street.witness.begin()
    saboteur = Saboteur(stage.shop, stage.desk, street.witness, plan.blows(seed, street.until))
    admins = range(max(1, options.shoppers // SHOPPERS_OF_ONE_ADMIN))
    actors = [
        *(Shopper(street, number, plan.errands(seed, number)).run() for number in range(options.shoppers)),
        *(Admin(street, options.admin, plan.chores(seed, number)).run() for number in admins),
        Bank(street, stage.desk, plan.deeds(seed)).run(),
        saboteur.run(),
    ]
    try:
        async with asyncio.timeout(street.until + LONGEST_ERRAND_SECONDS), asyncio.TaskGroup() as group:
            for actor in actors:
                group.create_task(actor)
    except TimeoutError:
        stage.wrong.append(f"somebody's errand took more than {LONGEST_ERRAND_SECONDS} s")
    if stage.shop.has_ended:
        stage.wrong.append("the shop ended by itself")
        await stage.shop.start()


async def _settle(stage: Stage) -> tuple[str, ...]:
    """End the faults, reconcile, let every session expire, and reconcile until nothing is left to heal."""
    desk = stage.desk
    for fault in (await desk.state()).get("faults", ()):
        stage.street.witness.struck[f"{fault['where']}: {fault['what']}"] += fault["struck"]
    await desk.clear()
    await desk.tell("release")
    await _deliveries_have_gone(desk)
    said = [(await stage.ask("reconcile")).output.strip()]
    known = await _newest_event(desk)
    # There and back: what expires meanwhile is told by deliveries signed at the right time again.
    await desk.tell("clock", {"advance": PAST_EVERY_SESSION_SECONDS})
    await desk.tell("clock", {"reset": True})
    await _deliveries_have_gone(desk)
    for _ in range(MOST_RECONCILIATIONS):
        told = await stage.ask("reconcile")
        said.append(told.output.strip())
        newest = await _newest_event(desk)
        quiet = told.status == 0 and newest == known and not _found_something(said[-1])
        if quiet and not await _waits(stage):
            return tuple(said)
        known = newest
        await asyncio.sleep(1)
    stage.wrong.append(f"after {len(said)} reconciliations there is still something to heal: {said[-1]}")
    return tuple(said)


async def _deliveries_have_gone(desk: Desk) -> None:
    """Wait until Stripe has nothing more to deliver, or for as long as it makes sense."""
    for _ in range(DELIVERED_SECONDS):
        await asyncio.sleep(1)
        if not (await desk.state()).get("waiting"):
            return


def _found_something(said: str) -> bool:
    """Tell whether a reconciliation had to book or to do something; it reads what is open each time."""
    return any(int(number) for number in re.findall(r"(?:booked|done|left): (\d+)", said))


async def _newest_event(desk: Desk) -> str:
    newest = await desk.latest("events")
    return str(newest[0]["id"]) if newest else ""


async def _waits(stage: Stage) -> bool:
    """Wait for tasks that a crash left half done; tell whether there was one."""
    if not any(row["state"] == "requested" for row in await stage.export("refunds")):
        return False
    await asyncio.sleep(LEASE_SECONDS)
    return True


async def _judge(stage: Stage, started_at: Instant, reconciliations: tuple[str, ...]) -> Outcome:
    await stage.shop.stop()
    stripe = await stage.desk.books()
    verified = await stage.ask("verify")
    books = Books(*[await stage.export(book) for book in ("orders", "stock", "refunds")])
    log = stage.shop.log.read_text(errors="replace")
    witness = stage.street.witness
    findings = [
        *stage.wrong,
        *(line for line in verified.output.splitlines() if "BROKEN" in line),
        *([f"verify ended with status {verified.status}"] if verified.status else []),
        *disagreements(witness.testimony, books, stripe),
    ]
    return Outcome(
        stage.options,
        started_at,
        witness,
        books,
        stripe,
        await _events(stage.desk),
        reconciliations,
        verified,
        log.count("Traceback (most recent call last)"),
        tuple(findings),
    )


async def _events(desk: Desk) -> dict[str, int]:
    counted: dict[str, int] = {}
    for event in await desk.all_of("events"):
        counted[event["type"]] = counted.get(event["type"], 0) + 1
    return dict(sorted(counted.items()))


async def _exported(book: str, environment: Mapping[str, str], folder: Path) -> tuple[Row, ...]:
    told = await must("export", book, "--format", "json", environment=environment, folder=folder)
    return tuple(json.loads(line) for line in told.splitlines())
