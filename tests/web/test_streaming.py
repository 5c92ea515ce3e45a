"""Files of any length: page by page, and nothing in them that a spreadsheet would run."""

import asyncio
import csv
import io

import pytest

from shop.errors import Refused
from shop.listing import Listing
from shop.web.streaming import csv_response, walked
from tests.web.conftest import text_of


async def pages_of(*pages):
    for page in pages:
        yield page


async def test_a_file_has_its_header_and_every_page(app):
    async with app.test_request_context("/"):
        answer = await csv_response("x.csv", ["sku", "units"], pages_of([["MUG", 1]], [], [["LAMP", 2]]))

        rows = list(csv.reader(io.StringIO(await text_of(answer))))

    assert rows == [["sku", "units"], ["MUG", "1"], ["LAMP", "2"]]
    assert answer.headers["Content-Disposition"] == 'attachment; filename="x.csv"'
    assert answer.content_type == "text/csv; charset=utf-8"


async def test_an_empty_list_is_a_header_alone(app):
    async with app.test_request_context("/"):
        assert await text_of(await csv_response("x.csv", ["sku"], pages_of())) == "sku\r\n"


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
async def test_a_formula_is_a_text_and_a_negative_number_is_one(app, formula):
    async with app.test_request_context("/"):
        text = await text_of(await csv_response("x.csv", ["a", "b"], pages_of([[formula, -5]])))

    assert list(csv.reader(io.StringIO(text, newline="")))[1] == [f"'{formula}", "-5"]


async def test_a_list_is_walked_by_its_keys_to_the_end():
    shelf = {None: Listing(("a", "b"), "b"), "b": Listing(("c",), None)}

    async def read(after):
        return shelf[after]

    assert [page async for page in walked(read)] == [("a", "b"), ("c",)]


async def test_a_refusal_comes_before_the_file_begins(app):
    async def refused():
        raise Refused("No.")
        yield

    async with app.test_request_context("/"):
        with pytest.raises(Refused):
            await csv_response("x.csv", ["sku"], refused())


async def test_a_file_of_several_pages_is_whole_behind_a_real_server(street):
    await asyncio.gather(*[street.world.add_things(f"THING-{number}", 1) for number in range(220)])
    ada = await street.shopper(street.world.ada)

    for address in ("/admin/products.csv", "/admin/stock.csv"):
        rows = list(csv.reader(io.StringIO((await ada.http.get(address)).text)))
        assert len(rows) == 1 + 5 + 220, address
