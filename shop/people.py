"""People: who may sign in, as what, and the sessions they hold.

A cookie carries a random token; only its hash is stored, and every request looks it up. So signing
out, a new password or another role ends a session at once, wherever its cookie was copied to.
"""

import asyncio
import hashlib
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from db import ConstraintViolated, Tx, queries
from shop import events
from shop.clock import Instant, later, new_id, new_token
from shop.errors import Conflict, NotFound, Refused
from shop.words import _

sql = queries("people")

GUEST = "guest"
"""The id of the person whom orders without an account belong to, and how the ledgers name a guest."""
SESSION_DAYS = {"user": 14, "admin": 1}
SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 128

# OWASP's least for Argon2id; more memory would let a crowd of sign-ins exhaust a small machine.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_TWO_AT_ONCE = ThreadPoolExecutor(2, thread_name_prefix="passwords")
_EMAIL = re.compile(r"[^@\s\x00-\x1f,;:<>\"()\[\]\\]{1,64}@[A-Za-z0-9.-]{1,189}\.[A-Za-z]{2,24}")
_NEVER = frozenset({"password", "12345678", "123456789", "1234567890", "qwertyuiop", "iloveyou", "tillroom"})


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who can sign in; the role is `user` for a shopper or `admin`."""

    id: str
    email: str
    name: str
    role: str
    created_at: Instant
    suspended_at: Instant | None

    @property
    def is_admin(self) -> bool:
        """Whether this person runs the shop."""
        return self.role == "admin"

    @property
    def actor(self) -> str:
        """How the ledgers name this person."""
        return f"person:{self.id}"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a sign-in is checked against."""

    id: str
    password_hash: str
    suspended_at: Instant | None


async def hash_password(password: str) -> str:
    """Return the Argon2id hash of a password, computed outside the event loop."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_TWO_AT_ONCE, _HASHER.hash, password)


async def check_password(password_hash: str | None, password: str) -> bool:
    """Tell whether the password fits; without a hash, take as long as if there were one."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_TWO_AT_ONCE, _fits, password_hash, password)


def _fits(password_hash: str | None, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash or _NOBODYS, password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def clean_email(text: str) -> str:
    """Return an e-mail address as we store and compare it. Raises Refused when it can't be one."""
    email = text.strip().lower()
    if not _EMAIL.fullmatch(email):
        raise Refused(_("Write an e-mail address such as sam@example.org."), "email")
    return email


def check_new_password(password: str, email: str) -> None:
    """Raise Refused unless the password may be chosen: long enough, not guessed first."""
    if len(password) < SHORTEST_PASSWORD:
        raise Refused(_("Choose at least {count} characters.", count=SHORTEST_PASSWORD), "password")
    if len(password) > LONGEST_PASSWORD:
        raise Refused(_("Choose at most {count} characters.", count=LONGEST_PASSWORD), "password")
    lowered = password.lower()
    if lowered in _NEVER or lowered in (email, email.split("@", maxsplit=1)[0]) or len(set(password)) <= 2:  # noqa: PLR2004 - one or two letters, repeated
        raise Refused(_("That password is easily guessed: choose another."), "password")


def register(tx: Tx, email: str, name: str, password_hash: str, at: Instant, role: str = "user") -> Person:
    """Add a person who has chosen a password. Raises Conflict when the address is taken."""
    person = Person(new_id("per"), email, name, role, at, None)
    add(tx, person, password_hash, by=person.actor)
    return person


def add(tx: Tx, person: Person, password_hash: str, *, by: str) -> None:
    """Add a person. Raises Conflict when the address is taken."""
    told = {"id": person.id, "email": person.email, "name": person.name, "role": person.role}
    try:
        tx.run(sql.add, hash=password_hash, at=person.created_at, **told)
    except ConstraintViolated:
        raise Conflict(_("Somebody has registered with this e-mail address: sign in.")) from None
    events.record(tx, "person.added", person.actor, by=by, at=person.created_at, after=person.role)


def has_password(tx: Tx, person_id: str) -> bool:
    """Tell whether a person has ever chosen a password."""
    found = credentials_of(tx, person_id)
    return found is not None and found.password_hash != ""


def by_email(tx: Tx, email: str) -> Credentials | None:
    """Return what a sign-in with this address is checked against."""
    return tx.one(Credentials, sql.credentials, email=email)


def find(tx: Tx, person_id: str) -> Person | None:
    """Return a person by id."""
    return tx.one(Person, sql.by_id, id=person_id)


def find_by_email(tx: Tx, email: str) -> Person | None:
    """Return a person by address."""
    found = by_email(tx, email)
    return None if found is None else find(tx, found.id)


def credentials_of(tx: Tx, person_id: str) -> Credentials | None:
    """Return what a change of this person's password is checked against."""
    return tx.one(Credentials, sql.credentials_of, id=person_id)


def start_session(tx: Tx, person_id: str, at: Instant) -> str:
    """Start a session and return its token, which is nowhere else. Raises NotFound when suspended."""
    person = tx.one(Person, sql.by_id, id=person_id)
    if person is None or person.suspended_at is not None:
        raise NotFound(_("This person can't sign in."))
    token = new_token()
    until = later(at, minutes=SESSION_DAYS[person.role] * 24 * 60)
    tx.run(sql.add_session, hash=_digest(token), person_id=person_id, at=at, until=until)
    return token


def choose_language(tx: Tx, person_id: str, language: str) -> None:
    """Note the language that a person has chosen: letters to them are written in it."""
    tx.run(sql.choose_language, id=person_id, language=language)


def language_of(tx: Tx, person_id: str) -> str:
    """Return the language that a person has chosen, or an empty text while they have chosen none."""
    return str(tx.value(sql.language_of, id=person_id) or "")


def person_of(tx: Tx, token: str, at: Instant) -> Person | None:
    """Return whose live session the token belongs to."""
    return tx.one(Person, sql.of_session, hash=_digest(token), at=at)


def end_session(tx: Tx, token: str) -> None:
    """End one session; harmless when it has ended."""
    tx.run(sql.end_session, hash=_digest(token))


def change_password(tx: Tx, person_id: str, password_hash: str, at: Instant) -> None:
    """Set a new password and end every session the person has."""
    tx.run(sql.set_password, id=person_id, hash=password_hash)
    tx.run(sql.end_sessions, person_id=person_id)
    actor = f"person:{person_id}"
    events.record(tx, "person.password", actor, by=actor, at=at, after="changed")


def set_role(tx: Tx, by: Person, person_id: str, role: str, at: Instant) -> None:
    """Give a person another role and end their sessions. Raises NotFound, and Conflict for the last admin."""
    person = existing(tx, person_id)
    if role == person.role:
        return
    if person.is_admin:
        _leave_an_admin(tx, person_id)
    tx.run(sql.set_role, id=person_id, role=role)
    end_sessions(tx, person_id)
    events.record(tx, "person.role", person.actor, by=by.actor, at=at, before=person.role, after=role)


def suspend(tx: Tx, by: Person, person_id: str, why: str, at: Instant) -> None:
    """Keep a person out from now on: their sessions end. Raises NotFound, and Conflict for the last admin."""
    person = existing(tx, person_id)
    if person.suspended_at is not None:
        return
    if person.is_admin:
        _leave_an_admin(tx, person_id)
    tx.run(sql.set_suspension, id=person_id, at=at)
    end_sessions(tx, person_id)
    told = {"before": "active", "after": "suspended", "why": why}
    events.record(tx, "person.suspended", person.actor, by=by.actor, at=at, **told)


def end_suspension(tx: Tx, by: Person, person_id: str, at: Instant) -> None:
    """Let a person sign in again. Raises NotFound."""
    person = existing(tx, person_id)
    if person.suspended_at is not None:
        tx.run(sql.set_suspension, id=person_id, at=None)
        told = {"before": "suspended", "after": "active"}
        events.record(tx, "person.suspension_ended", person.actor, by=by.actor, at=at, **told)


def existing(tx: Tx, person_id: str) -> Person:
    """Return a person by id. Raises NotFound."""
    person = find(tx, person_id)
    if person is None or person.id == GUEST:
        raise NotFound("There is no such person.")
    return person


def end_sessions(tx: Tx, person_id: str) -> int:
    """End every session of a person and return how many there were."""
    return tx.run(sql.end_sessions, person_id=person_id)


def _leave_an_admin(tx: Tx, but: str) -> None:
    # Asked in the transaction that takes this one away: of two admins who dismiss each other, one stays.
    if tx.value(sql.another_admin, id=but) is None:
        raise Conflict("The shop needs an admin who can sign in: make somebody else one first.")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


_NOBODYS = _HASHER.hash(new_token())
