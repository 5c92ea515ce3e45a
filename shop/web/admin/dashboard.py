"""What an admin sees first: what needs doing, each number leading to its list, and what was sold."""

from typing import Any

from quart import Blueprint, Response

from db import Tx
from shop import charts, first_steps, saved_views, today
from shop.charts import Chart
from shop.clock import Instant, now
from shop.money import format_money
from shop.today import Sales
from shop.web.context import shop
from shop.web.reply import page
from shop.web.view import view

dashboard = Blueprint("dashboard", __name__)


@dashboard.get("")
async def show() -> Response:
    """Show what needs doing and what was sold."""
    seen = view("/admin", {"days": tuple(str(days) for days in today.PERIODS)})
    days = int(seen["days"] or today.PERIODS[0])
    has_key = bool(shop().settings.stripe_key)
    shown = await shop().db.read(_read, days, now(), has_key)
    context = {"days": days, "periods": today.PERIODS, "view": seen, **shown}
    return await page("admin/dashboard.html", charts=_charts(shown["today"].sales), **context)


@dashboard.get("/refunds")
async def refunds() -> Response:
    """List the refunds that are on their way."""
    seen = view("/admin/refunds", {})
    listing = await shop().db.read(today.open_refunds, seen.position)
    return await page("admin/refunds.html", listing=listing, view=seen)


@dashboard.get("/keys")
async def keys() -> Response:
    """Show which keys lead where."""
    return await page("admin/keys.html")


def _read(tx: Tx, days: int, at: Instant, has_key: bool) -> dict[str, Any]:
    return {
        "today": today.show(tx, days, at),
        "steps": first_steps.of_shop(tx, has_key=has_key),
        "saved": saved_views.every(tx),
    }


def _charts(sold: Sales) -> tuple[Chart, ...]:
    def money(amount: int) -> str:
        return format_money(amount, shop().settings.currency)

    return (
        charts.draw("amount", "Sales", sold, lambda day: day.amount, money),
        charts.draw("orders", "Orders", sold, lambda day: day.orders, str),
        charts.draw("average", "Average order", sold, lambda day: day.average, money),
    )
