"""Descriptions written in HTML become plain text: paragraphs, lines and lists stay, all else goes."""

import re
from html.parser import HTMLParser

_BLOCKS = frozenset(
    {
        "p",
        "div",
        "ul",
        "ol",
        "table",
        "section",
        "article",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "blockquote",
        "hr",
    }
)
_LINES = frozenset({"br", "tr", "li", "dt", "dd"})
_UNSEEN = frozenset({"script", "style", "head", "title", "template", "noscript", "iframe"})
_LOOKS_LIKE_MARKUP = re.compile(r"<[a-zA-Z/!]|&[a-zA-Z#][a-zA-Z0-9]*;")


def plain(text: str) -> str:
    """Return a description as plain text; one without any markup stays as it is, but for its ends."""
    if not _LOOKS_LIKE_MARKUP.search(text):
        return text.strip()
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.told()


class _Reader(HTMLParser):
    """Gathers what a reader would see."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._pieces: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - its signature
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag in _BLOCKS:
            self._pieces.append("\n\n")
        elif tag in _LINES:
            self._pieces.append("\n- " if tag == "li" else "\n")
        elif tag in ("td", "th"):
            self._pieces.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag in _BLOCKS:
            self._pieces.append("\n\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self._pieces.append(re.sub(r"\s+", " ", data))

    def told(self) -> str:
        """Return what was gathered, with at most one empty line between paragraphs."""
        lines = [re.sub(r" {2,}", " ", line).strip() for line in "".join(self._pieces).split("\n")]
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
