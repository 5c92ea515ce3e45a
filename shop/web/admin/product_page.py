"""The page of one product in the admin: what its parts show, read in one place for all of its acts."""

from dataclasses import dataclass
from typing import Any

from db import Tx
from shop import categories, pictures, products
from shop.catalog import Category, PriceRow
from shop.pictures import Picture
from shop.products import Facts
from shop.web import forms
from shop.web.context import shop
from shop.web.forms import FormState
from shop.web.reply import AnyResponse, Part, fragments, page, wants_fragment

TITLE, STATE, FACTS = "products/title", "products/state", "products/facts"
VARIANTS, PICTURES = "products/variants", "products/pictures"

_BLANK: dict[str, Any] = {
    "form": forms.EMPTY,
    "newer": None,
    "form_add": forms.EMPTY,
    "form_pictures": forms.EMPTY,
    "form_words": forms.EMPTY,
    "words_of": "",
}


@dataclass(frozen=True, slots=True)
class _Shown:
    product: Facts
    rows: tuple[PriceRow, ...]
    pictures: tuple[Picture, ...]
    categories: tuple[Category, ...]


async def show(product_id: str, status: int = 200, *parts: str, **told: Any) -> AnyResponse:
    """Answer with the page, or for htmx with the parts of it that may have changed.

    `told` are the forms that come back: `form` with `newer` after a conflict, `form_add`, `form_pictures`,
    and `form_words` of the picture `words_of`.
    """
    context = await read(product_id) | told
    if wants_fragment() and parts:
        return await fragments(None, *(Part(part, context) for part in parts), status=status)
    return await page("admin/product.html", status, **context)


async def read(product_id: str) -> dict[str, Any]:
    """Return what the page of a product shows. Raises NotFound."""
    shown = await shop().db.read(_read, product_id)
    names = dict.fromkeys(name for row in shown.rows for name in row.options)
    return _BLANK | {
        "product": shown.product,
        "rows": shown.rows,
        "pictures": shown.pictures,
        "categories": shown.categories,
        "option_names": list(names)[:3],
    }


def refusal(state: FormState, field: str, sentence: str) -> FormState:
    """Return a form with a sentence beside one of its fields, and all that was typed."""
    return FormState(state.values, {field: sentence})


def _read(tx: Tx, product_id: str) -> _Shown:
    return _Shown(
        products.facts(tx, product_id),
        products.variants(tx, product_id),
        pictures.of_product(tx, product_id),
        categories.listing(tx),
    )
