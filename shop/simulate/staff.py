"""Admins at work over HTTP, and what happens at Stripe beside the shop: disputes, debits, refunds by hand."""

import asyncio
import re
from collections.abc import Iterator

import httpx

from shop.money import typed_money
from shop.simulate.desk import Desk
from shop.simulate.judge import Row, StockChange
from shop.simulate.plan import CURRENCY, SCARCE, Chore, Deed
from shop.simulate.shoppers import BREATH_SECONDS, Street, Ware, browser

_NUMBER = re.compile(r'href="/admin/orders/([0-9A-Z]{8})"')


_STATES = {
    "ship": ("packed", "packed", "confirmed"),
    "refund part": ("shipped", "packed", "confirmed"),
    "cancel": ("confirmed", "open", "packed"),
}
"""Which orders a chore is about, where it is not those that are paid."""


class Admin:
    """One admin; `sign_in` is an e-mail address and a password."""

    def __init__(self, street: Street, sign_in: tuple[str, str], chores: Iterator[Chore]) -> None:
        self._street = street
        self._sign_in = sign_in
        self._chores = chores
        self._http = browser(street.shop, **{"Sec-Fetch-Site": "same-origin"})

    async def run(self) -> None:
        """Work until the doors close."""
        try:
            while self._street.is_open and not await self._come_in():
                pass
            while self._street.is_open:
                chore = next(self._chores)
                await asyncio.sleep(chore.pause)
                await self._do(chore)
        finally:
            await self._http.aclose()

    async def fill_shelves(self, units: int) -> None:
        """Add so many units to whatever is not meant to be scarce; before the doors open."""
        async with self._http:
            await self._come_in()
            for ware in self._street.wares[SCARCE:]:
                await self._count(ware, units)

    async def _come_in(self) -> bool:
        email, password = self._sign_in
        return _done(await self._ask("POST", "/login", {"email": email, "password": password}))

    async def _do(self, chore: Chore) -> None:
        ware = self._street.wares[chore.ware % len(self._street.wares)]
        if chore.do in ("raise", "lower"):
            await self._count(ware, chore.units if chore.do == "raise" else -chore.units)
        elif chore.do == "price":
            await self._price(ware, chore.share)
        elif chore.do == "look":
            for page in ("/admin", "/admin/stock", "/admin/alerts", "/admin/orders", "/admin/people"):
                await self._ask("GET", page)
        else:
            await self._handle_order(chore)

    async def _count(self, ware: Ware, change: int) -> None:
        form = {"change": str(change), "reason": "received" if change > 0 else "damaged"}
        answer = await self._ask("POST", f"/admin/stock/{ware.sku}/movements", form)
        uncertain = answer is None or answer.is_server_error
        if uncertain or _done(answer):
            told = self._street.witness.testimony
            told.changes.append(StockChange(ware.sku, change, answered=not uncertain))

    async def _price(self, ware: Ware, share: int) -> None:
        price = ware.price + ware.price * (share - 30) // 100
        form = {"variant": ware.sku, "price": typed_money(price, CURRENCY)}
        await self._ask("POST", f"/admin/products/{ware.product_id}/price", form)

    async def _handle_order(self, chore: Chore) -> None:
        states = _STATES.get(chore.do, ("confirmed",))
        state = states[chore.pick % len(states)]
        page = await self._ask("GET", f"/admin/orders?state={state}")
        numbers = sorted(set(_NUMBER.findall(page.text if page is not None else "")))
        if numbers:
            number = numbers[chore.pick % len(numbers)]
            await self._act(chore, number)

    async def _act(self, chore: Chore, number: str) -> None:
        told = self._street.witness.testimony
        if chore.do == "pack":
            await self._post(number, "packing", {})
        elif chore.do == "ship":
            if _done(await self._post(number, "shipment", {"carrier": "Post", "tracking": f"T{chore.pick}"})):
                told.shipped.add(number)
        elif chore.do == "cancel":
            await self._restocking(number, "cancellation", chore, {})
        elif chore.do == "refund":
            await self._restocking(number, "refunds", chore, {"amount": await self._total(number)})
        else:
            await self._refund_part(number, chore)

    async def _restocking(self, number: str, what: str, chore: Chore, form: dict[str, str]) -> None:
        told = self._street.witness.testimony
        (told.restocked if chore.restock else told.unreturned).add(number)
        await self._post(number, what, form | ({"restock": "1"} if chore.restock else {}))

    async def _refund_part(self, number: str, chore: Chore) -> None:
        """Refund some money, or one unit of a line, which may go back on the shelf."""
        page = await self._ask("GET", f"/admin/orders/{number}")
        lines = re.findall(r'name="line-([^"]+)"', page.text if page is not None else "")
        if not lines or chore.pick % 2:
            await self._post(number, "refunds", {"amount": str(100 + chore.share)})
            return
        sku = lines[chore.pick % len(lines)]
        form = {f"line-{sku}": "1"} | ({"restock": "1"} if chore.restock else {})
        if chore.restock:
            self._street.witness.testimony.returned[sku] += 1
        else:
            self._street.witness.testimony.unreturned.add(number)
        await self._post(number, "refunds", form)

    async def _total(self, number: str) -> str:
        """Return what may be refunded of an order, as its refund form says."""
        page = await self._ask("GET", f"/admin/orders/{number}")
        found = re.search(r'name="amount"[^>]*value="(\d+)"', page.text if page is not None else "")
        return found[1] if found else "100"

    async def _post(self, number: str, what: str, form: dict[str, str]) -> httpx.Response | None:
        answer = await self._ask("POST", f"/admin/orders/{number}/{what}", form)
        self._street.witness.count_missing(f"POST /admin/orders/…/{what}", answer)
        return answer

    async def _ask(self, method: str, path: str, form: dict[str, str] | None = None) -> httpx.Response | None:
        answer = await self._street.witness.ask("admins", self._http, method, path, form)
        if answer is None:
            await asyncio.sleep(BREATH_SECONDS)
        return answer


_SUBJECTS = {
    "settle_debit": ("payment_intents", {"processing"}),
    "fail_debit": ("payment_intents", {"processing"}),
    "fail_refund": ("refunds", {"pending", "succeeded"}),
    "close_dispute": ("disputes", {"needs_response", "warning_needs_response"}),
}
"""Which list a deed chooses from, where it is not the payments that have succeeded."""


class Bank:
    """What banks and the merchant's own clicks at Stripe do to payments, through the control desk."""

    def __init__(self, street: Street, desk: Desk, deeds: Iterator[Deed]) -> None:
        self._street = street
        self._desk = desk
        self._deeds = deeds

    async def run(self) -> None:
        """Act until the doors close."""
        while self._street.is_open:
            deed = next(self._deeds)
            await asyncio.sleep(deed.pause)
            found = await self._subjects(deed)
            if found:
                await self._do(deed, found[deed.pick % len(found)])

    async def _subjects(self, deed: Deed) -> list[Row]:
        """Return what a deed may concern, oldest first: payments, or what has come of them."""
        kind, statuses = _SUBJECTS.get(deed.do, ("payment_intents", {"succeeded"}))
        found = await self._desk.latest(kind)
        return [one for one in reversed(found) if one["status"] in statuses]

    async def _do(self, deed: Deed, subject: Row) -> None:
        body = {"do": deed.do, "payment_intent": subject.get("payment_intent") or subject["id"]}
        if deed.do == "close_dispute":
            body["outcome"] = deed.outcome
        if await self._desk.tell("scenarios", body):
            self._street.witness.deeds[deed.do] += 1


def _done(answer: httpx.Response | None) -> bool:
    return answer is not None and answer.status_code == 303  # noqa: PLR2004 - what every form is answered with
