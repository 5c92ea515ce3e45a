"""Reading a file: from its bytes to batches of planned rows, as they are staged.

It is plain and slow work, so it runs apart from the event loop: a file of some size in a process of its own,
which looks at the catalogue through short snapshots and never writes.
"""

import contextlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict
from multiprocessing.connection import Connection
from typing import Any

from db import snapshot
from shop.errors import Refused
from shop.importing import own, plan, sheet, shopify, woocommerce
from shop.importing.lines import Found, Refusal, notes_of
from shop.importing.sheet import Sheet
from shop.importing.store import file_of

FORMATS = {"own": own.lines, "shopify": shopify.lines, "woocommerce": woocommerce.lines}
MOST_REFUSALS = 20_000
STAGED = 500
NOTES = {
    "pictures": "Picture addresses that were not fetched: {}. Upload pictures at the products.",
    "picture rows": "Rows with nothing but a picture, which were left out: {}.",
    "negative": "Rows that tell of less than nothing in stock, which counts as 0: {}.",
    "sale prices": "Rows with a sale price, of which the regular price is taken: {}.",
    "switched off": "Variations that are switched off in WooCommerce and were left out: {}.",
    "minor units": "Prices without a point or a comma are taken in minor units (1250 for 12.50). Rows: {}.",
    "archived": "Products of the file that are archived here and stay so: {}.",
}


def format_of(told: Sheet) -> str:
    """Return which of the known formats a header belongs to. Raises Refused."""
    there = told.columns.keys()
    if there & {"handle", "url handle"} and there & {
        "title",
        "variant sku",
        "variant price",
        "option1 value",
    }:
        return "shopify"
    if "title" in there and there & {"option1 name", "product image url"}:
        return "shopify"
    if {"sku", "type"} <= there and there & {"regular price", "parent", "in stock?"}:
        return "woocommerce"
    if "sku" in there and there & (set(own.COLUMNS) - {"sku"}):
        return "own"
    columns = ", ".join(name.strip() or "(no name)" for name in told.header[:12])[:300]
    raise Refused(
        "The header is none of ours, Shopify's or WooCommerce's product export (in English). "
        f"It has: {columns}."
    )


def batches(data: bytes, currency: str, ask: Callable[..., Any]) -> Iterator[dict[str, Any]]:
    """Yield what a file would change, some rows at a time, and at last its counts, notes and refusals.

    Raises Refused for a file that can't be read as a whole.
    """
    told = sheet.read(data)
    kind = format_of(told)
    found = Found()
    made = plan.Plan(found)
    lines = list(FORMATS[kind](told, currency, found))
    yield {"format": kind, "header": list(told.header), "rows": found.rows}
    for groups in plan.batches(lines, ask):
        items = plan.planned(made, groups, ask)
        yield {"items": [item.told() for item in items]}
    refusals = sorted(found.refusals, key=lambda one: one.row)[:MOST_REFUSALS]
    for some in _with_cells(told, refusals):
        yield {"refusals": some}
    refused = len({one.row for one in found.refusals})
    yield {"counts": asdict(made.counts), "refused": refused, "notes": _notes(told, found, made)}


def texts(url: str, import_id: str, currency: str) -> Iterator[str]:
    """Yield the batches of a stored file as JSON, as they are staged. Raises Refused."""

    def ask(function: Callable[..., Any], *args: Any) -> Any:
        with snapshot(url) as tx:
            return function(tx, *args)

    for batch in batches(ask(file_of, import_id), currency, ask):
        yield json.dumps(batch, ensure_ascii=False)


def send(url: str, import_id: str, currency: str, pipe: "Connection[Any, Any]") -> None:
    """Read a stored file in a process of its own, and send its batches, then None; or its refusal.

    Everybody else has the processor first. When nobody listens any more, it ends.
    """
    os.nice(5)
    with contextlib.suppress(BrokenPipeError), pipe:
        try:
            for text in texts(url, import_id, currency):
                pipe.send(text)
            pipe.send(None)
        except Refused as refusal:
            pipe.send(refusal)


def _with_cells(told: Sheet, refusals: list[Refusal]) -> Iterator[list[dict[str, Any]]]:
    """Yield the refusals with the cells of their rows; only those are kept of the file."""
    wanted = {one.row for one in refusals}
    cells = {row.number: list(row.cells) for row in told.rows() if row.number in wanted} if wanted else {}
    for begin in range(0, len(refusals), STAGED):
        yield [
            asdict(one) | {"seq": number, "cells": json.dumps(cells.get(one.row, []), ensure_ascii=False)}
            for number, one in enumerate(refusals[begin : begin + STAGED], start=begin + 1)
        ]


def _notes(told: Sheet, found: Found, made: plan.Plan) -> list[str]:
    notes = [*told.notes, *notes_of({name: count for name, count in found.counts.items() if count}, NOTES)]
    if made.new_categories:
        names = ", ".join(sorted(made.new_categories.values())[:12])
        notes.append(f"New categories: {len(made.new_categories)} ({names}).")
    if len(found.refusals) > MOST_REFUSALS:
        notes.append(f"Only the first {MOST_REFUSALS} reasons are listed.")
    return notes
