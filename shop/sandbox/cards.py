"""The documented test numbers: what each does, at once and later.

From Stripe's pages "Testing" (cards, disputes, refunds) and "SEPA Direct Debit" (account numbers). Any other
number that could be a card pays.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Card:
    """A test number, and what it does.

    `code`, `decline` and `sentence` say why it does not pay; `later` is what the schedule does to its
    payment; `refund` is how its refunds go on.
    """

    number: str
    does: str
    code: str | None = None
    sentence: str = ""
    decline: str | None = None
    is_challenged: bool = False
    later: str | None = None
    refund: str | None = None

    @property
    def is_debit(self) -> bool:
        """Whether this is a bank account, whose money takes days."""
        return self.number[:1].isalpha()

    @property
    def brand(self) -> str:
        """The card's scheme, by its first digits."""
        if self.number.startswith(("34", "37")):
            return "amex"
        return {"4": "visa", "5": "mastercard", "2": "mastercard", "6": "discover"}.get(
            self.number[:1], "visa"
        )


_DECLINED = "Your card was declined."

CARDS = (
    Card("4242424242424242", "pays"),
    Card("4000000000000002", "is declined", "card_declined", _DECLINED, "generic_decline"),
    Card(
        "4000000000009995",
        "has insufficient funds",
        "card_declined",
        "Your card has insufficient funds.",
        "insufficient_funds",
    ),
    Card("4000000000000069", "has expired", "expired_card", "Your card has expired."),
    Card(
        "4000000000000127",
        "has another security code",
        "incorrect_cvc",
        "Your card's security code is incorrect.",
    ),
    Card(
        "4000000000000119",
        "meets a processing error",
        "processing_error",
        "An error occurred while processing your card. Try again in a little bit.",
    ),
    Card("4000002500003155", "asks for 3-D Secure", is_challenged=True),
    Card("4000000000003220", "asks for 3-D Secure, always", is_challenged=True),
    Card(
        "4000008400001629",
        "asks for 3-D Secure, then is declined",
        "card_declined",
        _DECLINED,
        "generic_decline",
        is_challenged=True,
    ),
    Card("AT321904300235473204", "is a bank account; the debit succeeds later", later="settle_debit"),
    Card("AT481904300235473205", "is a bank account; the debit fails later", later="fail_debit"),
    Card("4000000000007726", "pays; its refunds are pending first", refund="succeed_refund"),
    Card("4000000000005126", "pays; its refunds fail later", refund="fail_refund"),
    Card("4000000000000259", "pays; disputed later as fraudulent", later="dispute"),
    Card("4000000000002685", "pays; disputed later as not received", later="dispute_not_received"),
    Card("4000000000001976", "pays; an inquiry comes later", later="inquiry"),
    Card("4000000000005423", "pays; a fraud warning comes later", later="fraud_warning"),
)
CHALLENGE_FAILED = (
    "payment_intent_authentication_failure",
    "We are unable to authenticate your payment method. Please choose a different one and try again.",
)

_BY_NUMBER = {card.number: card for card in CARDS}
_BY_LAST4 = {card.number[-4:]: card for card in CARDS}


def card_of(number: str) -> Card:
    """Return what a number does."""
    return _BY_NUMBER.get(number) or Card(number, "pays")


def refund_of(last4: str) -> str | None:
    """Return how the refunds of a card with these last digits go on."""
    card = _BY_LAST4.get(last4)
    return card.refund if card else None


def is_payable(number: str) -> bool:
    """Tell whether a number is a test account, or passes the check of every card (ISO/IEC 7812, Luhn)."""
    if number in _BY_NUMBER:
        return True
    if not number.isascii() or not number.isdigit() or not 12 <= len(number) <= 19:  # noqa: PLR2004 - lengths of card numbers, ISO/IEC 7812
        return False
    doubled = [int(digit) * (1 + index % 2) for index, digit in enumerate(reversed(number))]
    return sum(one - 9 * (one > 9) for one in doubled) % 10 == 0  # noqa: PLR2004 - the digit that checks, by Luhn
