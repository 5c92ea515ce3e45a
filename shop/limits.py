"""Rate limits: how often an account or an address may try something, remembered across restarts."""

import hashlib
from dataclasses import dataclass

from db import Tx, queries
from shop.errors import TooMany
from shop.words import N_, _

sql = queries("limits")

KEPT_SECONDS = 2 * 3600


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` tries in any stretch of `seconds`."""

    name: str
    most: int
    seconds: int
    sentence: str


_SIGN_INS = N_("Too many tries to sign in. Wait a few minutes, then try again.")
_CHECKOUTS = N_("Too many checkouts. Wait a few minutes, then try again.")
_LETTERS_FROM = N_("Too many letters asked for from here. Try again in an hour.")
_LETTERS_TO = N_("Too many letters to one address. Try again in an hour.")
_ACCOUNTS = N_("Too many new accounts from here. Try again in an hour.")

# An account is counted together with the address, so that nobody can lock somebody else out of theirs.
SIGN_IN = Limit("sign-in", 10, 600, _SIGN_INS)
SIGN_IN_FROM = Limit("sign-in-from", 100, 600, _SIGN_INS)
REGISTER_FROM = Limit("register-from", 50, 3600, _ACCOUNTS)
RESET_FROM = Limit("reset-from", 20, 3600, _LETTERS_FROM)
RESET_OF = Limit("reset-of", 5, 3600, _LETTERS_TO)
NOTICE_FROM = Limit("notice-from", 20, 3600, _LETTERS_FROM)
NOTICE_OF = Limit("notice-of", 5, 3600, _LETTERS_TO)
ORDER_LINK_FROM = Limit("order-link-from", 20, 3600, _LETTERS_FROM)
ORDER_LINK_OF = Limit("order-link-of", 5, 3600, _LETTERS_TO)
CODE_FROM = Limit("code-from", 60, 600, N_("Too many codes tried from here. Wait a few minutes."))
WITHDRAWAL_FROM = Limit("withdrawal-from", 20, 3600, _LETTERS_FROM)
CHECKOUT = Limit("checkout", 20, 600, _CHECKOUTS)
CHECKOUT_FROM = Limit("checkout-from", 100, 600, _CHECKOUTS)


def count(tx: Tx, limit: Limit, who: str, epoch: int) -> None:
    """Count one try of `who`, kept as a hash. Raises TooMany beyond the limit."""
    start = epoch - epoch % limit.seconds
    key = hashlib.sha256(f"{limit.name}:{who}".encode()).hexdigest()
    tries = tx.value(sql.count_one, key=key, start=start)
    if tries == 1:
        tx.run(sql.forget, before=epoch - KEPT_SECONDS)
    if tries > limit.most:
        raise TooMany(_(limit.sentence), start + limit.seconds - epoch)
