"""What an admin sees first: how much there is to do, each number leading to its list."""

from quart import Blueprint, Response

from shop import orders
from shop.web.context import shop
from shop.web.reply import page

dashboard = Blueprint("dashboard", __name__)


@dashboard.get("")
async def show() -> Response:
    """Show what needs doing."""
    return await page("admin/dashboard.html", overview=await shop().db.read(orders.overview))


@dashboard.get("/keys")
async def keys() -> Response:
    """Show which keys lead where."""
    return await page("admin/keys.html")
