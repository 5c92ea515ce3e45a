"""Notices: a letter to whoever asked for one when something sold out can be bought again.

Asked for on its page and proved by a link in a letter; then one letter, oldest first, and no more letters
than units that can be bought. No event names the address, so that it can be forgotten.
"""

import hashlib
from dataclasses import dataclass
from urllib.parse import quote

from db import Tx, queries
from shop import catalog, events, letters, limits
from shop.clock import Instant, later, new_id, new_token, to_epoch
from shop.errors import Conflict, NotFound, Refused, TooMany
from shop.words import N_, _

sql = queries("notices")

KIND = "notice"
ASKED_DAYS, WAITING_DAYS, TOLD_DAYS = 7, 180, 30
"""So long an unproved address is kept, a proved one waits, and the link of the last letter works."""
MOST_AT_ONCE = 50
MOST_THINGS = 20
MOST_FORGOTTEN = 500
AGAIN_MINUTES = 60
"""So long after some letters the job looks whether something is left for those who wait next."""
_DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Notice:
    """What somebody asked to be told of: asked (not proved yet), waiting, or told."""

    id: str
    state: str
    email: str
    sku: str
    name: str
    label: str
    slug: str
    available: int

    @property
    def title(self) -> str:
        """What it is about, as people read it."""
        return _title(self.name, self.label)


@dataclass(frozen=True, slots=True)
class _Back:
    sku: str
    name: str
    label: str
    slug: str
    available: int
    for_sale: bool


@dataclass(frozen=True, slots=True)
class _Waiting:
    id: str
    email: str


def ask(tx: Tx, slug: str, sku: str, email: str, base_url: str, at: Instant) -> None:
    """Send a letter that proves the address; to one that waits already, or was asked for too often, none.

    Raises NotFound, Refused where the product has no such variant, and Conflict when it can be bought now.
    """
    product = catalog.product(tx, slug)
    variant = next((one for one in product.variants if one.sku == sku), None)
    if variant is None:
        raise Refused(_("Choose what you wait for."), "sku")
    if variant.available > 0:
        raise Conflict(
            _("{title} is available again: you can buy it now.", title=_title(product.name, variant.label))
        )
    try:
        limits.count(tx, limits.NOTICE_OF, email, to_epoch(at))
    except TooMany:
        return
    before = tx.value(sql.hash_of, email=email, sku=sku)
    token = new_token()
    told = {"id": new_id("not"), "sku": sku, "email": email, "hash": _digest(token)}
    if tx.run(sql.ask, at=at, until=_days(at, ASKED_DAYS), **told):
        letters.forget(tx, [_key(before)] if before else [])
        title = _title(product.name, variant.label)
        text = _(_PROOF, title=title, shop=base_url, link=_link(base_url))
        _write(tx, email, _("{title}: shall we write when it is back?", title=title), text, token, at)


def by_token(tx: Tx, token: str, at: Instant) -> Notice:
    """Return what a link is about. Raises NotFound when it has ended or was never made."""
    found = tx.one(Notice, sql.by_hash, hash=_digest(token), at=at)
    if found is None:
        raise NotFound("This link has ended: nothing more comes from it.")
    return found


def confirm(tx: Tx, token: str, at: Instant) -> Notice:
    """Have a proved address wait from now on; repeating it is harmless. Raises NotFound."""
    notice = by_token(tx, token, at)
    if tx.run(sql.confirm, id=notice.id, at=at, until=_days(at, WAITING_DAYS)):
        letters.forget(tx, [_key(_digest(token))])
        if notice.available > 0:
            tx.run(sql.look_at, sku=notice.sku, at=at)
    return by_token(tx, token, at)


def end(tx: Tx, token: str, at: Instant) -> Notice:
    """Forget an address with all that it waits for, and return what the link was about. Raises NotFound."""
    notice = by_token(tx, token, at)
    letters.forget(tx, map(_key, tx.all(str, sql.hashes_of, email=notice.email)))
    tx.run(sql.forget, email=notice.email)
    return notice


def tell(tx: Tx, base_url: str, at: Instant) -> int:
    """Write to those whose turn it is, of a few variants at once, and forget what has ended.

    Returns how many letters were written.
    """
    tx.run(sql.forget_ended, at=at, size=MOST_FORGOTTEN)
    skus = tx.all(str, sql.due, at=at, size=MOST_THINGS)
    return sum(_tell_of(tx, sku, base_url, at) for sku in skus)


def _tell_of(tx: Tx, sku: str, base_url: str, at: Instant) -> int:
    back = tx.one(_Back, sql.back, sku=sku)
    if back is None or back.available <= 0:
        # It is looked at again as soon as it is back.
        tx.run(sql.look_no_more, sku=sku)
        return 0
    places = _places(tx, back, at) if back.for_sale else 0
    waiting = tx.all(_Waiting, sql.oldest, sku=sku, size=places + 1)
    for one in waiting[:places]:
        _tell(tx, back, one, base_url, at)
    if len(waiting) > places:
        pause = 1 if places == MOST_AT_ONCE else AGAIN_MINUTES
        tx.run(sql.look_at, sku=sku, at=later(at, minutes=pause))
    else:
        tx.run(sql.look_no_more, sku=sku)
    written = min(len(waiting), places)
    if written:
        count = "1 letter" if written == 1 else f"{written} letters"
        events.record(tx, "notices.told", f"variant:{sku}", by=events.SHOP, at=at, after=count)
    return written


def _places(tx: Tx, back: _Back, at: Instant) -> int:
    """Return how many may be told now: whoever was told within a day has the first claim on what there is."""
    told = tx.value(sql.told_since, sku=back.sku, since=_days(at, -1), most=back.available)
    return min(back.available - int(told), MOST_AT_ONCE)


def _tell(tx: Tx, back: _Back, one: _Waiting, base_url: str, at: Instant) -> None:
    token = new_token()
    if tx.run(sql.told, id=one.id, hash=_digest(token), at=at, until=_days(at, TOLD_DAYS)):
        title = _title(back.name, back.label)
        place = f"{base_url}/p/{back.slug}?variant={quote(back.sku, safe='')}"
        text = _(_BACK, title=title, place=place, link=_link(base_url))
        _write(tx, one.email, _("{title} is back", title=title), text, token, at)


def _write(tx: Tx, to: str, subject: str, text: str, token: str, at: Instant) -> None:
    letters.write(tx, KIND, to, subject, text, key=_key(_digest(token)), at=at, secret=token)


def _title(name: str, label: str) -> str:
    return f"{name} ({label})" if label else name


def _link(base_url: str) -> str:
    return f"{base_url}/notices/{letters.TOKEN}"


def _key(token_hash: str) -> str:
    return f"notice:{token_hash}"


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _days(at: Instant, days: int) -> Instant:
    return later(at, minutes=days * _DAY_MINUTES)


_PROOF = N_("""Hello,

somebody asked at {shop}
to be written to when this is back: {title}.

If it was you, say so here, within a week:

{link}

You get one letter when it is back, within half a year.
The same link takes it back again.

If it was not you, leave this letter: nothing more comes.
""")
_BACK = N_("""Hello,

{title} is back:

{place}

Nobody can keep it for you before you check out.

This was the one letter you asked for. If you wait for other things as well
and want no more of these letters, end them here:

{link}
""")
