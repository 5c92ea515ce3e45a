"""Shoppers over HTTP, as with a browser without script: they fill forms, pay, and change their minds."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass

import httpx

from shop.simulate.plan import Errand
from shop.simulate.witness import Witness

PASSWORD = "a long enough secret"  # noqa: S105 - of people who live for a minute
PAID, ENDED = frozenset({"confirmed", "packed", "shipped"}), frozenset({"paid", "ended", "review"})
GUESTS = 3
"""Every so many-th shopper buys without an account."""
BREATH_SECONDS = 0.3
"""How long somebody waits before trying again."""
_TIMEOUT = 60
_KEPT_ALIVE = 2
"""Shorter than the server's own patience, so that no request meets a connection being closed."""

_PAY_URL = re.compile(r'href="([^"]*/pay/cs_[A-Za-z0-9_]+)"')
_CHECKOUT = re.compile(r"/checkouts/([0-9A-Z]{8})\b")
_PHASE = re.compile(r'class="progress progress-(\w+)"')
_LISTED = re.compile(r'href="/orders/([0-9A-Z]{8})".*?class="chip chip-(\w+)">([^<]*)<', re.DOTALL)
_FORM = re.compile(r'<form[^>]*action="([^"]+)"[^>]*>(.*?)</form>', re.DOTALL)
_BUTTON = re.compile(r'<button[^>]*name="(\w+)"[^>]*value="(\w+)"')


@dataclass(frozen=True, slots=True)
class Ware:
    """A variant that the crowd wants; the price is in minor units."""

    sku: str
    handle: str
    product_id: str
    price: int


@dataclass(frozen=True, slots=True)
class Street:
    """Where everybody goes, what is wanted there, and until when, in seconds since the start."""

    shop: str
    stripe: str
    wares: tuple[Ware, ...]
    witness: Witness
    until: float

    @property
    def is_open(self) -> bool:
        """Whether a new errand may begin."""
        return self.witness.now() < self.until


def browser(base: str, **headers: str) -> httpx.AsyncClient:
    """Return a client with cookies of its own that does not follow redirects by itself."""
    limits = httpx.Limits(max_connections=8, keepalive_expiry=_KEPT_ALIVE)
    return httpx.AsyncClient(base_url=base, headers=headers, limits=limits, timeout=_TIMEOUT, trust_env=False)


class Shopper:
    """One shopper with a browser of their own."""

    def __init__(self, street: Street, number: int, errands: Iterator[Errand]) -> None:
        self._street = street
        self._errands = errands
        self._email = f"shopper-{number}@simulation.example"
        self._is_guest = number % GUESTS == 0
        self._http = browser(street.shop, **{"Sec-Fetch-Site": "same-origin"})
        self._stripe = browser(street.stripe, Origin=street.stripe)

    async def run(self) -> None:
        """Run errands until the doors close."""
        try:
            if self._is_guest or await self._come_in():
                while self._street.is_open:
                    await self._do(next(self._errands))
        finally:
            await self._http.aclose()
            await self._stripe.aclose()

    async def _come_in(self) -> bool:
        form = {"name": self._email.split("@")[0], "email": self._email, "password": PASSWORD}
        while self._street.is_open:
            answer = await self._ask("POST", "/register", form)
            # An answer that a crash swallowed may still have made the account.
            if _led_on(answer) or await self._sign_in():
                return True
        return False

    async def _sign_in(self) -> bool:
        return _led_on(await self._ask("POST", "/login", {"email": self._email, "password": PASSWORD}))

    async def _do(self, errand: Errand) -> None:
        await asyncio.sleep(errand.pause)
        if errand.signs_in_again and not self._is_guest:
            await self._ask("POST", "/logout")
            await self._sign_in()
        await self._fill_cart(errand)
        if errand.way == "look":
            await self._ask("GET", "/cart")
            return
        page = await (self._check_out_twice() if errand.way == "two checkouts" else self._check_out())
        if page is None:
            await self._look_at_orders()
            return
        number = await self._number_of(page)
        if number is not None:
            await self._go_on(errand, page, number)
        await self._look_at_orders()

    async def _fill_cart(self, errand: Errand) -> None:
        await self._ask("GET", "/")
        found = False
        for ware, quantity in errand.wishes:
            wanted = self._street.wares[ware % len(self._street.wares)]
            await self._ask("GET", f"/p/{wanted.handle}")
            found = await self._put(wanted, quantity) or found
        if not found:
            await self._put(self._street.wares[-1], 1)

    async def _put(self, ware: Ware, quantity: int) -> bool:
        return _led_on(
            await self._ask("POST", "/cart/lines", {"variant": ware.sku, "quantity": str(quantity)})
        )

    async def _check_out(self) -> str | None:
        answer = await self._ask_to_pay()
        if answer is not None and answer.status_code in (409, 422):
            await self._make_do()
            answer = await self._ask_to_pay()
        return await self._pay_page_of(answer)

    async def _check_out_twice(self) -> str | None:
        first, second = await asyncio.gather(self._ask_to_pay(), self._ask_to_pay())
        pages = [await self._pay_page_of(answer) for answer in (first, second)]
        found = [page for page in pages if page is not None]
        if len(set(found)) > 1:
            self._street.witness.testimony.answered_twice.append(f"one cart, two payments: {found}")
        return found[0] if found else None

    async def _ask_to_pay(self) -> httpx.Response | None:
        return await self._ask("POST", "/checkouts", {"email": self._email} if self._is_guest else None)

    async def _make_do(self) -> None:
        """Take everything out of the cart that there is not enough of."""
        page = await self._ask("GET", "/cart")
        text = page.text if page is not None else ""
        for address in set(re.findall(r'action="(/cart/lines/[^"]+)"', text)):
            await self._ask("POST", address, {"quantity": "0"})
        await self._put(self._street.wares[-1], 1)

    async def _pay_page_of(self, answer: httpx.Response | None) -> str | None:
        """Return the payment page a checkout leads to, also where the shop is still preparing it."""
        to = answer.headers.get("location", "") if answer is not None else ""
        if to.startswith(self._street.stripe):
            return to
        found = _CHECKOUT.search(to)
        for _ in range(5 if found else 0):
            await asyncio.sleep(1)
            page = await self._ask("GET", to)
            waiting = _PAY_URL.search(page.text) if page is not None else None
            if waiting is not None:
                return waiting[1]
        return None

    async def _number_of(self, pay_page: str) -> str | None:
        page = await self._ask_stripe("GET", pay_page)
        found = _CHECKOUT.search(page.text) if page is not None else None
        if found is None:
            return None
        self._street.witness.testimony.seen.add(found[1])
        return found[1]

    async def _go_on(self, errand: Errand, page: str, number: str) -> None:
        if errand.way == "abandon":
            return
        if errand.way == "cancel first":
            await self._cancel(number)
        if errand.way == "second thoughts":
            await self._fill_cart(errand)
            await self._pay(errand, await self._check_out() or page)
        if errand.way == "cancel meanwhile":
            await asyncio.gather(self._pay(errand, page), self._cancel(number))
        elif errand.way == "two tabs":
            await asyncio.gather(self._pay(errand, page), self._pay(errand, page))
        else:
            await self._pay(errand, page)
        await self._come_back(number, errand.reloads)
        if errand.way == "cancel after":
            await self._cancel(number)
            await self._come_back(number, 1)

    async def _pay(self, errand: Errand, page: str) -> None:
        for card in errand.cards:
            form = {"card": card, "email": self._email}
            answer = await self._ask_stripe("POST", page, form)
            if answer is not None and _led_on(answer) and self._is_at_stripe(answer):
                answer = await self._meet_challenge(answer.headers["location"], errand.challenge)
            if answer is not None and _led_on(answer) and not self._is_at_stripe(answer):
                return

    def _is_at_stripe(self, answer: httpx.Response) -> bool:
        """Tell whether a redirect stays at Stripe instead of leading back to the shop."""
        return str(answer.url.join(answer.headers["location"])).startswith(self._street.stripe)

    async def _meet_challenge(self, address: str, wanted: str) -> httpx.Response | None:
        """Answer the bank's question (3-D Secure): its page has a form with a button for each answer."""
        page = await self._ask_stripe("GET", address)
        form = _FORM.search(page.text) if page is not None else None
        name = (
            next((name for name, value in _BUTTON.findall(form[2]) if value == wanted), None)
            if form
            else None
        )
        if form is None or name is None:
            return page
        return await self._ask_stripe("POST", form[1], {name: wanted})

    async def _come_back(self, number: str, reloads: int) -> None:
        for _ in range(reloads):
            page = await self._ask("GET", f"/checkouts/{number}?session_id=back")
            phase = _PHASE.search(page.text) if page is not None else None
            if phase is not None and phase[1] == "paid":
                self._street.witness.testimony.paid.add(number)
            if phase is not None and phase[1] in ENDED:
                break
            await asyncio.sleep(BREATH_SECONDS)
        await self._ask("GET", f"/orders/{number}")

    async def _cancel(self, number: str) -> None:
        await self._ask("POST", f"/orders/{number}/cancellation")

    async def _look_at_orders(self) -> None:
        # A guest has no list: what they saw of their orders is told by each one's own page.
        page = None if self._is_guest else await self._ask("GET", "/orders")
        told = self._street.witness.testimony
        for number, state, words in _LISTED.findall(page.text if page is not None else ""):
            told.seen.add(number)
            if state in PAID:
                told.paid.add(number)
            if words.strip() == "cancelled":
                told.cancelled.add(number)

    async def _ask(self, method: str, path: str, form: dict[str, str] | None = None) -> httpx.Response | None:
        answer = await self._street.witness.ask("shoppers", self._http, method, path, form)
        if answer is None:
            await asyncio.sleep(BREATH_SECONDS)
        return answer

    async def _ask_stripe(
        self, method: str, address: str, form: dict[str, str] | None = None
    ) -> httpx.Response | None:
        return await self._street.witness.ask("pay page", self._stripe, method, address, form)


def _led_on(answer: httpx.Response | None) -> bool:
    return answer is not None and answer.status_code == 303  # noqa: PLR2004 - what every form is answered with
