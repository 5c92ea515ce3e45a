"""What the shop refuses, in sentences that a shopper or an admin can act on.

The web layer turns each class into its status; the command line prints the sentence.
"""


class ShopError(Exception):
    """A request the shop understands and refuses; its text is shown to the person who asked."""


class NotFound(ShopError):
    """What was asked for is not there, or not theirs: the two must look the same."""


class Refused(ShopError):
    """A value that can't be taken as it is, with the form field it was typed in."""

    def __init__(self, sentence: str, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field


class Conflict(ShopError):
    """The request was right when it was made, but the shop has moved on."""


class OutOfStock(Conflict):
    """Some lines ask for more than is available; `skus` names them."""

    def __init__(self, sentence: str, skus: tuple[str, ...]) -> None:
        super().__init__(sentence)
        self.skus = skus


class TooMany(ShopError):
    """Asked too often; `retry_after` is the wait in seconds."""

    def __init__(self, sentence: str, retry_after: int) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after
