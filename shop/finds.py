"""Finding things by a part of their text: what was typed becomes a question to the trigram indexes.

The indexes `variant_words`, `order_words` and `person_words` are kept by triggers; their rows are numbered by
age, so the newest come first without sorting.
"""

LEAST = 3
"""A trigram index finds parts of at least so many characters."""


def pattern(text: str) -> str | None:
    """Return the full-text question for all words of a text, or None where no word is long enough.

    Each word is quoted, so that nothing in it is taken for an operator of FTS5.
    """
    words = [word for word in text.split() if len(word) >= LEAST]
    return " AND ".join('"' + word.replace('"', '""') + '"' for word in words) or None


def upto(prefix: str) -> str:
    """Return the text that sorts behind every text beginning with `prefix`, for a range over an index."""
    return prefix + "\U0010ffff"
