"""Each format's rows become lines: what Shopify's, WooCommerce's and our own exports say."""

import pytest

from shop.errors import Refused
from shop.importing import reading, sheet
from shop.importing.lines import Found, Line

SHOPIFY = (
    "Handle,Title,Body (HTML),Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,"
    "Variant SKU,Variant Inventory Qty,Variant Price,Image Src,Gift Card,Status\n"
)
TEMPLATE_OF_2025 = (
    "Title,URL handle,Description,Vendor,Product category,Type,Tags,Published on online store,Status,SKU,"
    "Option1 name,Option1 value,Option1 Linked To,Price,Inventory quantity,"
    "Product image URL,Variant image URL\n"
)
WOO = (
    "ID,Type,SKU,Name,Published,Short description,Description,In stock?,Stock,Sale price,Regular price,"
    "Categories,Images,Parent,Attribute 1 name,Attribute 1 value(s),Attribute 2 name,Attribute 2 value(s)\n"
)


def read(text: str, currency: str = "eur") -> tuple[list[Line], Found]:
    found = Found()
    told = sheet.read(text.encode())
    return list(reading.FORMATS[reading.format_of(told)](told, currency, found)), found


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        (SHOPIFY, "shopify"),
        (TEMPLATE_OF_2025, "shopify"),
        ("Handle,Variant SKU,Variant Price\n", "shopify"),
        (WOO, "woocommerce"),
        ("type;sku;regular price\n", "woocommerce"),
        ("SKU,Price\n", "own"),
        ("product_id,handle,name,category,sku,options,price,currency,on_hand,published\n", "own"),
    ],
)
def test_a_format_is_known_by_its_header(header, kind):
    assert reading.format_of(sheet.read(header.encode())) == kind


@pytest.mark.parametrize("header", ["a,b\n", "Artikelnummer,Preis\n", "sku\n", "\x00\x01\x02\x03\n"])
def test_an_unknown_header_is_refused_with_what_it_has(header):
    with pytest.raises(Refused, match="It has:"):
        reading.format_of(sheet.read(header.encode()))


def test_only_the_first_row_of_a_handle_tells_of_the_product():
    lines, _ = read(
        SHOPIFY
        + "top,Varsity Top,<p>Warm &amp; soft</p>,Tops,women,true,Size,Small,Colour,Red,,1,60,http://x/a.jpg,,active\n"
        "top,,,,,,,Medium,,Red,TOP-M,2,65.50,,,\n"
    )

    small, medium = lines
    assert (small.name, small.description, small.category, small.published) == (
        "Varsity Top", "Warm & soft", "Tops", True
    )  # fmt: skip
    assert (small.sku, small.price, small.on_hand) == ("TOP-SMALL-RED", 6000, 1)
    assert medium.options == {"Size": "Medium", "Colour": "Red"}
    assert (medium.name, medium.published, medium.sku) == (None, None, "TOP-M")


def test_a_default_title_is_no_option_and_the_first_tag_stands_in_for_a_type():
    (line,), _ = read(SHOPIFY + 'mug,Mug,,,"kitchen, blue",TRUE,Title,Default Title,,,,5,9.00,,false,\n')

    assert (line.options, line.sku, line.category, line.description) == ({}, "MUG", "kitchen", None)


def test_rows_with_only_a_picture_are_left_out_and_counted():
    lines, found = read(
        SHOPIFY
        + "mug,Mug,,,,true,Title,Default Title,,,,5,9,http://x/1.jpg,,\nmug,,,,,,,,,,,,,http://x/2.jpg,,\n"
    )

    assert len(lines) == 1
    assert (found.counts, found.refusals) == ({"pictures": 2, "picture rows": 1}, [])


@pytest.mark.parametrize(
    ("published", "status", "shown"),
    [
        ("true", "active", True),
        ("false", "active", False),
        ("true", "draft", False),
        ("true", "archived", False),
        ("true", "", True),
        ("", "active", True),
        ("", "", None),
    ],
)
def test_a_product_is_shown_when_it_is_published_and_active(published, status, shown):
    (line,), _ = read(SHOPIFY + f"mug,Mug,,,,{published},,,,,,5,9,,,{status}\n")

    assert line.published is shown


def test_less_than_nothing_in_stock_is_nothing_and_blank_is_left_alone():
    lines, found = read(SHOPIFY + "a,A,,,,,,,,,,-3,9,,,\nb,B,,,,,,,,,,,9,,,\n")

    assert [line.on_hand for line in lines] == [0, None]
    assert found.counts["negative"] == 1


def test_the_template_of_2025_is_read_too():
    (line,), _ = read(
        TEMPLATE_OF_2025
        + "Red Cap,red-cap,A cap,Acme,Apparel > Hats,Hats,new,TRUE,Active,CAP-1,Colour,Red,,12.90,20,http://x/c.jpg,\n"
    )

    assert (line.handle, line.sku, line.price, line.on_hand) == ("red-cap", "CAP-1", 1290, 20)
    assert (line.category, line.options, line.published) == ("Hats", {"Colour": "Red"}, True)


def test_every_fault_of_a_row_is_told_with_its_column_and_value():
    lines, found = read(
        SHOPIFY + "mug,Mug,,,,perhaps,,,,,,lots,nine,,,\n,,,,,,,,,,,,9,,,\ngift,Card,,,,,,,,,,1,9,,true,\n"
    )

    assert lines == []
    assert [(one.row, one.column, one.value) for one in found.refusals] == [
        (2, "Variant Price", "nine"),
        (2, "Published", "perhaps"),
        (2, "Variant Inventory Qty", "lots"),
        (3, "Handle", ""),
        (4, "Gift Card", "true"),
    ]


def test_woocommerce_variations_find_their_parents_by_sku_and_by_id():
    lines, found = read(
        WOO + "10,variable,HOODIE,Hoodie,1,Short,Long\\nline,1,,,,Clothing > Hoodies,http://x/1.jpg,,"
        'Colour,"Blue, Green",,\n'
        "11,variation,HOODIE-B,Hoodie - Blue,1,,,1,5,,45,,,HOODIE,Colour,Blue,,\n"
        "12,variation,,Hoodie - Green,1,,,1,,40,45.50,,,id:10,Colour,Green,,\n"
    )

    parent, blue, green = lines
    assert (parent.sku, parent.name, parent.description, parent.category) == (
        None, "Hoodie", "Long\nline", "Hoodies"
    )  # fmt: skip
    assert blue.group == green.group == parent.group
    assert (blue.options, blue.price, blue.on_hand) == ({"Colour": "Blue"}, 4500, 5)
    assert (green.sku, green.price, green.on_hand) == ("HOODIE-GREEN", 4550, None)
    assert found.counts["sale prices"] == 1


def test_woocommerce_products_without_a_sku_get_one_each():
    lines, _ = read(WOO + '1,simple,,Mug,1,,,1,3,,9,,,,,,,\n2,"simple, virtual",,Mug,0,,,0,,,8,,,,,,,\n')

    assert [(line.sku, line.handle) for line in lines] == [("MUG", "mug"), ("MUG-2", "mug-2")]
    assert [(line.published, line.on_hand) for line in lines] == [(True, 3), (False, 0)]


def test_what_woocommerce_sells_elsewhere_or_not_at_all_is_not_taken():
    lines, found = read(
        WOO + "1,grouped,G,Group,1,,,,,,,,,,,,,\n2,external,E,Ext,1,,,,,,5,,,,,,,\n"
        "3,variation,V,V - a,-1,,,1,1,,5,,,P,Size,S,,\n4,variation,,W,1,,,1,1,,5,,,NOBODY,Size,S,,\n"
    )

    assert lines == []
    assert [one.row for one in found.refusals] == [2, 3, 5]
    assert found.counts["switched off"] == 1


def test_our_own_rows_may_leave_everything_but_the_sku_blank():
    lines, found = read("sku;price;on_hand;published\nA;12,50;;\nB;;7;false\n;1;;\n")

    assert [(line.sku, line.price, line.on_hand, line.published) for line in lines] == [
        ("A", 1250, None, None),
        ("B", None, 7, False),
    ]
    assert [(one.row, one.column, one.reason) for one in found.refusals] == [
        (4, "sku", "Every row needs its SKU.")
    ]


def test_a_price_that_may_have_been_meant_otherwise_is_counted():
    lines, found = read("sku,price,currency\nA,1250,\nB,12.50,\nC,1250,EUR\n")

    assert [line.price for line in lines] == [1250, 1250, 1250]
    assert found.counts == {"minor units": 1}


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("options", "Small"),
        ("options", '"[1]"'),
        ("options", '"{""Size"": 1}"'),
        ("currency", "usd"),
        ("on_hand", "-1"),
        ("price", "-1"),
        ("published", "maybe"),
        ("name", "x" * 201),
        ("description", "a\x01b"),
    ],
)
def test_what_our_own_format_can_not_hold_is_refused(column, value):
    lines, found = read(f"sku,{column}\nA,{value}\n")

    assert lines == []
    assert [(one.row, one.column) for one in found.refusals] == [(2, column)]
