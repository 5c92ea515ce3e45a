"""The demo shop's first stock and people, put in where there is no product yet.

It goes through the same functions as an admin would, so its ledger starts complete.
"""

from dataclasses import dataclass
from itertools import zip_longest

from db import Database, Tx
from shop import catalog, instance, looks, people, withdrawals
from shop.catalog import NewPicture, NewProduct, NewVariant
from shop.clock import Instant, now
from shop.demo import costs
from shop.demo.catalogue import DemoCatalogue, DemoProduct, load, price_in
from shop.demo.pages import PAGES
from shop.demo.pictures import draw
from shop.money import decimals

COLOURS = ("Glaze", "Colour")


@dataclass(frozen=True, slots=True)
class SignIn:
    """Someone to try the demo as."""

    role: str
    name: str
    email: str
    password: str


SIGN_INS = (
    SignIn("admin", "Ada", "ada@tillroom.example", "demo-admin-till"),
    SignIn("user", "Sam", "sam@tillroom.example", "demo-shopper-one"),
    SignIn("user", "Mia", "mia@tillroom.example", "demo-shopper-two"),
)


async def seed(db: Database, currency: str) -> bool:
    """Fill an empty shop with the demo; tell whether there was anything to do."""
    await db.write(instance.establish, currency, now())
    if not await db.read(catalog.is_empty):
        return False
    hashes = {one.email: await people.hash_password(one.password) for one in SIGN_INS}
    return await db.write(_plant, hashes, load(), currency, now())


def _plant(tx: Tx, hashes: dict[str, str], demo: DemoCatalogue, currency: str, at: Instant) -> bool:
    if not catalog.is_empty(tx):
        return False
    ada, *_ = (
        people.register(tx, one.email, one.name, hashes[one.email], at, role=one.role) for one in SIGN_INS
    )
    shelves: dict[str, str] = {}
    for position, one in enumerate(demo.categories):
        told = (one.slug, one.name, one.description, position, shelves.get(one.inside))
        shelves[one.slug] = catalog.add_category(tx, *told)
    # Lists show the newest first: what is to be seen first is added last.
    for product in reversed(_taking_turns(demo)):
        catalog.add_product(tx, ada, _new(product, shelves[product.category], currency), at)
    costs.plant(tx, ada, shelves, currency, at)
    for page in PAGES:
        looks.write_page(tx, ada, page, at)
    # It is at home in Germany, where shops have to offer it.
    withdrawals.offer(tx, ada, True, at)
    return True


def _taking_turns(demo: DemoCatalogue) -> list[DemoProduct]:
    """Return the products with the categories taking turns, so that the home page shows some of each."""
    shelves = [
        [one for one in demo.products if one.category == category.slug] for category in demo.categories
    ]
    return [one for row in zip_longest(*shelves) for one in row if one is not None]


def _new(product: DemoProduct, category_id: str, currency: str) -> NewProduct:
    variants = tuple(
        NewVariant(one.sku, price_in(decimals(currency), one.price), one.on_hand, one.options)
        for one in product.variants
    )
    return NewProduct(
        product.slug,
        product.name,
        product.description,
        category_id,
        variants,
        tuple(_pictures(product)),
    )


def _pictures(product: DemoProduct) -> list[NewPicture]:
    """Draw the product, once for each colour it comes in."""
    drawn: dict[str, NewPicture] = {}
    pictures = []
    for variant in product.variants:
        colour = next((variant.options[name] for name in COLOURS if name in variant.options), "")
        if colour not in drawn:
            svg = draw(product.kind, product.slug, colour)
            title = f"{product.name}, {colour}" if colour else product.name
            drawn[colour] = NewPicture(title, svg.encode())
        pictures.append(
            NewPicture(drawn[colour].alt, drawn[colour].data, sku=variant.sku if colour else None)
        )
        if not colour:
            break
    return pictures
