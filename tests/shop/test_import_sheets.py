"""Files as people's programs write them become rows: encodings, separators, line ends, cells."""

import pytest

from shop.errors import Refused
from shop.importing import fields, markup, sheet


def rows_of(data: bytes) -> list[tuple[int, tuple[str, ...]]]:
    return [(row.number, row.cells) for row in sheet.read(data).rows()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_every_usual_encoding_is_read(encoding):
    assert rows_of("sku;name\r\nA;Café\r\n".encode(encoding)) == [(2, ("A", "Café"))]


def test_what_had_to_be_assumed_is_said():
    notes = sheet.read("sku;name\nA;Café\0\n".encode("cp1252")).notes

    assert "Windows-1252" in notes[0]
    assert "NUL" in notes[1]
    assert "semicolons" in notes[2]
    assert sheet.read(b"sku,name\nA,B\n").notes == ()


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends_are_found_out(separator, end):
    text = end.join([f'sku{separator}"the, name; it"', f'A{separator}"two\nlines"', "", f"B{separator}x"])

    assert rows_of(text.encode()) == [(2, ("A", "two\nlines")), (4, ("B", "x"))]


def test_a_separator_may_be_said_in_the_first_line():
    assert rows_of(b"sep=;\nsku;name,x\nA;B\n") == [(2, ("A", "B"))]


def test_short_rows_are_filled_and_long_ones_noticed():
    short, long = sheet.read(b"sku,name\nA\nB,C,D,,E\n").rows()

    assert (short.cells, short.surplus) == (("A",), 0)
    assert (long.cells, long.surplus) == (("B", "C"), 2)


def test_a_header_is_known_whatever_its_capitals_and_spaces():
    assert sheet.read(" SKU , Variant  Price\n".encode("utf-8-sig")).columns == {"sku": 0, "variant price": 1}


@pytest.mark.parametrize("data", [b"", b"\n\n", b",,\n"])
def test_a_file_without_anything_is_refused(data):
    with pytest.raises(Refused, match="empty"):
        sheet.read(data)


def test_a_quotation_mark_that_is_never_closed_is_told(monkeypatch):
    text = 'sku,name\nA,"' + "x" * 200_000

    with pytest.raises(Refused, match="row 2 on: a quotation mark"):
        rows_of(text.encode())


def test_a_file_with_too_many_rows_is_refused(monkeypatch):
    monkeypatch.setattr(sheet, "MOST_ROWS", 2)

    assert len(rows_of(b"sku\nA\nB\n")) == 2
    with pytest.raises(Refused, match="more than 2 rows"):
        rows_of(b"sku\nA\nB\nC\n")


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("12.50", 1250),
        ("12,50", 1250),
        ("12", 1200),
        ("1.234,56", 123456),
        ("1,234.56", 123456),
        ("1'234.50", 123450),
        ("€ 12,50", 1250),
        ("12.50 EUR", 1250),
        ("12.5000", 1250),
        ("1,234,567.00", None),
        ("1,234", None),
        ("$12", None),
        ("USD 12", None),
        ("12.345", None),
        ("12.3456", None),
        ("-1", None),
        ("twelve", None),
        ("١٢", None),
        ("12.50.", None),
        ("99999999999999", None),
    ],
)
def test_a_price_is_read_as_people_write_it(cell, amount):
    if amount is None:
        with pytest.raises(Refused):
            fields.amount(cell, "eur")
    else:
        assert fields.amount(cell, "eur") == amount


def test_currencies_without_decimals_have_thousands_only():
    assert fields.amount("1,250", "jpy") == 1250
    assert fields.amount("1250.00", "jpy") == 1250
    assert fields.amount("1.250", "kwd") == 1250


def test_our_own_prices_are_minor_units_unless_they_have_a_mark():
    assert fields.minor_units("1250", "eur") == 1250
    assert fields.minor_units("12,50", "eur") == 1250


@pytest.mark.parametrize(
    ("cell", "currency", "sentence"),
    [
        ("0000000000001250", "eur", "more than can be charged"),
        ("9" * 5000, "eur", "more than can be charged"),
        ("1255", "kwd", "in steps of 0.010: write 1.260"),
        ("1.255", "kwd", "in steps of 0.010: write 1.260"),
    ],
)
def test_a_price_that_can_not_be_charged_is_refused(cell, currency, sentence):
    with pytest.raises(Refused, match=sentence):
        fields.minor_units(cell, currency)


@pytest.mark.parametrize("cell", ["1.5", "1e3", "many", "1000001", "²"])
def test_units_are_whole(cell):
    with pytest.raises(Refused):
        fields.units(cell)


def test_skus_that_can_not_be_are_written_so_that_they_can():
    assert fields.sku(" MUG 1 'blue' ") == "MUG-1-blue"
    assert fields.sku("A-1/x") == "A-1/x"
    for bad in ("''", "x" * 65, "A\x7f\x85\ud800"):
        with pytest.raises(Refused):
            fields.sku(bad)


def test_a_made_sku_is_the_same_each_time_and_not_too_long():
    made = fields.made_sku("classic-top", {"Size": "Small"})

    assert made == "CLASSIC-TOP-SMALL"
    long = [fields.made_sku("a" * 80, {"Size": size}) for size in ("S", "M")]
    assert len(set(long)) == 2
    assert all(len(one) <= 64 for one in long)
    assert fields.made_sku("", {"色": "赤"})
    assert fields.handle("日本の茶碗") == fields.handle("日本の茶碗") != fields.handle("日本の皿")


def test_markup_becomes_plain_text():
    text = "<h2>Mug</h2><p>For&nbsp;tea &amp; <b>coffee</b>.<br>Big.</p>"
    text += "<ul><li>blue<li>red</ul><script>x()</script>"

    assert markup.plain(text) == "Mug\n\nFor tea & coffee.\nBig.\n\n- blue\n- red"
    assert markup.plain(" 3 < 4 ") == "3 < 4"
    assert markup.plain("<p>unclosed <b>and &unknown; so on") == "unclosed and &unknown; so on"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "'tis", "'=1", "plain", "", "it's"])
def test_a_defused_cell_comes_back_as_it_was(text):
    assert fields.unguarded(fields.guarded(text)) == text
