"""What a merchant decides for the whole shop, changed in the admin and kept with the books."""

from dataclasses import dataclass

from db import Tx, queries
from shop import events
from shop.clock import Instant
from shop.people import Person

sql = queries("preferences")


@dataclass(frozen=True, slots=True)
class Preferences:
    """The switches; `shows_lowest_price` names the lowest price of 30 days beside a reduced one."""

    shows_lowest_price: bool


def show(tx: Tx) -> Preferences:
    """Return the preferences; everything is off until it is chosen."""
    return tx.one(Preferences, sql.show) or Preferences(shows_lowest_price=False)


def change(tx: Tx, by: Person, wanted: Preferences, at: Instant) -> Preferences:
    """Change the preferences and return what they were."""
    was = show(tx)
    if wanted != was:
        tx.run(sql.change, shows_lowest_price=wanted.shows_lowest_price)
        events.record(
            tx,
            "settings.changed",
            "settings:lowest_price",
            by=by.actor,
            at=at,
            before="on" if was.shows_lowest_price else "off",
            after="on" if wanted.shows_lowest_price else "off",
        )
    return was
