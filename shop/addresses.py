"""Addresses: where a parcel goes, as the payment page was told, kept as it was and written line by line."""

import json
from collections.abc import Mapping

from shop.countries import country_name


def kept(parts: Mapping[str, str]) -> str:
    """Return an address as it is stored: JSON with the parts' names of Stripe's addresses."""
    return json.dumps(dict(parts), ensure_ascii=False)


def lines_of(stored: str) -> tuple[str, ...]:
    """Return the lines of a stored address as they are written on a parcel; none for an empty one."""
    told = json.loads(stored) if stored else {}
    town = f"{told.get('postal_code', '')} {told.get('city', '')}".strip()
    country = country_name(told["country"]) if "country" in told else ""
    lines = (told.get("name"), told.get("line1"), told.get("line2"), town, told.get("state"), country)
    return tuple(line for line in lines if line)
