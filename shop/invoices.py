"""Invoices and credit notes: issued when they are asked for, each with the next number of its year.

The number is drawn and the invoice written in one transaction, so the series has no gap, whoever asks at
once. What stands on an invoice are the order's own rows, which never change; who sold is kept as it was then.
Drawing numbers when they are asked for leaves the booking of a payment as quick as it was.
"""

import json
from dataclasses import asdict, dataclass

from db import Tx, queries
from shop import events, refunds
from shop.clock import Instant
from shop.errors import Conflict
from shop.listing import Listing, number_of, page_of
from shop.orders import Order, OrderLine
from shop.people import Person
from shop.words import _

sql = queries("invoices")

PAGE = 50
_NEWEST = 2**62


@dataclass(frozen=True, slots=True)
class Seller:
    """Who sells: a name, an address in lines, and how the tax office knows them."""

    name: str
    address: str
    tax_id: str


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice, or a credit note for a refund with a negative amount, in minor units."""

    seq: int
    kind: str
    year: int
    number: int
    order_number: str
    amount: int
    currency: str
    seller: str
    at: Instant

    @property
    def name(self) -> str:
        """How the invoice is called, such as 2026-00042; a credit note has a C before it."""
        return _name(self.kind, self.year, self.number)

    @property
    def by(self) -> Seller:
        """Who sold."""
        return Seller(**json.loads(self.seller))


@dataclass(frozen=True, slots=True)
class TaxSum:
    """What was taxed at a rate, tax included, and the tax of it, in minor units."""

    rate: int
    gross: int
    tax: int


def seller(tx: Tx) -> tuple[Seller, int]:
    """Return who sells, empty until it is written down, with the version."""
    found = tx.one(Seller, sql.seller) or Seller("", "", "")
    return found, int(tx.value(sql.seller_version) or 0)


def set_seller(tx: Tx, by: Person, wanted: Seller, seen: int, at: Instant) -> None:
    """Write down who sells. Raises Conflict where somebody has changed it since it was `seen`."""
    was, version = seller(tx)
    if version != seen:
        raise Conflict(f"Somebody has changed it meanwhile: it is {was.name}.")
    tx.run(sql.set_seller, **asdict(wanted))
    told = {"before": was.name, "after": wanted.name}
    events.record(tx, "settings.changed", "settings:seller", by=by.actor, at=at, **told)


def issue(tx: Tx, order: Order, by: str, at: Instant) -> Invoice:
    """Return the order's invoice, issued now if it has none; its refunds get their credit notes with it.

    Raises Conflict for an order that is not paid, and while nobody has written down who sells.
    """
    if not order.captured:
        raise Conflict(_("There is an invoice once the order is paid."))
    who, _version = seller(tx)
    if not who.name or not who.address:
        raise Conflict(_("The shop has not written down yet who sells: ask for the invoice again later."))
    issued = of_order(tx, order.id)
    if not issued:
        _write(tx, "invoice", order, who, order.total, None, by, at)
    for refund in refunds.of_order(tx, order.id):
        if refund.state == "succeeded" and tx.value(sql.credit_of, refund_id=refund.id) is None:
            _write(tx, "credit", order, who, -refund.amount, refund.id, by, at)
    return of_order(tx, order.id)[0]


def of_order(tx: Tx, order_id: str) -> tuple[Invoice, ...]:
    """Return an order's invoice and then its credit notes; nothing while none is issued."""
    return tuple(tx.all(Invoice, sql.of_order, order_id=order_id))


def listing(tx: Tx, after: str | None) -> Listing[Invoice]:
    """Return a page of all that was issued, newest first."""
    rows = tx.all(Invoice, sql.page, after=number_of(after, _NEWEST), size=PAGE + 1)
    return page_of(rows, PAGE, lambda row: str(row.seq))


def taxes_of(order: Order, lines: tuple[OrderLine, ...]) -> tuple[TaxSum, ...]:
    """Return what of an order was taxed at which rate, shipping among it; nothing where no tax is known."""
    found: dict[int, tuple[int, int]] = {}
    parts = [(line.tax_rate, line.paid_for(line.quantity), line.tax) for line in lines]
    on_top = order.shipping_tax if order.tax else 0
    parts.append((order.shipping_tax_rate, order.shipping + on_top, order.shipping_tax))
    for rate, gross, tax in parts:
        had = found.get(rate, (0, 0))
        found[rate] = (had[0] + gross, had[1] + tax)
    return tuple(TaxSum(rate, *sums) for rate, sums in sorted(found.items()) if sums[1])


def _write(
    tx: Tx, kind: str, order: Order, who: Seller, amount: int, refund_id: str | None, by: str, at: Instant
) -> None:
    year = int(at[:4])
    told = {"order_id": order.id, "refund_id": refund_id, "amount": amount, "currency": order.currency}
    number = int(tx.value(sql.next_number, kind=kind, year=year))
    kept = json.dumps(asdict(who), ensure_ascii=False)
    tx.run(sql.add, kind=kind, year=year, number=number, seller=kept, at=at, **told)
    name = _name(kind, year, number)
    events.record(tx, f"order.{kind}", f"order:{order.id}", by=by, at=at, after=name)


def _name(kind: str, year: int, number: int) -> str:
    return f"{'C' if kind == 'credit' else ''}{year}-{number:05d}"
