"""Errors become pages: what the shop refuses keeps its sentence, what went wrong keeps its number."""

import logging

from quart import Quart, Response
from werkzeug.exceptions import HTTPException

from db import Busy, CommitFailed, Unavailable
from shop.clock import new_id
from shop.errors import Conflict, NotFound, Refused, ShopError, TooMany
from shop.stripe_gateway import StripeError
from shop.web.reply import refuse
from shop.words import N_, _

log = logging.getLogger(__name__)

_STATUS: dict[type[ShopError], int] = {NotFound: 404, Conflict: 409, Refused: 422, TooMany: 429}
_SENTENCES = {
    400: N_("The request could not be understood."),
    404: N_("There is nothing at this address."),
    405: N_("This address does not take that kind of request."),
    413: N_("That is too much to send at once."),
}


def explain(app: Quart) -> None:
    """Have every error of this application answered with a sentence."""
    app.register_error_handler(ShopError, _refused)
    app.register_error_handler(HTTPException, _plain)
    app.register_error_handler(Busy, _busy)
    app.register_error_handler(CommitFailed, _not_stored)
    app.register_error_handler(Unavailable, _not_stored)
    app.register_error_handler(StripeError, _stripe)
    app.register_error_handler(Exception, _unknown)


def status_of(refusal: ShopError) -> int:
    """Return the HTTP status that a refusal is answered with."""
    return next((code for kind, code in _STATUS.items() if isinstance(refusal, kind)), 422)


async def _refused(refusal: ShopError) -> Response:
    status = status_of(refusal)
    title = _("Not found") if status == 404 else _("That did not work")  # noqa: PLR2004 - HTTP's own
    response = await refuse(status, str(refusal), title)
    if isinstance(refusal, TooMany):
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response


async def _plain(fault: HTTPException) -> Response:
    status = fault.code or 500
    title = _("Not found") if status == 404 else _("That did not work")  # noqa: PLR2004 - HTTP's own
    return await refuse(status, _(_SENTENCES.get(status, fault.name + ".")), title)


async def _busy(_fault: Busy) -> Response:
    response = await refuse(503, _("The shop is very busy. Nothing was changed: try again in a moment."))
    response.headers["Retry-After"] = "2"
    return response


async def _not_stored(fault: CommitFailed | Unavailable) -> Response:
    log.error("the disk: %s", fault)
    response = await refuse(
        503, _("The shop could not store that: its disk is in trouble. Try again in a moment.")
    )
    response.headers["Retry-After"] = "5"
    return response


async def _stripe(fault: StripeError) -> Response:
    log.warning("Stripe: %s", fault)
    return await refuse(503, _("The payment service does not answer. Nothing was charged: try again soon."))


async def _unknown(fault: Exception) -> Response:
    number = new_id("err")
    log.error("error %s", number, exc_info=fault)
    sentence = _("Something went wrong on our side. If you write to us, name {number}.", number=number)
    return await refuse(500, sentence, _("Our fault"))
