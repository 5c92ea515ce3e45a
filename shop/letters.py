"""Letters: written in the transaction of what they tell of, sent afterwards, and kept for ever.

A letter is marked by its key, so that what is done twice writes once. Where no mail is set up it is kept, and
read in the admin. The token of a link in it stands apart, and is forgotten once the letter is sent or the
link used: afterwards nobody can read it, neither in the admin nor in a backup.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from db import Tx, queries
from shop import events, outbox
from shop.clock import Instant, later, new_id
from shop.errors import Conflict, NotFound
from shop.listing import LAST, Listing, page_of
from shop.people import Person

sql = queries("letters")

PAGE = 50
ERRAND = "letter"
TOKEN = "{token}"  # noqa: S105 - where the secret of a letter goes
MASK = "…"
STATES = ("waiting", "sent", "kept", "failed")
ORDER_NEWS = frozenset(
    {"confirmed", "review", "cancelled", "expired", "payment_failed", "oversold", "parcel", "refund"}
)
"""What may become of an order that its shopper is written of; `order_letters` has the texts."""
FOLLOWED_SECONDS = 30
"""So long the letter of an ended order waits: whoever checks out again gives the older order up for it."""
KINDS: dict[str, str] = {
    "invitation": "invitations",
    "reset": "password resets",
    "email": "changed addresses",
    "restocking": "restocking",
    "order": "orders",
    "notice": "back in stock",
    "withdrawal": "withdrawals",
}
"""The kinds a list of letters can be narrowed to; other kinds stand in the whole list."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter; its state is waiting, sent, kept (no mail is set up) or failed (its last try)."""

    id: str
    kind: str
    recipient: str
    subject: str
    text: str
    secret: str = field(repr=False)
    state: str
    error: str
    written_at: Instant
    sent_at: Instant | None

    @property
    def whole(self) -> str:
        """The text as its recipient reads it."""
        return self.text.replace(TOKEN, self.secret or MASK)

    @property
    def masked(self) -> str:
        """The text for anybody else: without the secret in it."""
        return self.text.replace(TOKEN, MASK)

    @property
    def has_link(self) -> bool:
        """Whether a secret belongs into it, known still or not."""
        return TOKEN in self.text

    @property
    def is_spent(self) -> bool:
        """Whether the secret that belongs into it is forgotten: nobody can use this letter any more."""
        return self.has_link and not self.secret


def write(
    tx: Tx, kind: str, to: str, subject: str, text: str, *, key: str, at: Instant, secret: str = ""
) -> bool:
    """Write a letter in plain text to an e-mail address, once for each `key`; tell whether it is written now.

    It is sent after the commit. A `secret` takes the place of TOKEN in the text.
    """
    letter_id = new_id("let")
    line = " ".join(subject.split())
    told = {"kind": kind, "recipient": to, "subject": line, "text": text, "secret": secret}
    if not tx.run(sql.add, id=letter_id, key=key, at=at, **told):
        return False
    outbox.add(tx, ERRAND, letter_id, at)
    return True


def tell_of_order(tx: Tx, news: str, row_id: str, at: Instant) -> None:
    """Ask for a letter about an order, once: what happened, and the id of the row that says it.

    Only asked for here, in one row, so that a payment is booked as fast as without it; the errand writes it.
    """
    if news in ORDER_NEWS:
        when = later(at, seconds=FOLLOWED_SECONDS) if news in ("cancelled", "expired") else at
        outbox.add(tx, ERRAND, f"{news}:{row_id}", when)


def by_id(tx: Tx, letter_id: str) -> Letter:
    """Return a letter. Raises NotFound."""
    found = tx.one(Letter, sql.by_id, id=letter_id)
    if found is None:
        raise NotFound("There is no such letter.")
    return found


def listing(tx: Tx, after: str | None, kind: str, state: str) -> Listing[Letter]:
    """Return a page of letters, newest first, of one kind or state if they are named."""
    told: dict[str, object] = {"after": after or LAST, "size": PAGE + 1}
    if kind and state:
        rows = tx.all(Letter, sql.page_of_kind_in_state, kind=kind, state=state, **told)
    elif kind:
        rows = tx.all(Letter, sql.page_of_kind, kind=kind, **told)
    elif state:
        rows = tx.all(Letter, sql.page_in_state, state=state, **told)
    else:
        rows = tx.all(Letter, sql.page, **told)
    return page_of(rows, PAGE, lambda letter: letter.id)


def send_again(tx: Tx, letter_id: str, by: Person, at: Instant) -> Letter:
    """Have a letter sent once more. Raises Conflict where its link has ended: a new one is a new letter."""
    letter = by_id(tx, letter_id)
    if letter.is_spent:
        raise Conflict(
            "The link in this letter has been used or is forgotten: make a new one for its person."
        )
    tx.run(sql.waits, id=letter_id)
    outbox.add_again(tx, ERRAND, letter_id, at)
    events.record(tx, "letter.repeated", f"letter:{letter_id}", by=by.actor, at=at, before=letter.state)
    return by_id(tx, letter_id)


def key_of(tx: Tx, letter_id: str) -> str:
    """Return what a letter was written for, as the one who wrote it named it."""
    return str(tx.value(sql.key_of, id=letter_id))


def renew(tx: Tx, letter_id: str, secret: str) -> None:
    """Give a letter another secret, in the place of the one that is forgotten."""
    tx.run(sql.renew, id=letter_id, secret=secret)


def keep(tx: Tx, letter_id: str) -> None:
    """Note that a letter stays here, because no mail is set up."""
    tx.run(sql.kept, id=letter_id)


def sent(tx: Tx, letter_id: str, at: Instant) -> None:
    """Note that a letter is on its way, and forget the secret in it."""
    tx.run(sql.sent, id=letter_id, at=at)


def failed(tx: Tx, letter_id: str, why: str) -> None:
    """Note why a letter could not be sent."""
    tx.run(sql.failed, id=letter_id, error=why[:500])


def forget(tx: Tx, keys: Iterable[str]) -> None:
    """Forget the secrets of the letters with these keys: their links have ended."""
    for key in keys:
        tx.run(sql.forget_secret, key=key)
