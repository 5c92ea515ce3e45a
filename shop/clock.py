"""Time and identity: the only place that reads the clock or draws random names.

Everything else is handed its instants and ids, so that tests can choose them and so that one SQL text
runs on every database.
"""

import secrets
import threading
import time
from datetime import UTC, datetime, timedelta

Instant = str
"""A moment in UTC as ISO-8601 text with milliseconds; such texts sort as the moments do."""

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_NUMBER_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def now() -> Instant:
    """Return the present instant."""
    return _text(datetime.now(UTC))


def epoch() -> int:
    """Return the present in whole seconds since 1970, as Stripe's signatures count."""
    return int(time.time())


def later(at: Instant, *, minutes: float = 0, seconds: float = 0) -> Instant:
    """Return the instant that lies so far after `at`; negative values lie before it."""
    return _text(datetime.fromisoformat(at) + timedelta(minutes=minutes, seconds=seconds))


def to_epoch(at: Instant) -> int:
    """Return `at` in whole seconds since 1970."""
    return int(datetime.fromisoformat(at).timestamp())


def from_epoch(seconds: int) -> Instant:
    """Return the instant of a number of seconds since 1970."""
    return _text(datetime.fromtimestamp(seconds, UTC))


def moment(at: Instant) -> datetime:
    """Return an instant as a datetime in UTC, for those who format it."""
    return datetime.fromisoformat(at)


def new_id(prefix: str) -> str:
    """Return a new id such as `ord_01jd…`; ids of one process sort in the order they were made."""
    value = _IDS.next()
    return f"{prefix}_" + "".join(_ALPHABET[value >> shift & 31] for shift in range(125, -1, -5))


def new_number() -> str:
    """Return a new order number: eight characters that read well aloud and are hard to guess."""
    return "".join(secrets.choice(_NUMBER_ALPHABET) for _ in range(8))


def new_token() -> str:
    """Return 256 random bits as text that may stand in an address or a cookie."""
    return secrets.token_urlsafe(32)


class _Ids:
    """128-bit numbers: the millisecond, then random bits; always above the one before."""

    def __init__(self) -> None:
        self._last = 0
        self._lock = threading.Lock()

    def next(self) -> int:
        with self._lock:
            drawn = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
            self._last = drawn if drawn > self._last else self._last + 1 + secrets.randbits(64)
            return self._last


_IDS = _Ids()


def _text(moment: datetime) -> Instant:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
