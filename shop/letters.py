"""Letters: written in the transaction of what they tell of, sent afterwards, and kept for ever.

A letter is marked by its key, so that what is done twice writes once.
"""

from db import Tx, queries
from shop.clock import Instant, new_id

sql = queries("letters")


def write(tx: Tx, kind: str, to: str, subject: str, text: str, *, key: str, at: Instant) -> None:
    """Write a letter in plain text to an e-mail address; one with the same `key` is written once."""
    tx.run(sql.add, id=new_id("let"), key=key, kind=kind, recipient=to, subject=subject, text=text, at=at)
