"""The language of a visitor: chosen at the foot of each page, else what their browser asks for.

The choice is kept in the signed session, and with the account of whoever is signed in. The admin's pages are
English.
"""

from quart import Blueprint, Quart, request, session

from shop import people, words
from shop.errors import Refused
from shop.web.account import go_on
from shop.web.context import shop, viewer
from shop.web.guards import safe_next
from shop.web.reply import AnyResponse
from shop.words import ENGLISH, LANGUAGES, _

language_pages = Blueprint("languages", __name__)


@language_pages.post("/language")
async def choose() -> AnyResponse:
    """Speak another language from now on, and go back to where it was chosen."""
    form = await request.form
    wanted = form.get("language", "")
    if wanted not in LANGUAGES:
        raise Refused(_("Choose one of the languages we have."), "language")
    session["language"] = wanted
    person = (await viewer()).person
    if person is not None:
        await shop().db.write(people.choose_language, person.id, wanted)
    return go_on(safe_next(form.get("next")))


def listen(app: Quart) -> None:
    """Have every request spoken to in its visitor's language, before anything else is done for it."""
    app.before_request(_speak)


async def _speak() -> None:
    inside = request.path == "/admin" or request.path.startswith("/admin/")
    words.speak(ENGLISH if inside else chosen())


def chosen() -> str:
    """Return the language that was chosen here, or the first of the browser's that we have."""
    found = session.get("language")
    if found in LANGUAGES:
        return str(found)
    return request.accept_languages.best_match(LANGUAGES, ENGLISH) or ENGLISH
