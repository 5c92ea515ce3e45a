"""Accounts: people as an admin sees to them, and the links by which they set a password themselves.

A link is 256 random bits, of which only a hash is stored; it works once and for a few days, and a later link
of an admin, a suspension or a new address ends it.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from db import Tx, queries
from shop import events, finds, letters, limits, people
from shop.clock import Instant, later, new_id, new_token, to_epoch
from shop.errors import Conflict, NotFound, Refused, TooMany
from shop.listing import LAST, Listing, page_of
from shop.people import Person
from shop.words import N_, _, speaking

sql = queries("accounts")

PAGE = 50
WALK = 500
"""So many matches of a search are looked at for one page, however few of them its filters let through."""

ROLES = ("user", "admin")
STANDINGS = ("active", "suspended", "invited")
INVITATION, RESET = "invitation", "reset"
HOURS = {INVITATION: 72, RESET: 24}
NO_PASSWORD = ""
"""In the place of a password's hash: no password fits it."""


@dataclass(frozen=True, slots=True)
class Account:
    """A person with their standing: active, suspended, or invited and not yet here."""

    id: str
    email: str
    name: str
    role: str
    created_at: Instant
    suspended_at: Instant | None
    standing: str
    invited_at: Instant | None

    @property
    def actor(self) -> str:
        """How the ledgers name this person."""
        return f"person:{self.id}"


@dataclass(frozen=True, slots=True)
class Found(Account):
    """A match of a search; `place` is where the list goes on."""

    place: int


@dataclass(frozen=True, slots=True)
class Link:
    """A link that may still be used, and who it is for."""

    kind: str
    expires_at: Instant
    id: str
    email: str
    name: str


@dataclass(frozen=True, slots=True)
class Issued:
    """A link just made: its address is nowhere else than here and in its letter."""

    person: Account
    address: str = field(repr=False)


def by_id(tx: Tx, person_id: str) -> Account:
    """Return a person. Raises NotFound."""
    found = tx.one(Account, sql.by_id, id=person_id)
    if found is None:
        raise NotFound("There is no such person.")
    return found


def listing(tx: Tx, after: str | None, q: str = "", role: str = "", standing: str = "") -> Listing[Account]:
    """Return a page of people, newest first, narrowed to a part of name or address, a role, a standing."""
    if q:
        return _search(tx, after, q, role, standing)
    told: dict[str, object] = {"after": after or LAST, "size": PAGE + 1}
    if role and standing:
        rows = tx.all(Account, sql.page_of_both, role=role, standing=standing, **told)
    elif role:
        rows = tx.all(Account, sql.page_of_role, role=role, **told)
    elif standing:
        rows = tx.all(Account, sql.page_of_standing, standing=standing, **told)
    else:
        rows = tx.all(Account, sql.page, **told)
    return page_of(rows, PAGE, lambda one: one.id)


def _search(tx: Tx, after: str | None, q: str, role: str, standing: str) -> Listing[Account]:
    pattern = finds.pattern(q)
    if pattern is None:
        return _beginning(tx, after or "", q.lower(), role, standing)
    if after and not re.fullmatch(r"[0-9]{1,15}", after, re.ASCII):
        raise Refused("This list has no such place: begin it anew.")
    rows = tx.all(Found, sql.found, pattern=pattern, after=int(after or 10**15), size=WALK)
    keep = [one for one in rows if role in ("", one.role) and standing in ("", one.standing)]
    found = page_of(keep, PAGE, lambda one: str(one.place))
    walked_out = found.next_after is None and len(rows) == WALK
    return Listing(found.items, str(rows[-1].place) if walked_out else found.next_after)


def _beginning(tx: Tx, after: str, q: str, role: str, standing: str) -> Listing[Account]:
    rows = tx.all(Account, sql.beginning, after=after, least=q, upto=finds.upto(q), size=WALK)
    keep = [one for one in rows if role in ("", one.role) and standing in ("", one.standing)]
    found = page_of(keep, PAGE, lambda one: one.email)
    walked_out = found.next_after is None and len(rows) == WALK
    return Listing(found.items, rows[-1].email if walked_out else found.next_after)


def sessions(tx: Tx, person_id: str, at: Instant) -> Sequence[Instant]:
    """Return since when a person is signed in, the newest first, up to a hundred times."""
    # None lives longer, so the ones that have ended long ago are not walked through.
    since = later(at, minutes=-max(people.SESSION_DAYS.values()) * 24 * 60)
    return tx.all(str, sql.sessions, person_id=person_id, since=since, at=at)


def end_sessions(tx: Tx, by: Person, person_id: str, at: Instant) -> int:
    """Sign a person out everywhere and return from how many sessions. Raises NotFound."""
    person = by_id(tx, person_id)
    count = people.end_sessions(tx, person_id)
    if count:
        events.record(tx, "person.signed_out", person.actor, by=by.actor, at=at, after=f"{count} sessions")
    return count


def suspend(tx: Tx, by: Person, person_id: str, why: str, at: Instant) -> None:
    """Keep a person out from now on: sessions and links end. Raises NotFound, Conflict for the last admin."""
    people.suspend(tx, by, person_id, why, at)
    end_links(tx, person_id)


def invite(tx: Tx, by: Person, name: str, email: str, role: str, base_url: str, at: Instant) -> Issued:
    """Add a person who sets their own password by a link. Raises Refused when the address is taken."""
    person_id = new_id("per")
    _free(tx, email, person_id)
    people.add(tx, Person(person_id, email, name, role, at, None), NO_PASSWORD, by=by.actor)
    return invite_again(tx, by, person_id, base_url, at)


def invite_again(tx: Tx, by: Person, person_id: str, base_url: str, at: Instant) -> Issued:
    """Send another invitation, which ends the older one. Raises Conflict when they are here already."""
    person = by_id(tx, person_id)
    if people.has_password(tx, person_id):
        raise Conflict(f"{person.name} has a password by now: send a link to reset it instead.")
    _open(person)
    end_links(tx, person_id)
    tx.run(sql.set_invited, id=person_id, at=at)
    events.record(tx, "person.invited", person.actor, by=by.actor, at=at, after=person.email)
    return _issue(tx, person, INVITATION, by.actor, base_url, at)


def reset(tx: Tx, by: Person, person_id: str, base_url: str, at: Instant) -> Issued:
    """Have a person set a new password by a link. Raises Conflict when they are invited or suspended."""
    person = by_id(tx, person_id)
    if not people.has_password(tx, person_id):
        raise Conflict(f"{person.name} has no password yet: send the invitation again instead.")
    _open(person)
    end_links(tx, person_id)
    events.record(tx, "person.reset_sent", person.actor, by=by.actor, at=at, after="a link")
    return _issue(tx, person, RESET, by.actor, base_url, at)


def ask_for_reset(tx: Tx, email: str, base_url: str, at: Instant) -> None:
    """Send a link to whoever has this address, a few times an hour; for others take as long, and do nothing.

    Links that they have asked for stay good beside each other, for letters overtake one another.
    """
    try:
        # Counted for every address, so that a stranger's costs the same write.
        limits.count(tx, limits.RESET_OF, email, to_epoch(at))
    except TooMany:
        return
    person_id = tx.value(sql.id_of_email, email=email)
    if person_id is None:
        return
    person = by_id(tx, person_id)
    if person.suspended_at is None:
        kind = RESET if people.has_password(tx, person.id) else INVITATION
        events.record(tx, "person.reset_asked", person.actor, by=person.actor, at=at)
        _issue(tx, person, kind, person.actor, base_url, at)


def link(tx: Tx, kind: str, token: str, at: Instant) -> Link:
    """Return who a link is for. Raises NotFound when it was used, ended, or never made."""
    found = tx.one(Link, sql.link, hash=_digest(token), kind=kind, at=at)
    if found is None:
        raise NotFound(_("This link has been used or has ended. Ask for another one."))
    return found


def accept(tx: Tx, kind: str, token: str, password_hash: str, at: Instant) -> str:
    """Set the password of a link's person, end their links and sessions; return their id. Raises NotFound."""
    person_id = link(tx, kind, token, at).id
    end_links(tx, person_id)
    tx.run(sql.set_invited, id=person_id, at=None)
    people.change_password(tx, person_id, password_hash, at)
    return person_id


def change(
    tx: Tx,
    by: Person,
    person_id: str,
    name: str,
    email: str,
    at: Instant,
    seen_name: str = "",
    seen_email: str = "",
) -> Account:
    """Give a person another name or address.

    Raises NotFound, Refused for an address that is taken, and Conflict when either is not as it was `seen`.
    """
    was = by_id(tx, person_id)
    if (seen_name or was.name, seen_email or was.email) != (was.name, was.email):
        raise Conflict(f"Somebody has changed it meanwhile: it is {was.name}, {was.email} by now.")
    _free(tx, email, person_id)
    tx.run(sql.set_details, id=person_id, name=name, email=email)
    if name != was.name:
        events.record(tx, "person.renamed", was.actor, by=by.actor, at=at, before=was.name, after=name)
    if email != was.email:
        _tell_the_move(tx, by, was, email, at)
    return by_id(tx, person_id)


def _tell_the_move(tx: Tx, by: Person, was: Account, email: str, at: Instant) -> None:
    """End the links that went to the old address, and tell its owner, who may not be the one who asked."""
    end_links(tx, was.id)
    told = {"before": was.email, "after": email}
    events.record(tx, "person.address_changed", was.actor, by=by.actor, at=at, **told)
    with speaking(people.language_of(tx, was.id)):
        subject, text = _("Your e-mail address was changed"), _(_MOVED, name=was.name)
    letters.write(tx, "email", was.email, subject, text, key=new_id("key"), at=at)


def end_links(tx: Tx, person_id: str) -> None:
    """End every link of a person, and forget it in its letter."""
    letters.forget(tx, map(_key, tx.all(str, sql.links_of, person_id=person_id)))
    tx.run(sql.end_links, person_id=person_id)


def _issue(tx: Tx, person: Account, kind: str, by: str, base_url: str, at: Instant) -> Issued:
    token = new_token()
    until = later(at, minutes=HOURS[kind] * 60)
    told = {"hash": _digest(token), "kind": kind, "person_id": person.id}
    tx.run(sql.add_link, actor=by, at=at, until=until, **told)
    place = f"{base_url}/{kind}s/"
    with speaking(people.language_of(tx, person.id)):
        subject, body = _LETTERS[kind]
        text = _(body, name=person.name, link=place + letters.TOKEN, shop=base_url)
        subject = _(subject)
    key = _key(_digest(token))
    letters.write(tx, kind, person.email, subject, text, key=key, at=at, secret=token)
    return Issued(by_id(tx, person.id), place + token)


def _free(tx: Tx, email: str, person_id: str) -> None:
    holder = tx.value(sql.id_of_email, email=email)
    if holder not in (None, person_id):
        raise Refused("Somebody has this e-mail address already.", "email")


def _open(person: Account) -> None:
    if person.suspended_at is not None:
        raise Conflict(f"{person.name} is suspended: end the suspension first.")


def _key(token_hash: str) -> str:
    return f"link:{token_hash}"


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


_INVITATION = N_("""Hello {name},

you are invited to {shop}. Choose your password here, within three days:

{link}

The link works once. If you did not expect this letter, leave it.
""")
_RESET = N_("""Hello {name},

a new password was asked for at {shop}. Choose it here, within a day:

{link}

The link works once, and ends every session. If you did not ask for it, leave this letter: your password stays
as it is.
""")
_LETTERS = {INVITATION: (N_("You are invited"), _INVITATION), RESET: (N_("Choose a new password"), _RESET)}
_MOVED = N_("""Hello {name},

the shop has changed the e-mail address of your account: letters go to the new one from now on.

If you did not want that, write to the shop.
""")
