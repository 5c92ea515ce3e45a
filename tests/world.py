"""The small named world of the tests: Ada runs the shop, Sam and Mia shop, Mallory is up to no good.

The mug has five left, the lamp one, the poster none. Everything is real: a file of SQLite, the local
Stripe over HTTP, the Stripe library, signed deliveries.
"""

import json
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from argon2 import PasswordHasher

from db import Database, Tx, engine
from db.database import path_of
from shop import (
    attention,
    cart,
    catalog,
    checkout,
    fulfilment,
    instance,
    orders,
    payments,
    people,
    quotes,
    refunds,
    verify,
)
from shop.buyers import Buyer, account
from shop.catalog import NewPicture, NewProduct, NewVariant
from shop.clock import epoch, new_id, now
from shop.config import Settings
from shop.people import Person
from shop.stripe_gateway import Session, sign

PASSWORD = "a long enough secret"
# Cheap on purpose: the tests sign in hundreds of times.
CHEAP_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
WEBHOOK_SECRET = "whsec_of_the_tests"
STRIPE_KEY = "sk_test_of_the_tests"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><rect width="4" height="4"/></svg>'


@dataclass
class World:
    """A shop's books with its people and things in them."""

    settings: Settings
    db: Database
    ada: Person
    sam: Person
    mia: Person
    mallory: Person
    events: int = field(default=0)

    async def on_hand(self, sku: str) -> int:
        return (await self.stock(sku))[0]

    async def stock(self, sku: str) -> tuple[int, int]:
        from shop.stock import row

        found = await self.db.read(row, sku)
        return found.on_hand, found.held

    async def add_things(self, sku: str, on_hand: int, price: int = 500) -> None:
        await self.db.write(_add_thing, self.ada, sku, on_hand, price)

    async def place(self, who: Person | Buyer, code: str = "", **quantities: int) -> "Placed":
        """Place an order as the checkout does, with a session that Stripe is said to have made."""
        cart_id = new_id("cart")
        for sku, quantity in quantities.items():
            await self.db.write(cart.put, cart_id, sku, quantity, now())
        await self.db.write(quotes.use_code, cart_id, code, self.settings.currency, now())
        buyer = who if isinstance(who, Buyer) else account(who)
        begun = await self.db.write(checkout.begin, self.settings, buyer, cart_id, now())
        attempt = await self.db.read(payments.latest_attempt, begun.order.id)
        session = _session(attempt)
        await self.db.write(payments.opened, attempt.id, session)
        return Placed(begun.order.id, begun.order.number, cart_id, attempt.id, session)

    async def processing(self, person: Person, **quantities: int) -> "Placed":
        """Place an order whose bank is not certain yet."""
        placed = await self.place(person, **quantities)
        await self.tell("checkout.session.completed", placed.unpaid())
        return placed

    async def confirmed(self, person: Person, **quantities: int) -> "Placed":
        """Place an order and have it paid."""
        placed = await self.place(person, **quantities)
        await self.tell("checkout.session.completed", placed.paid())
        return placed

    async def packed(self, person: Person, **quantities: int) -> "Placed":
        placed = await self.confirmed(person, **quantities)
        await self.db.write(fulfilment.pack, placed.number, self.ada, now())
        return placed

    async def shipped(self, person: Person, **quantities: int) -> "Placed":
        placed = await self.confirmed(person, **quantities)
        await self.db.write(fulfilment.ship, placed.number, self.ada, "Post", "P1", now())
        return placed

    async def review(self, person: Person, *, more: int = 500, **quantities: int) -> "Placed":
        """Place an order for which `more` is paid than it costs, or less."""
        placed = await self.place(person, **quantities)
        amount = placed.session.amount_total + more
        await self.tell("checkout.session.completed", placed.paid(amount_total=amount))
        return placed

    async def cancelled(self, person: Person, **quantities: int) -> "Placed":
        """Place an order, have it paid, and cancel it: its refund is asked for."""
        placed = await self.confirmed(person, **quantities)
        await self.db.write(orders.cancel, placed.number, person, now())
        return placed

    async def order(self, placed: "Placed") -> orders.Order:
        return await self.db.read(orders.by_id, placed.id)

    async def refunds_of(self, placed: "Placed") -> list[tuple[int, str, str]]:
        found = await self.db.read(refunds.of_order, placed.id)
        return [(refund.amount, refund.source, refund.state) for refund in found]

    async def answer_refund(self, placed: "Placed", status: str = "succeeded", **changes: object) -> str:
        """Have Stripe say what became of the newest refund that the shop has asked for."""
        newest = (await self.db.read(refunds.of_order, placed.id))[-1]
        told = {
            "id": newest.id.replace("ref_", "re_"),
            "metadata": {"refund_id": newest.id},
            "status": status,
        }
        body = placed.refund(newest.amount, **({"currency": newest.currency} | told | changes))
        return await self.tell("refund.updated", body)

    async def waiting(self) -> list[str]:
        """Return the kinds of what waits for a person."""
        return [entry.kind for entry in await self.db.read(attention.entries)]

    def event(self, kind: str, body: dict, *, livemode: bool = False) -> dict:
        self.events += 1
        return {
            "id": f"evt_{self.events:06d}",
            "object": "event",
            "api_version": "2026-10-28.endive",
            "created": epoch(),
            "livemode": livemode,
            "type": kind,
            "data": {"object": body},
        }

    async def tell(self, kind: str, body: dict, **more: bool) -> str:
        """Have an event booked as the webhook does and return what became of it."""
        event = self.event(kind, body, **more)
        return (await self.receive(event)).result

    async def receive(self, event: dict) -> payments.Verdict:
        payload = json.dumps(event).encode()
        return await self.db.write(payments.receive, event, payload, livemode=False, at=now())

    async def assert_books_balance(self) -> None:
        report = await self.db.read(verify.run)
        assert [check for check in report.checks if check.broken] == []


@dataclass
class Placed:
    """An order that waits for its payment."""

    id: str
    number: str
    cart_id: str
    attempt_id: str
    session: Session

    def body(self, **changes: object) -> dict:
        """Return the session as an event carries it."""
        told = {
            "id": self.session.id,
            "object": "checkout.session",
            "status": "open",
            "payment_status": "unpaid",
            "mode": "payment",
            "amount_total": self.session.amount_total,
            "currency": self.session.currency,
            "payment_intent": None,
            "url": self.session.url,
            "expires_at": self.session.expires_at,
            "livemode": False,
            "metadata": dict(self.session.metadata),
        }
        return told | changes

    def paid(self, **changes: object) -> dict:
        paid = {"status": "complete", "payment_status": "paid", "payment_intent": self.intent}
        return self.body(**(paid | changes))

    def unpaid(self) -> dict:
        return self.body(status="complete")

    def expired(self) -> dict:
        return self.body(status="expired")

    def another(self, told: dict) -> dict:
        """Return the same news of a second session that somebody has made for this order."""
        intent = told["payment_intent"] and f"{told['payment_intent']}_b"
        return told | {"id": f"{told['id']}b", "payment_intent": intent}

    @property
    def intent(self) -> str:
        return self.session.id.replace("cs_test", "pi")

    def refund(self, amount: int, **changes: object) -> dict:
        """Return a refund made at Stripe, unless told otherwise."""
        told = {"id": "re_elsewhere", "object": "refund", "status": "succeeded", "amount": amount}
        about = {"currency": "eur", "payment_intent": self.intent, "metadata": {}}
        return told | about | changes

    def dispute(self, status: str, **changes: object) -> dict:
        told = {"id": "du_1", "object": "dispute", "status": status, "reason": "fraudulent"}
        about = {"amount": self.session.amount_total, "currency": "eur", "payment_intent": self.intent}
        return told | about | {"evidence_details": {"due_by": 1_800_000_000}} | changes

    def warning(self) -> dict:
        told = {"id": "issfr_1", "object": "radar.early_fraud_warning", "fraud_type": "made_with_stolen_card"}
        return told | {"payment_intent": self.intent}


def settings_for(folder: Path, port: int = 8000, **changes: object) -> Settings:
    base = f"http://127.0.0.1:{port}"
    told = {
        "secret_key": "the tests sign with this",
        "database_url": f"sqlite:///{folder / 'shop.db'}",
        "base_url": base,
        "stripe_key": STRIPE_KEY,
        "webhook_secrets": (WEBHOOK_SECRET,),
        "stripe_api_base": f"{base}/_sandbox",
        "limits": False,
    }
    return Settings(**(told | changes))


async def open_world(settings: Settings) -> World:
    # Migrating and furnishing takes longer than most tests do: it is done once a process, then copied.
    if settings.currency not in _FURNISHED:
        _FURNISHED[settings.currency] = await _furnish(settings.currency)
    books, folk = _FURNISHED[settings.currency]
    path = path_of(settings.database_url)
    engine.make_file(path)
    path.write_bytes(books)
    return World(settings, await Database.open(settings.database_url), *folk)


_FURNISHED: dict[str, tuple[bytes, list[Person]]] = {}


async def _furnish(currency: str) -> tuple[bytes, list[Person]]:
    with tempfile.TemporaryDirectory() as folder:
        db = await Database.open(settings_for(Path(folder)).database_url)
        await db.write(instance.establish, currency, now())
        folk = [await db.write(_add_person, name) for name in ("Ada", "Sam", "Mia", "Mallory")]
        await db.write(_add_things, folk[0])
        await db.close()
        connection = engine.open_writer(db.path)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        return db.path.read_bytes(), folk


def _add_person(tx: Tx, name: str) -> Person:
    role = "admin" if name == "Ada" else "user"
    return people.register(tx, f"{name.lower()}@tillroom.example", name, CHEAP_HASH, now(), role=role)


def add_shopper(tx: Tx, name: str) -> Person:
    return _add_person(tx, name)


def _add_things(tx: Tx, ada: Person) -> None:
    shelf = catalog.add_category(tx, "things", "Things", "All there is.", 0)
    for slug, name, variants in (
        ("poster", "Poster", (NewVariant("POSTER", 900, 0),)),
        ("lamp", "Lamp", (NewVariant("LAMP", 8000, 1),)),
        ("mug", "Mug", (NewVariant("MUG", 1250, 5),)),
        (
            "vase",
            "Vase",
            (
                NewVariant("VASE-S", 2000, 8, {"Size": "Small"}),
                NewVariant("VASE-L", 3000, 2, {"Size": "Large"}),
            ),
        ),
    ):
        picture = NewPicture(name, SVG)
        product = NewProduct(slug, name, f"A {slug}.", shelf, variants, (picture,))
        catalog.add_product(tx, ada, product, now())


def _add_thing(tx: Tx, ada: Person, sku: str, on_hand: int, price: int) -> None:
    shelf = catalog.category(tx, "things")
    variants = (NewVariant(sku, price, on_hand),)
    catalog.add_product(tx, ada, NewProduct(sku.lower(), sku.title(), "", shelf.id, variants), now())


def _session(attempt: payments.Attempt) -> Session:
    request = json.loads(attempt.request)
    return Session(
        id=attempt.id.replace("pay_", "cs_test_"),
        status="open",
        payment_status="unpaid",
        mode="payment",
        amount_total=attempt.amount,
        currency=attempt.currency,
        payment_intent=None,
        url="http://127.0.0.1:1/pay",
        expires_at=request["expires_at"],
        livemode=False,
        metadata=request["metadata"],
    )


def signed(event: dict, secret: str = WEBHOOK_SECRET, at: int | None = None) -> tuple[bytes, dict]:
    """Return an event's body and headers as Stripe would send them."""
    payload = json.dumps(event).encode()
    header = sign(payload, secret, epoch() if at is None else at)
    return payload, {"Stripe-Signature": header, "Content-Type": "application/json"}
