"""What the tables of the merchant's day hold in a large shop, beyond what their migrations fill in."""

import random

from db import engine


def fill(connection: engine.Connection, dice: random.Random) -> None:
    """Fill the tables that are there."""
