"""What every request may need: the shop's parts, who is looking, and what stands around each page."""

from dataclasses import dataclass, field
from typing import cast

from quart import current_app, g, request, session
from quart_auth import current_user

from db import Database, Tx
from shop import attention, cart, catalog, looks, people, saved_views
from shop.catalog import Category
from shop.clock import Instant, new_id, now
from shop.config import Settings
from shop.jobs import Returned
from shop.live import Lookout
from shop.looks import Looks
from shop.people import Person
from shop.saved_views import SavedView
from shop.stripe_gateway import Gateway
from shop.web.shelf import Shelf
from shop.words import language

EXTENSION = "shop"


@dataclass(slots=True)
class Shop:
    """The parts that requests work with."""

    settings: Settings
    db: Database
    gateway: Gateway
    returned: Returned
    live: Lookout
    shelf: Shelf = field(default_factory=Shelf)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is looking at a page. Templates get this and never the sign-in library's own object."""

    person: Person | None = None

    @property
    def signed_in(self) -> bool:
        """Whether we know who it is."""
        return self.person is not None

    @property
    def name(self) -> str:
        """Their name, empty for a stranger."""
        return self.person.name if self.person else ""

    @property
    def is_admin(self) -> bool:
        """Whether they run the shop."""
        return self.person is not None and self.person.is_admin


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around each page, read in one snapshot.

    `waiting` is how much waits for a person, counted on the admin's pages and no further than a hundred;
    `saved_views` are those of the list that is asked for.
    """

    viewer: Viewer
    nav: tuple[Category, ...]
    cart_count: int
    waiting: int
    saved_views: tuple[SavedView, ...]
    looks: Looks


def shop() -> Shop:
    """Return the parts of the shop that answers this request."""
    return cast("Shop", current_app.extensions[EXTENSION])


async def frame() -> Frame:
    """Return who is looking and what stands around the page; read once a request."""
    if not hasattr(g, "frame"):
        g.frame = await shop().db.read(_frame, current_user.auth_id, cart_id(), now(), request.path)
    return cast("Frame", g.frame)


async def viewer() -> Viewer:
    """Return who is looking."""
    return (await frame()).viewer


async def signed_in() -> Person:
    """Return the person, on routes whose access has already been checked."""
    person = (await frame()).viewer.person
    if person is None:
        raise RuntimeError("A route for signed-in people was reached by a stranger.")
    return person


def forget_frame() -> None:
    """Have the frame read again, after a change that shows in it."""
    g.pop("frame", None)


def cart_id() -> str | None:
    """Return the id of the cart in this browser's session, if it has one."""
    found = session.get("cart")
    return found if isinstance(found, str) else None


def own_cart_id() -> str:
    """Return the id of this browser's cart, a new one if need be."""
    found = cart_id()
    if found is None:
        found = session["cart"] = new_id("cart")
    return found


def _frame(tx: Tx, token: str | None, its_cart: str | None, at: Instant, path: str) -> Frame:
    viewer = Viewer(people.person_of(tx, token, at) if token else None)
    inside = viewer.is_admin and path.startswith("/admin")
    waiting = attention.up_to_a_hundred(tx) if inside else 0
    saved = saved_views.of_path(tx, path) if inside else ()
    around = (waiting, saved, looks.show(tx, language()))
    return Frame(viewer, tuple(catalog.categories(tx)), cart.count(tx, its_cart), *around)
