"""What is wrong with this installation, one sentence a finding, each with the way out.

Nothing is changed, no server needs to run, and a healthy shop has no findings. The key is sent to Stripe by
the gateway alone; the clock is compared by a call that carries none.
"""

import re
import shutil
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from db import DatabaseError, SqliteTooOld, Tx, WrongSchema, path_of, queries, snapshot
from shop import mail
from shop.clock import Instant, epoch, later, now
from shop.config import LEAST_SECRET, LOOPBACK, Settings
from shop.sandbox.state import API_VERSION
from shop.stripe_gateway import Gateway, StripeRefused, StripeUnreachable
from shop.stripe_gateway.signatures import TOLERANCE_SECONDS

sql = queries("doctor")

STRIPE_HOST = "api.stripe.com"
CLOCK_SECONDS = 30
QUIET_MINUTES = 60
"""Stripe tells of every session that is paid or runs out; so long after its end, silence is a fault."""
WAITING_MINUTES = 10
LEAST_FREE = 500 * 2**20
LARGEST_LOG = 64 * 2**20
FEWEST_LETTERS = 8
LEAST_WEBHOOK_SECRET = 16

_PLACEHOLDER = re.compile(r"whsec_(x+|[.*…<].*|your.*|test|secret|changeme)?", re.ASCII | re.IGNORECASE)
_TIMEOUT = httpx.Timeout(10, connect=3)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong; `name` stays the same for programs, the sentence says what to do."""

    name: str
    sentence: str


async def examine(settings: Settings, proxies: tuple[str, ...] = ()) -> list[Finding]:
    """Return all that is wrong; `proxies` names the variables that would send local calls elsewhere."""
    path = path_of(settings.database_url)
    found = [*of_secrets(settings), *of_addresses(settings, proxies), *of_files(path)]
    try:
        with snapshot(settings.database_url) as tx:
            found += of_books(tx, now())
    except (WrongSchema, SqliteTooOld) as fault:
        found.append(Finding("database", str(fault)))
    except DatabaseError as fault:
        sentence = f"The database is not sound ({fault}): see `shop verify`, and put a backup in its place."
        found.append(Finding("database", sentence))
    found += await of_mail(settings.smtp_url)
    return found + await of_stripe(settings) if settings.stripe_key else found


def of_secrets(settings: Settings) -> list[Finding]:
    """Look at the form of the secrets: missing, too short, or an example that was never replaced."""
    found = []
    key = settings.secret_key
    if not key:
        found.append(
            Finding("secret-key", "SHOP_SECRET_KEY is not set: cookies can't be signed. Draw one at random.")
        )
    elif len(key) < LEAST_SECRET or len(set(key)) < FEWEST_LETTERS:
        sentence = f"SHOP_SECRET_KEY is easy to guess: draw at least {LEAST_SECRET} characters at random."
        found.append(Finding("secret-key", sentence))
    if not settings.stripe_key:
        sentence = "STRIPE_SECRET_KEY is not set: take it from Stripe's dashboard (`shop demo` needs none)."
        found.append(Finding("stripe-key", sentence))
    if not settings.webhook_secrets:
        sentence = (
            "STRIPE_WEBHOOK_SECRET is not set, so no payment can be booked: take it from the endpoint "
            f"{settings.base_url}/stripe-webhook in Stripe's dashboard."
        )
        found.append(Finding("webhook-secret", sentence))
    for secret in settings.webhook_secrets:
        is_form = secret.startswith("whsec_") and len(secret) >= LEAST_WEBHOOK_SECRET
        if not is_form or _PLACEHOLDER.fullmatch(secret):
            sentence = (
                "STRIPE_WEBHOOK_SECRET is not what Stripe gave out: it begins with whsec_ and is the signing "
                "secret of the endpoint, not a key."
            )
            found.append(Finding("webhook-secret", sentence))
    return found


def of_addresses(settings: Settings, proxies: tuple[str, ...] = ()) -> list[Finding]:
    """Look for addresses that contradict each other, the key, or the public."""
    found = []
    host = urlsplit(settings.base_url).hostname or ""
    stripe_host = urlsplit(settings.stripe_api_base).hostname if settings.stripe_api_base else None
    is_public = host not in LOOPBACK
    if stripe_host == STRIPE_HOST:
        sentence = "STRIPE_API_BASE names Stripe itself, so orders are marked as paid locally: unset it."
        found.append(Finding("api-base", sentence))
    elif stripe_host is not None and stripe_host not in LOOPBACK:
        sentence = f"STRIPE_API_BASE sends the key to {stripe_host}, which is not Stripe: unset it."
        found.append(Finding("api-base", sentence))
    elif stripe_host is not None and is_public:
        sentence = (
            f"{host} takes its payments from the local Stripe, where no money moves: unset STRIPE_API_BASE."
        )
        found.append(Finding("api-base", sentence))
    if is_public and not settings.is_https:
        sentence = "SHOP_BASE_URL is http, so passwords travel in the open: put https before it."
        found.append(Finding("base-url", sentence))
    if settings.livemode and not is_public:
        sentence = (
            f"A live key is set, but Stripe can't reach {host}: set SHOP_BASE_URL to the public address."
        )
        found.append(Finding("base-url", sentence))
    if not settings.limits:
        sentence = "SHOP_LIMITS is off, for load tests only: set it to on, or unset it."
        found.append(Finding("limits", sentence))
    if proxies and stripe_host in LOOPBACK:
        sentence = (
            f"{' and '.join(proxies)} would send calls to the local Stripe through a proxy. The shop does "
            f"not heed it there, other programs do: add {stripe_host} to NO_PROXY."
        )
        found.append(Finding("proxy", sentence))
    return found


def of_files(path: Path) -> list[Finding]:
    """Look at the database's files and the disk they are on."""
    if not path.exists():
        return []
    found = []
    there = [path.with_name(f"{path.name}{end}") for end in ("", "-wal", "-shm")]
    seen = [one.name for one in there if one.exists() and one.stat().st_mode & 0o077]
    if seen:
        sentence = f"Others on this machine can read {', '.join(seen)}: chmod 600 in {path.parent}."
        found.append(Finding("permissions", sentence))
    log = path.with_name(f"{path.name}-wal")
    size = path.stat().st_size
    return [
        *found,
        *of_log(log.stat().st_size if log.exists() else 0),
        *of_disk(shutil.disk_usage(path.parent).free, size),
    ]


def of_disk(free: int, size: int) -> list[Finding]:
    """Judge the bytes that are free beside a database of that size: a backup or a migration copies it."""
    if free >= max(LEAST_FREE, 2 * size):
        return []
    sentence = (
        f"Only {free // 2**20} MB are free beside a database of {size // 2**20} MB: make room for twice "
        f"as much as the database has, and for {LEAST_FREE // 2**20} MB at least."
    )
    return [Finding("disk", sentence)]


def of_log(size: int) -> list[Finding]:
    """Judge the size of the write-ahead log, in bytes."""
    if size <= LARGEST_LOG:
        return []
    sentence = (
        f"The write-ahead log has {size // 2**20} MB: something has been reading for a long time. End it, or "
        "restart the shop."
    )
    return [Finding("log", sentence)]


def of_books(tx: Tx, at: Instant, api_version: str = API_VERSION) -> list[Finding]:
    """Look at what the books tell of deliveries and of work that waits."""
    return [*_deliveries(tx, at), *_versions(tx, api_version), *_work(tx, at)]


async def of_stripe(settings: Settings) -> list[Finding]:
    """Ask Stripe for its time, without the key, and then whether it takes the key."""
    base = settings.stripe_api_base or f"https://{STRIPE_HOST}"
    local = urlsplit(base).hostname in LOOPBACK
    try:
        async with httpx.AsyncClient(timeout=_TIMEOUT, trust_env=not local) as http:
            answer = await http.get(f"{base}/v1/events")
    except httpx.HTTPError as fault:
        todo = (
            "start `shop sandbox` or `shop demo`"
            if local
            else "let this machine reach it, or look at its proxy"
        )
        return [Finding("stripe", f"Stripe does not answer at {base} ({type(fault).__name__}): {todo}.")]
    return [*of_clock(answer.headers.get("Date"), epoch()), *await _key(settings)]


async def of_mail(smtp_url: str | None) -> list[Finding]:
    """Greet the mail server, and sign in there if a name is given; without one, letters are kept."""
    if smtp_url is None:
        return []
    try:
        await mail.greet(smtp_url)
    except mail.MailError as fault:
        return [Finding("mail", f"{str(fault).rstrip('.')}: look at SHOP_SMTP_URL; letters wait meanwhile.")]
    return []


def of_clock(date: str | None, ours: int) -> list[Finding]:
    """Compare Stripe's `Date` with our own seconds since 1970."""
    try:
        theirs = int(parsedate_to_datetime(date or "").timestamp())
    except ValueError:
        return []
    apart = ours - theirs
    if abs(apart) <= CLOCK_SECONDS:
        return []
    which = "fast" if apart > 0 else "slow"
    worse = " Every delivery is refused meanwhile." if abs(apart) > TOLERANCE_SECONDS else ""
    sentence = (
        f"This machine's clock is {abs(apart)} seconds {which}: switch its time service (NTP) on.{worse}"
    )
    return [Finding("clock", sentence)]


async def _key(settings: Settings) -> list[Finding]:
    gateway = Gateway(settings.stripe_key, settings.stripe_api_base)
    try:
        await gateway.list_events(["checkout.session.completed"], created_gte=epoch())
    except StripeRefused as refusal:
        todo = "copy it again from Stripe's dashboard"
        if refusal.status == httpx.codes.FORBIDDEN:
            todo = "let it read events, read and write Checkout Sessions and refunds"
        return [Finding("stripe-key", f"Stripe refuses STRIPE_SECRET_KEY ({refusal}): {todo}.")]
    except StripeUnreachable as fault:
        return [Finding("stripe", f"Stripe gave no clear answer ({fault}): try again shortly.")]
    finally:
        await gateway.close()
    return []


def _deliveries(tx: Tx, at: Instant) -> list[Finding]:
    found = []
    last = str(tx.value(sql.last_delivery) or "")
    unsigned = int(tx.value(sql.rejects_since, since=last, reason="no signature of ours%"))
    if unsigned:
        sentence = (
            f"{unsigned} deliveries since the last good one were signed with another secret: set "
            "STRIPE_WEBHOOK_SECRET to the one of this endpoint, then run `shop reconcile`."
        )
        found.append(Finding("webhook-secret", sentence))
    stale = int(tx.value(sql.rejects_since, since=last, reason="signed %"))
    if stale:
        sentence = (
            f"{stale} deliveries since the last good one bore a wrong time: look at this machine's clock."
        )
        found.append(Finding("clock", sentence))
    ended = tx.value(sql.first_end_since, since=last)
    if ended is not None and ended < later(at, minutes=-QUIET_MINUTES):
        since = f"since {last}" if last else "ever"
        sentence = (
            f"No delivery has come {since}, though a payment page closed at {ended}: look at the endpoint in "
            "Stripe's dashboard, then run `shop reconcile`."
        )
        found.append(Finding("deliveries", sentence))
    return found


def _versions(tx: Tx, api_version: str) -> list[Finding]:
    spoken = tx.value(sql.newest_api_version)
    if not spoken or spoken == api_version:
        return []
    sentence = (
        f"Stripe's newest event speaks version {spoken}, the shop {api_version}: make the endpoint anew."
    )
    return [Finding("api-version", sentence)]


def _work(tx: Tx, at: Instant) -> list[Finding]:
    found = []
    oldest = tx.value(sql.oldest_waiting)
    if oldest is not None and oldest < later(at, minutes=-WAITING_MINUTES):
        sentence = f"Work has waited since {oldest}: start `shop serve`, or run `shop reconcile`."
        found.append(Finding("outbox", sentence))
    dead = int(tx.value(sql.count_dead))
    if dead:
        sentence = f"{dead} pieces of work were given up: see `shop export attention`."
        found.append(Finding("outbox-dead", sentence))
    parked = int(tx.value(sql.count_parked))
    if parked:
        sentence = f"{parked} events of Stripe's fit no rule: see `shop export attention`."
        found.append(Finding("parked", sentence))
    return found
