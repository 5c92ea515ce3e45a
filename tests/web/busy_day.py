"""A shop in the middle of a day: orders in every state, money that waits for somebody, and one of each thing
that a form without an object can make, made by that very form."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from shop import (
    discounts,
    fulfilment,
    purchasing,
    receiving,
    shipping,
    stocktake,
    suppliers,
    taxes,
    withdrawals,
)
from shop.clock import now
from shop.purchasing import Goods
from shop.receiving import Booking
from tests.shop import situations
from tests.web.crawl import CHOICE, Control, Form, Site, crawl
from tests.world import World

CSV = b"sku,name,category,price,on_hand\nNEW-1,New thing,Things,12.50,3\n"
BOUNDARY = "the-next-field"
PLAUSIBLE = {
    "email": "somebody@x.example",
    "price": "12.50",
    "cost": "4.20",
    "sum": "1.00",
    "percent": "5",
    "slug": "a-thing",
    "countries": "FR",
    "code": "NEWCODE",
    "sku": "NEW-SKU",
    "q": "mug",
}
BY_KIND = {"number": "1", "date": date.today().isoformat(), "email": "somebody@x.example", "url": "/admin"}  # noqa: DTZ011 - any day
DONT = ("/admin/people/", "suspension", "logout", "sessions")


@dataclass(frozen=True)
class File:
    """What a file field sends."""

    name: str = "things.csv"
    data: bytes = CSV


async def furnish(world: World) -> None:
    """Have orders in every state, and everything that can wait for a person."""
    await world.add_things("MANY", 1000)
    for name, column in situations.COLUMNS.items():
        if name != "oversold":
            await world.db.write(_more_mugs, world)
            await column(world)
    for status in ("needs_response", "warning_needs_response"):
        placed = await world.confirmed(world.mia, MANY=2)
        await world.tell("charge.dispute.created", placed.dispute(status, id=f"du_{status}"))
    await world.tell(
        "radar.early_fraud_warning.created", (await world.confirmed(world.mia, MANY=1)).warning()
    )
    failed = await world.cancelled(world.mia, MANY=1, LAMP=1)
    await world.answer_refund(failed, "failed")
    partly = await world.shipped(world.mia, MANY=3)
    give = fulfilment.Give(500, {}, restock=False)
    await world.db.write(fulfilment.refund, partly.number, world.ada, give, now())
    odd = placed.refund(1, status="unheard_of", id="re_odd")
    await world.tell("refund.updated", odd)
    await _supply(world)
    await _costs(world)


async def _supply(world: World) -> None:
    """Have something ordered and half of it received, and stocktakes in every state."""
    write, ada = world.db.write, world.ada
    about = suppliers.About("The Kiln", "kiln@x.example", 10, "")
    kiln = await write(suppliers.add, ada, about, now())
    order = await write(purchasing.order, ada, kiln.id, "2027-01-04", "", now())
    await write(purchasing.put_line, ada, order.id, Goods("MUG", 20, 400), now())
    booking = Booking(ada, "a click", "eur", now())
    await write(receiving.receive, order.id, {"MUG": Goods("MUG", 5)}, booking)
    for then in (stocktake.post, stocktake.give_up, None):
        taken = await write(stocktake.begin, ada, "everything", "", now())
        await write(stocktake.save, ada, taken.id, [stocktake.Count("MUG", 999, 0)], now())
        if then:
            await write(then, ada, taken.id, now())


async def _costs(world: World) -> None:
    """Have a zone with a rate, a tax, and a code that somebody has used."""
    write, ada, at = world.db.write, world.ada, now()
    zone = await write(shipping.save_zone, ada, None, "Home", ("DE", "*"), at)
    await write(shipping.save_rate, ada, zone.id, None, shipping.Terms("Standard", "", 490, 0, None), 0, at)
    await write(taxes.save, ada, "DE", "", 19_000, 0, at)
    await write(discounts.save, ada, None, discounts.Terms("TEN", "percent", 1000), 0, at)
    await world.place(world.mia, code="TEN", MANY=1)
    await write(withdrawals.declare, withdrawals.Declaration("Mia", "mia@x.example", "NONE", ""), at)


def _more_mugs(tx, world: World) -> None:
    from shop import stock

    stock.adjust(tx, world.ada, "MUG", change=5, reason="received", at=now())


async def make_one_of_each(app, visitor) -> list[tuple[str, int]]:
    """Send each form that names no object, as somebody might who has just found it."""
    site = await crawl(app, visitor)
    made = []
    for form in site.forms():
        rule = site.rule(form.action, "POST")
        if "<" not in rule and not any(word in form.action for word in DONT):
            made.append((rule, (await send(visitor, form, filled(form))).status_code))
    return made


def filled(form: Form) -> list[tuple[str, str | File]]:
    """Return what somebody sends who fills in every field, and ticks only what is ticked already."""
    told: list[tuple[str, str | File]] = []
    for control in form.controls:
        if not control.name or (control.kind == "button" and any(one[0] == control.name for one in told)):
            continue
        if control.kind == "radio" and any(one[0] == control.name for one in told):
            continue
        if control.kind == "checkbox" and not control.ticked:
            continue
        told.append((control.name, _value(control)))
    return told


def _value(control: Control) -> str | File:
    if control.kind == "file":
        return File()
    if control.value or control.kind in ("hidden", "button", "submit", *CHOICE):
        return control.value or ("1" if control.kind in CHOICE else "")
    if control.kind == "select":
        return next(filter(None, control.choices), "")
    bare = control.name.rsplit("-", 1)[0].rsplit("_", 1)[-1]
    return PLAUSIBLE.get(control.name) or PLAUSIBLE.get(bare) or BY_KIND.get(control.kind, "A thing")


async def send(visitor, form: Form, told: list[tuple[str, str | bytes | File]], *, htmx: bool = False):
    """Send a form as a browser does, or as htmx does for it."""
    if form.method == "get":
        return await visitor.get(f"{form.action}?{urlencode(told)}")
    kind, body = "application/x-www-form-urlencoded", b""
    if form.multipart:
        kind, body = f"multipart/form-data; boundary={BOUNDARY}", _multipart(told)
    else:
        plain = [(name, value.name if isinstance(value, File) else value) for name, value in told]
        body = urlencode(plain, errors="surrogatepass").encode()
    return await visitor.post(form.action, body=body, htmx=htmx, headers={"Content-Type": kind})


def _multipart(told: list[tuple[str, str | bytes | File]]) -> bytes:
    parts = []
    for name, value in told:
        head, data = f'form-data; name="{name}"', value
        if isinstance(value, File):
            head, data = f'{head}; filename="{value.name}"', value.data
        raw = data if isinstance(data, bytes) else str(data).encode(errors="surrogatepass")
        kind = "\r\nContent-Type: application/octet-stream" if isinstance(value, File) else ""
        parts.append(f"--{BOUNDARY}\r\nContent-Disposition: {head}{kind}\r\n\r\n".encode() + raw + b"\r\n")
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def fields(site: Site) -> int:
    """Return how many fields all kinds of forms have together."""
    return sum(len(form.names) for form in site.forms())
