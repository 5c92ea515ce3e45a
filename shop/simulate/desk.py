"""The simulator's way to the local Stripe: its REST API to read, its control desk to make things go wrong."""

from collections.abc import Mapping
from typing import Any

import httpx

from shop.simulate.judge import AtStripe, Row
from shop.simulate.witness import Witness

_PAGE = 100
_TIMEOUT = 30
_OK, _NOT_FOUND = 200, 404


class Desk:
    """A running local Stripe; `control_token` opens its control desk, `secret_key` its API."""

    def __init__(self, base: str, secret_key: str, control_token: str, witness: Witness) -> None:
        self._witness = witness
        self._api = _client(base, secret_key)
        self._control = _client(base, control_token)

    async def close(self) -> None:
        """Close the connections."""
        await self._api.aclose()
        await self._control.aclose()

    async def tell(self, what: str, body: Mapping[str, Any] | None = None) -> bool:
        """Have something done at the control desk; False where it can't be done.

        Raises httpx.HTTPError when the local Stripe does not answer.
        """
        answer = await self._control.post(f"/control/{what}", json=body or {})
        self._witness.answers["control desk", str(answer.status_code)] += 1
        self._witness.count_missing(f"/control/{what}", answer)
        return answer.is_success

    async def clear(self) -> None:
        """End every fault."""
        answer = await self._control.delete("/control/faults")
        self._witness.answers["control desk", str(answer.status_code)] += 1
        self._witness.count_missing("/control/faults", answer)

    async def state(self) -> dict[str, Any]:
        """Return how the local Stripe is set and what it counts."""
        answer = await self._control.get("/control")
        state: dict[str, Any] = answer.json() if answer.status_code == _OK else {}
        return state

    async def all_of(self, kind: str, **filters: str) -> list[Row]:
        """Return every object of a kind, newest first; none where this version has no such list."""
        found: list[Row] = []
        asked = {"limit": str(_PAGE)} | filters
        while True:
            answer = await self._api.get(f"/v1/{kind}", params=asked)
            if answer.status_code == _NOT_FOUND:
                self._witness.count_missing(f"GET /v1/{kind}", answer)
                return []
            page = answer.raise_for_status().json()
            found += page["data"]
            if not page["has_more"]:
                return found
            asked["starting_after"] = found[-1]["id"]

    async def latest(self, kind: str, **filters: str) -> list[Row]:
        """Return the newest objects of a kind, a page at most."""
        answer = await self._api.get(f"/v1/{kind}", params={"limit": str(_PAGE)} | filters)
        return list(answer.json()["data"]) if answer.status_code == _OK else []

    async def books(self) -> AtStripe:
        """Return every charge, refund and session, and every try to deliver."""
        return AtStripe(
            tuple(await self._charges()),
            tuple(await self.all_of("refunds")),
            tuple(await self.all_of("checkout/sessions")),
            tuple(await self._attempts()),
        )

    async def _attempts(self) -> list[Row]:
        found: list[Row] = []
        while True:
            after = str(found[-1]["seq"]) if found else "0"
            answer = await self._control.get("/control/deliveries", params={"after": after})
            if self._witness.count_missing("/control/deliveries", answer):
                return found
            page = answer.raise_for_status().json()
            found += page["data"]
            if not page["has_more"]:
                return found

    async def _charges(self) -> list[Row]:
        found = await self.all_of("charges")
        if found:
            return found
        # A local Stripe without that list still has each payment's charge.
        for intent in await self.all_of("payment_intents"):
            if intent["latest_charge"]:
                answer = await self._api.get(f"/v1/charges/{intent['latest_charge']}")
                found.append(answer.raise_for_status().json())
        return found


def _client(base: str, token: str) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.AsyncClient(base_url=base, headers=headers, timeout=_TIMEOUT, trust_env=False)
