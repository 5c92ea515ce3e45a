"""Keeping the index of words in one piece, so that a search reads one list where it read many.

Every change of a product's words adds a small piece to it, and each piece is looked through by every search.
"""

from db import Database
from shop import storefinds

WORDS = "words"
"""The joining of the pieces."""


async def join_words(db: Database) -> int:
    """Join all pieces of the index, a bounded step at a time beside everybody else; return how many steps."""
    steps = 0
    while await db.write(storefinds.join_pieces, begin=steps == 0):
        steps += 1
    return steps
