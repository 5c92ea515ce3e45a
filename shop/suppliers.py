"""Suppliers: whom goods come from, how long they take, and on what terms each variant is bought."""

from dataclasses import dataclass

from db import Tx, queries
from shop import events
from shop.clock import Instant, new_id
from shop.errors import Conflict, NotFound, Refused
from shop.listing import Listing, page_of
from shop.money import format_money
from shop.people import Person

sql = queries("suppliers")

PAGE = 100
LONGEST_LEAD = 365


@dataclass(frozen=True, slots=True)
class Supplier:
    """Somebody goods are bought from; `lead_days` pass between an order and its goods."""

    id: str
    name: str
    email: str
    lead_days: int
    note: str
    version: int
    archived_at: Instant | None


@dataclass(frozen=True, slots=True)
class About:
    """What an admin writes down of a supplier."""

    name: str
    email: str
    lead_days: int
    note: str


@dataclass(frozen=True, slots=True)
class Terms:
    """How a variant is bought: from whom, under which code, at which cost in minor units."""

    sku: str
    name: str
    label: str
    supplier_id: str | None
    supplier: str | None
    supplier_code: str
    cost: int | None

    @property
    def mark(self) -> str:
        """What these terms are recognised by, so that nobody saves over newer ones."""
        return f"{self.supplier_id or ''}|{self.supplier_code}|{'' if self.cost is None else self.cost}"

    @property
    def title(self) -> str:
        """The variant's name with its options."""
        return f"{self.name} {self.label}".strip()


def listing(tx: Tx, after: str | None) -> Listing[Supplier]:
    """Return a page of suppliers by name, archived ones too."""
    return page_of(tx.all(Supplier, sql.page, after=after or "", size=PAGE + 1), PAGE, lambda last: last.name)


def choices(tx: Tx) -> list[Supplier]:
    """Return whom goods can be ordered from."""
    return tx.all(Supplier, sql.choices)


def by_id(tx: Tx, supplier_id: str) -> Supplier:
    """Return one supplier. Raises NotFound."""
    found = tx.one(Supplier, sql.by_id, id=supplier_id)
    if found is None:
        raise NotFound("There is no such supplier.")
    return found


def add(tx: Tx, by: Person, about: About, at: Instant) -> Supplier:
    """Add a supplier. Raises Refused when another has that name."""
    supplier_id = new_id("sup")
    told = {"name": about.name, "email": about.email, "lead_days": about.lead_days, "note": about.note}
    if not tx.run(sql.add, id=supplier_id, **told):
        raise Refused("There is a supplier of that name.", "name")
    events.record(tx, "supplier.added", f"supplier:{supplier_id}", by=by.actor, at=at, after=about.name)
    return by_id(tx, supplier_id)


def change(tx: Tx, by: Person, supplier_id: str, about: About, seen: int, at: Instant) -> Supplier:
    """Write down a supplier anew. Raises Conflict when somebody else did since it was `seen`."""
    was = by_id(tx, supplier_id)
    if tx.value(sql.id_of, name=about.name) not in (None, supplier_id):
        raise Refused("There is another supplier of that name.", "name")
    told = {"name": about.name, "email": about.email, "lead_days": about.lead_days, "note": about.note}
    if not tx.run(sql.change, id=supplier_id, seen=seen, **told):
        raise Conflict(f"Somebody else has changed {was.name} meanwhile: look again, then save.")
    before = _words(About(was.name, was.email, was.lead_days, was.note))
    if before != _words(about):
        of = f"supplier:{supplier_id}"
        events.record(tx, "supplier.changed", of, by=by.actor, at=at, before=before, after=_words(about))
    return by_id(tx, supplier_id)


def archive(tx: Tx, by: Person, supplier_id: str, at: Instant) -> Supplier:
    """Take a supplier out of the choices; what was bought from them stays."""
    was = by_id(tx, supplier_id)
    if tx.run(sql.archive, id=supplier_id, at=at):
        events.record(tx, "supplier.archived", f"supplier:{supplier_id}", by=by.actor, at=at, after=was.name)
    return was


def restore(tx: Tx, by: Person, supplier_id: str, at: Instant) -> Supplier:
    """Offer an archived supplier again."""
    was = by_id(tx, supplier_id)
    if tx.run(sql.restore, id=supplier_id):
        events.record(tx, "supplier.restored", f"supplier:{supplier_id}", by=by.actor, at=at, after=was.name)
    return was


def terms(tx: Tx, sku: str) -> Terms:
    """Return how a variant is bought. Raises NotFound."""
    found = tx.one(Terms, sql.terms, sku=sku)
    if found is None:
        raise NotFound("There is no such SKU.")
    return found


def typed(tx: Tx, sku: str) -> Terms:
    """Return the terms of a SKU as it was typed or scanned, in capitals if need be. Raises Refused."""
    for one in dict.fromkeys((sku, sku.upper())):
        found = tx.one(Terms, sql.terms, sku=one)
        if found is not None:
            return found
    raise Refused("There is no such SKU.", "sku")


def terms_of(tx: Tx, supplier_id: str, after: str | None) -> Listing[Terms]:
    """Return a page of the variants that come from a supplier, by SKU."""
    found = tx.all(Terms, sql.terms_of_supplier, id=supplier_id, after=after or "", size=PAGE + 1)
    return page_of(found, PAGE, lambda last: last.sku)


def agree(
    tx: Tx,
    by: Person,
    sku: str,
    *,
    supplier_id: str | None,
    code: str,
    cost: int | None,
    currency: str,
    seen: str = "",
    at: Instant,
) -> Terms:
    """Write down how a variant is bought.

    Raises NotFound for an unknown SKU, Refused for the supplier, and Conflict when the terms are no longer
    those whose mark was `seen`.
    """
    was = terms(tx, sku)
    if seen not in ("", was.mark):
        raise Conflict(f"Somebody else has changed the supplier of {was.title}: look again, then save.")
    if supplier_id is not None and tx.one(Supplier, sql.by_id, id=supplier_id) is None:
        raise Refused("Choose a supplier.", "supplier")
    tx.run(sql.agree, sku=sku, supplier_id=supplier_id, code=code, cost=cost)
    is_now = terms(tx, sku)
    if is_now != was:
        before, after = _bought(was, currency), _bought(is_now, currency)
        events.record(tx, "variant.terms", f"variant:{sku}", by=by.actor, at=at, before=before, after=after)
    return is_now


def take_on(
    tx: Tx, by: Person, supplier_id: str, sku: str, code: str, cost: int | None, *, currency: str, at: Instant
) -> Terms:
    """Note that a variant comes from a supplier; what is left empty stays as it was known.

    Raises NotFound for an unknown supplier and Refused for an unknown SKU.
    """
    by_id(tx, supplier_id)
    was = typed(tx, sku)
    return agree(
        tx,
        by,
        was.sku,
        supplier_id=supplier_id,
        code=code or was.supplier_code,
        cost=was.cost if cost is None else cost,
        currency=currency,
        at=at,
    )


def reprice(tx: Tx, by: str, sku: str, cost: int | None, *, currency: str, why: str, at: Instant) -> None:
    """Note what a variant costs by now, because goods came in at another cost."""
    was = terms(tx, sku)
    if cost == was.cost:
        return
    tx.run(sql.reprice, sku=sku, cost=cost)
    events.record(
        tx,
        "variant.cost",
        f"variant:{sku}",
        by=by,
        at=at,
        before=_money(was.cost, currency),
        after=_money(cost, currency),
        why=why,
    )


def _words(about: About) -> str:
    note = f", {about.note}" if about.note else ""
    return f"{about.name}, {about.email or 'no e-mail'}, {about.lead_days} days{note}"


def _bought(terms_: Terms, currency: str) -> str:
    code = f" as {terms_.supplier_code}" if terms_.supplier_code else ""
    return f"{terms_.supplier or 'no supplier'}{code} at {_money(terms_.cost, currency)}"


def _money(cost: int | None, currency: str) -> str:
    return "no known cost" if cost is None else format_money(cost, currency)
