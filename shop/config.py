"""Settings: read once from the environment into one frozen object; nothing else reads the environment.

A setting that can't be right stops the start with a sentence that names it. Each secret may also come from
a file named by the same variable with `_FILE` at its end.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dotenv import dotenv_values

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
LEAST_SECRET = 16
SECRETS = ("SHOP_SECRET_KEY", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET")
FROM_FILES = (*SECRETS, "SHOP_SMTP_URL")


class SettingError(ValueError):
    """A setting that the shop can't start with; the text names it and says what it should be."""


def _setting(name: str, meaning: str, default: Any) -> Any:
    return field(default=default, metadata={"name": name, "meaning": meaning})


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that differs from one installation to the next."""

    secret_key: str = _setting("SHOP_SECRET_KEY", "signs cookies", "")
    database_url: str = _setting("SHOP_DATABASE_URL", "where the books are kept", "sqlite:///var/shop.db")
    base_url: str = _setting(
        "SHOP_BASE_URL", "the public address, used in every absolute link", "http://127.0.0.1:8000"
    )
    currency: str = _setting("SHOP_CURRENCY", "ISO code of the shop's one currency", "eur")
    stripe_key: str = _setting("STRIPE_SECRET_KEY", "the key for Stripe's API", "")
    webhook_secrets: tuple[str, ...] = _setting(
        "STRIPE_WEBHOOK_SECRET", "what Stripe signs its events with; several by commas", ()
    )
    stripe_api_base: str | None = _setting(
        "STRIPE_API_BASE", "another address of Stripe's API, such as the local Stripe's", None
    )
    smtp_url: str | None = _setting("SHOP_SMTP_URL", "the mail server that letters are sent through", None)
    mail_from: str = _setting("SHOP_MAIL_FROM", "the sender of letters", "")
    limits: bool = _setting("SHOP_LIMITS", "`off` lifts the rate limits, on loopback only", True)
    trusted_proxies: tuple[str, ...] = _setting(
        "SHOP_TRUSTED_PROXIES", "addresses whose forwarded headers count", ()
    )
    checkout_minutes: int = _setting(
        "SHOP_CHECKOUT_MINUTES", "how long a checkout holds its stock, 5 to 1440", 30
    )

    @property
    def host(self) -> str:
        """The public address's host, with its port if it has one."""
        return urlsplit(self.base_url).netloc

    @property
    def is_https(self) -> bool:
        """Whether the shop is reached by https, so that cookies may be Secure."""
        return self.base_url.startswith("https:")

    @property
    def livemode(self) -> bool:
        """Whether the key moves real money."""
        return self.stripe_key.startswith(("sk_live_", "rk_live_"))

    @property
    def provider(self) -> str:
        """What an order is paid through: `local`, `test` or `live`; kept with each order for ever."""
        if self.livemode:
            return "live"
        return "local" if self.stripe_api_base else "test"

    def require_for_serving(self) -> None:
        """Raise SettingError unless everything is there that serving the public needs."""
        for name, value in zip(
            SECRETS, (self.secret_key, self.stripe_key, self.webhook_secrets), strict=True
        ):
            if not value:
                raise SettingError(f"{name} is not set: the shop can't be served without it.")
        if len(self.secret_key) < LEAST_SECRET:
            raise SettingError(f"SHOP_SECRET_KEY needs at least {LEAST_SECRET} characters.")


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Return the settings of an environment. Raises SettingError for a wrong one."""
    given = {name: value for name, value in _with_files(environ).items() if value.strip()}
    base_url = _base_url(given.get("SHOP_BASE_URL", "http://127.0.0.1:8000"))
    key = given.get("STRIPE_SECRET_KEY", "")
    return Settings(
        secret_key=given.get("SHOP_SECRET_KEY", ""),
        database_url=given.get("SHOP_DATABASE_URL", "sqlite:///var/shop.db"),
        base_url=base_url,
        currency=_currency(given.get("SHOP_CURRENCY", "eur")),
        stripe_key=_key(key),
        webhook_secrets=_list(given.get("STRIPE_WEBHOOK_SECRET", "")),
        stripe_api_base=_api_base(given.get("STRIPE_API_BASE"), key),
        smtp_url=_smtp(given.get("SHOP_SMTP_URL")),
        mail_from=_sender(given.get("SHOP_MAIL_FROM", ""), given.get("SHOP_SMTP_URL")),
        limits=_limits(given.get("SHOP_LIMITS", "on"), base_url),
        trusted_proxies=_list(given.get("SHOP_TRUSTED_PROXIES", "")),
        checkout_minutes=_minutes(given.get("SHOP_CHECKOUT_MINUTES", "30")),
    )


def environment() -> dict[str, str]:
    """Return the environment, with what a file `.env` in this folder adds to it."""
    from_file = {name: value for name, value in dotenv_values(".env").items() if value is not None}
    return from_file | dict(os.environ)


def proxies(environ: Mapping[str, str], host: str) -> tuple[str, ...]:
    """Return the names of the variables that send calls to this host through a proxy."""
    given = {name: value.strip() for name, value in environ.items() if value.strip()}
    spared = given.get("NO_PROXY", given.get("no_proxy", ""))
    if spared == "*" or host in (one.strip() for one in spared.split(",")):
        return ()
    names = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
    return tuple(name for one in names for name in (one, one.lower()) if name in given)


def _with_files(environ: Mapping[str, str]) -> dict[str, str]:
    given = dict(environ)
    for name in FROM_FILES:
        path = given.get(f"{name}_FILE")
        if path:
            try:
                given[name] = Path(path).read_text(encoding="utf-8").strip()
            except OSError as fault:
                raise SettingError(f"{name}_FILE can't be read: {fault.strerror}.") from fault
    return given


def _base_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path not in ("", "/"):
        raise SettingError("SHOP_BASE_URL should look like https://shop.example.")
    return f"{parts.scheme}://{parts.netloc}"


def _currency(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{3}", text.strip()):
        raise SettingError("SHOP_CURRENCY should be an ISO code such as EUR.")
    return text.strip().lower()


def _key(text: str) -> str:
    if text and not re.fullmatch(r"(sk|rk)_(test|live)_\w+", text, re.ASCII):
        raise SettingError("STRIPE_SECRET_KEY should begin with sk_test_, sk_live_, rk_test_ or rk_live_.")
    return text


def _api_base(text: str | None, key: str) -> str | None:
    if text is None:
        return None
    parts = urlsplit(text)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise SettingError("STRIPE_API_BASE should be https, or an address of this machine.")
    if key.startswith(("sk_live_", "rk_live_")) and parts.hostname != "api.stripe.com":
        raise SettingError("STRIPE_API_BASE is set beside a live key: unset one of them.")
    return text.rstrip("/")


def _smtp(text: str | None) -> str | None:
    if text is None:
        return None
    parts = urlsplit(text.strip())
    try:
        rightly = parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        rightly = False
    if not rightly or parts.path not in ("", "/") or parts.query or parts.fragment:
        # Without the text itself: it may hold a password.
        raise SettingError(
            "SHOP_SMTP_URL should look like smtp://user:password@mail.example:587, or smtps://…."
        )
    return text.strip()


def _sender(text: str, smtp_url: str | None) -> str:
    address = parseaddr(text)[1]
    if not text.strip() and smtp_url is None:
        return ""
    if not re.fullmatch(r"[^@\s]+@[A-Za-z0-9.-]+", address, re.ASCII) or not text.isprintable():
        raise SettingError("SHOP_MAIL_FROM should be an address such as Shop <shop@example.org>.")
    return text.strip()


def _limits(text: str, base_url: str) -> bool:
    if text not in ("on", "off"):
        raise SettingError("SHOP_LIMITS should be on or off.")
    if text == "off" and urlsplit(base_url).hostname not in LOOPBACK:
        raise SettingError("SHOP_LIMITS=off is for load tests: SHOP_BASE_URL must be a loopback address.")
    return text == "on"


def _minutes(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,4}", text.strip(), re.ASCII) or not 5 <= int(text) <= 1440:  # noqa: PLR2004 - at least five minutes, at most a day
        raise SettingError("SHOP_CHECKOUT_MINUTES should be a whole number from 5 to 1440.")
    return int(text)


def _list(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in text.split(",") if one.strip())
