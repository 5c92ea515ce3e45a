"""Where templates and static files are: beside the packages in a checkout, inside `shop` in a wheel."""

import hashlib
from functools import cache
from pathlib import Path

_BUNDLE = Path(__file__).parent / "_bundle"


def folder(name: str) -> Path:
    """Return the folder `templates`, `partials` or `static`."""
    return (_BUNDLE if _BUNDLE.is_dir() else Path(__file__).parent.parent) / name


@cache
def asset(path: str) -> str:
    """Return the address of a static file, with a mark that changes when the file does."""
    mark = hashlib.sha256((folder("static") / path).read_bytes()).hexdigest()[:8]
    return f"/static/{path}?v={mark}"
