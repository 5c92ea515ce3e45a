"""The people who can sign in, for admins."""

from quart import Blueprint, Response, request

from shop import people
from shop.web.context import shop
from shop.web.reply import page

admin_people = Blueprint("people", __name__)


@admin_people.get("/people")
async def index() -> Response:
    """List people, newest first."""
    listing = await shop().db.read(people.listing, request.args.get("after"))
    return await page("admin/people.html", listing=listing)
