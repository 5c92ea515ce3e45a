"""The letters that the shop has written: sent, waiting, failed, or kept because no mail is set up."""

from quart import Blueprint, Response

from shop import letters, order_letters
from shop.clock import now
from shop.errors import Conflict
from shop.letters import Letter
from shop.web.context import shop, signed_in
from shop.web.reply import AnyResponse, Part, flash, fragments, page, reply, wants_fragment
from shop.web.view import view

admin_letters = Blueprint("letters", __name__)

_CHOICES = {"kind": tuple(letters.KINDS), "state": letters.STATES}
_STATES = tuple((state, state) for state in letters.STATES)


@admin_letters.get("/letters")
async def index() -> Response:
    """List letters, newest first."""
    chosen = view("/admin/letters", _CHOICES)
    listing = await shop().db.read(letters.listing, chosen.position, chosen["kind"], chosen["state"])
    told = {"view": chosen, "listing": listing, "kinds": letters.KINDS, "states": _STATES}
    return await page("admin/letters.html", mail=shop().settings.smtp_url is not None, **told)


@admin_letters.get("/letters/<letter_id>")
async def show(letter_id: str) -> Response:
    """Show one letter as its recipient reads it, but for a secret that only the mail should carry."""
    return await _letter(await shop().db.read(letters.by_id, letter_id), 200)


@admin_letters.post("/letters/<letter_id>/repetition")
async def send_again(letter_id: str) -> AnyResponse:
    """Have a letter sent once more."""
    try:
        letter = await shop().db.write(order_letters.send_again, letter_id, await signed_in(), now())
    except Conflict as refusal:
        flash(str(refusal), "bad")
        return await _letter(await shop().db.read(letters.by_id, letter_id), 409)
    flash("It is being sent again.")
    return await reply(f"/admin/letters/{letter_id}", Part("letters/letter", _context(letter)))


async def _letter(letter: Letter, status: int) -> Response:
    if wants_fragment():
        return await fragments(Part("letters/letter", _context(letter)), status=status)
    return await page("admin/letter.html", status, **_context(letter))


def _context(letter: Letter) -> dict[str, object]:
    # With mail, whoever reads the recipient's mailbox has the link, and nobody else needs it.
    mail = shop().settings.smtp_url is not None
    return {"letter": letter, "mail": mail, "text": letter.masked if mail else letter.whole}
