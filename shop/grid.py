"""Options make variants: up to three, each with its values, and every combination of them is one variant."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shop.errors import Refused
from shop.naming import sku_from

MOST_OPTIONS = 3
MOST_ROWS = 100
LONGEST = 60


@dataclass(frozen=True, slots=True)
class Option:
    """A choice shoppers have, such as Size, and what there is to choose."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GridRow:
    """A variant as it is typed: its options, and what stands in its fields."""

    options: Mapping[str, str]
    sku: str = ""
    price: str = ""
    on_hand: str = ""

    @property
    def label(self) -> str:
        """What the options make it, such as "Small / Red"."""
        return " / ".join(self.options.values())


def options_of(typed: Sequence[tuple[str, str]]) -> tuple[Option, ...]:
    """Return the options of some names with values between commas; pairs that are empty are left out.

    Raises Refused naming the field, `option_1` or `values_1` and so on.
    """
    found: list[Option] = []
    for number, (name, values) in enumerate(typed, 1):
        called = name.strip()
        chosen = tuple(dict.fromkeys(one.strip() for one in values.split(",") if one.strip()))
        if not called and not chosen:
            continue
        if not called or len(called) > LONGEST or called in {one.name for one in found}:
            raise Refused("Give each option a short name of its own, such as Size.", f"option_{number}")
        if not chosen or max(map(len, chosen)) > LONGEST:
            raise Refused("Write its values with commas between them: Small, Large.", f"values_{number}")
        found.append(Option(called, chosen))
    return tuple(found)


def rows_for(
    options: Sequence[Option], name: str, typed: Sequence[GridRow], first: GridRow
) -> tuple[GridRow, ...]:
    """Return a row for each combination: as it was typed, else begun from the `first` row's fields.

    SKUs are made from the first row's one, or from the product's name. Raises Refused for too many rows.
    """
    count = 1
    for one in options:
        count *= len(one.values)
    if count > MOST_ROWS:
        raise Refused(f"That makes {count} variants: a product has at most {MOST_ROWS}.", "values_1")
    known = {row.label: row for row in typed}
    rows = []
    for values in itertools.product(*(one.values for one in options)):
        chosen = {option.name: value for option, value in zip(options, values, strict=True)}
        begun = GridRow(chosen, sku_from(first.sku or name, *values), first.price, first.on_hand)
        kept = known.get(begun.label, begun)
        rows.append(GridRow(chosen, kept.sku, kept.price, kept.on_hand))
    return tuple(rows)
