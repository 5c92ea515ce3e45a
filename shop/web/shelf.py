"""Where rendered pages are kept, for as long as the books stay as they are."""

MOST_PAGES = 500


class Shelf:
    """The pages of one state of the books."""

    def __init__(self) -> None:
        self._state = -1
        self._pages: dict[str, bytes] = {}

    def find(self, state: int, address: str) -> bytes | None:
        """Return a kept page of this state; pages of another state are thrown away."""
        if state != self._state:
            self._state, self._pages = state, {}
        return self._pages.get(address)

    def keep(self, state: int, address: str, page: bytes) -> None:
        """Keep a page, unless the books have moved on or the shelf is full."""
        if state == self._state and len(self._pages) < MOST_PAGES:
            self._pages[address] = page
