"""Payments: whether their news comes in and goes out, to be read and not to be changed."""

from quart import Blueprint, Response

from shop import pulse
from shop.clock import now
from shop.stripe_gateway import API_VERSION
from shop.web.context import shop
from shop.web.reply import page

admin_health = Blueprint("health", __name__)


@admin_health.get("/health")
async def show() -> Response:
    """Show how the news of money goes."""
    taken = await shop().db.read(pulse.take)
    provider = shop().settings.provider
    return await page("admin/health.html", pulse=taken, ours=API_VERSION, provider=provider, now=now())
