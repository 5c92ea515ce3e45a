"""Each order's way, as its events tell it, against the table of states and against the stock ledger.

The table itself (`order_states.STEPS`) decides what is a way; a step with an effect on the stock must have
its movements, one a line, and a movement of an order must have its step.
"""

from db import Tx, queries
from shop.order_states import STEPS

sql = queries("histories")

BEGINNING = ">open"
"""The way of an order that is placed: from nothing to open, with its units held."""
SOLD_OUT = ">closed"
"""The way of an order that was taken up again after its units had gone."""


def off_the_table(tx: Tx) -> str | None:
    """Return the first step that the table of states does not have."""
    known = {BEGINNING, SOLD_OUT} | {f"{start}>{end}" for start, end in STEPS}
    unknown = sorted(set(tx.all(str, sql.ways_taken)) - known)
    found = (str(tx.value(sql.first_that_went, way=way)) for way in unknown)
    return next(found, None)


def broken_off(tx: Tx) -> str | None:
    """Return the first step that does not begin where the one before it ended."""
    return _told(tx.value(sql.that_break_off))


def ended_elsewhere(tx: Tx) -> str | None:
    """Return an order whose state is not where its history ends."""
    return _told(tx.value(sql.that_end_elsewhere))


def without_movements(tx: Tx) -> str | None:
    """Return a step that should have moved stock, and a line of its order that it did not move.

    What goes back on the shelf when an order closes is somebody's choice: each line says how much it was.
    """
    for kind, ways in _effects().items():
        if kind != "restock":
            found = tx.value(sql.steps_without_their_movements, kind=kind, ways=_listed(ways))
            if found is not None:
                return str(found)
    return _told(tx.value(sql.put_back_otherwise))


def without_steps(tx: Tx) -> str | None:
    """Return a movement for an order that took no step with such an effect.

    Units may be put back without a step: some of a line, when some of its money goes back.
    """
    once = ("hold", "release", "commit", "retake")
    ways = {kind: _listed(_effects().get(kind, [])) for kind in once}
    return _told(tx.value(sql.movements_without_their_step, **ways))


def out_of_line(tx: Tx) -> str | None:
    """Return a movement whose kind or quantity does not fit its order's line."""
    return _told(tx.value(sql.movements_that_do_not_fit_their_line)) or _told(
        tx.value(sql.more_put_back_than_taken)
    )


def _effects() -> dict[str, list[str]]:
    effects = {"hold": [BEGINNING]}
    for (start, end), step in STEPS.items():
        if step.stock != "none":
            effects.setdefault(step.stock, []).append(f"{start}>{end}")
    return effects


def _listed(ways: list[str]) -> str:
    return "".join(f"|{way}" for way in ways) + "|"


def _told(found: object) -> str | None:
    return None if found is None else str(found)
