"""What a merchant's looks come to: the stylesheet, the logo, and the shop's own pages."""

from functools import lru_cache

from markdown_it import MarkdownIt
from markupsafe import Markup
from quart import Blueprint, Response

from shop import looks
from shop.errors import NotFound
from shop.web import about
from shop.web.context import frame, shop
from shop.web.reply import page
from shop.words import _, language

look_pages = Blueprint("looks", __name__)

FOR_EVER = "public, max-age=31536000, immutable"
# Without HTML of one's own: whatever is written is text, and a link leads only where links may lead.
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).disable("image")


@look_pages.get("/looks-<version>.css")
async def sheet(version: str) -> Response:
    """Send the stylesheet of the chosen looks; each version has an address of its own."""
    response = Response(await shop().db.read(looks.sheet), content_type="text/css; charset=utf-8")
    newest = str((await frame()).looks.version) == version
    response.headers["Cache-Control"] = FOR_EVER if newest else "no-cache"
    return response


@look_pages.get("/logos/<logo_id>")
async def logo(logo_id: str) -> Response:
    """Send the shop's logo."""
    found = await shop().db.read(looks.logo, logo_id)
    response = Response(found.data, content_type=found.media_type)
    response.headers["Cache-Control"] = FOR_EVER
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@look_pages.get("/pages/<slug>")
async def show(slug: str) -> Response:
    """Show one of the shop's own pages. Raises NotFound for one that is not written."""
    found = await shop().db.read(looks.page, slug, language())
    if found is None:
        raise NotFound(_("There is no such page."))
    told = about.page(found, shop().settings)
    return await page("pages/show.html", found=found, text=rendered(found.text), presence=told)


@lru_cache(maxsize=64)
def rendered(text: str) -> Markup:
    """Return Markdown as markup; HTML in it stays text."""
    return Markup(_MARKDOWN.render(text))  # noqa: S704 - the renderer escapes what it is given
