"""First steps: what a new shop still lacks before it can sell, told by what is there and by nothing else."""

from dataclasses import dataclass

from db import Tx, queries

sql = queries("first_steps")

ENOUGH_ADMINS = 2


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: its name, whether it is done, and whether a shop may go without."""

    name: str
    done: bool
    optional: bool = False


def of_shop(tx: Tx, *, has_key: bool) -> tuple[Step, ...]:
    """Return every step while one that a shop needs is not done, and nothing afterwards."""
    steps = (
        Step("product", bool(tx.value(sql.product))),
        Step("picture", bool(tx.value(sql.picture))),
        Step("key", has_key),
        Step("webhook", bool(tx.value(sql.webhook))),
        Step("sale", bool(tx.value(sql.sale))),
        Step("admin", int(tx.value(sql.admins)) >= ENOUGH_ADMINS, optional=True),
    )
    return () if all(step.done or step.optional for step in steps) else steps
