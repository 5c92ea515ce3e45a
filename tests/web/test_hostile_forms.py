"""No field of any form, and no question of any address, gets more than a refusal with its sentence.

Every page that links lead to is met, every form on it is sent with each of its fields spoiled in every way,
to the same books each time. Who adds a page adds its forms to this test.
"""

import asyncio
import re
import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from db import engine
from shop.app import create_app
from tests.web.busy_day import File, filled, furnish, make_one_of_each, send
from tests.web.conftest import HTMX, Visitor
from tests.web.crawl import Form, Page, Site, crawl
from tests.world import PASSWORD, open_world, settings_for

SHARES, LONG = 8, 4
FORMS, FIELDS, PAGES = 45, 90, 140
"""At least so many were there when this was written: fewer would mean that the walk has stopped short."""
MISSING = object()
TWICE = object()
HOSTILE = {
    "missing": MISSING,
    "twice": TWICE,
    "empty": "",
    "blank": "   ",
    "zero": "0",
    "below zero": "-1",
    "exponent": "1e9",
    "huge number": "9" * 20,
    "foreign digits": "١٢",
    "not a number": "NaN",
    "null byte": "\x00",
    "control": "a\x07b\x1b[2J",
    "no unicode": b"\xff\xfe",
    "long": "x" * 10_000,
    "markup": "<script>alert(1)</script>",
    "sql": "' OR 1=1 --",
    "template": "{{ 7 * 7 }}{% raw %}",
    "emoji": "\N{PILE OF POO}\N{ZERO WIDTH JOINER}",
    "path": "../../etc/passwd",
    "lines": "a\r\nSet-Cookie: b=c\r\n\r\n",
    "wildcard": '%"*_',
    "elsewhere": "//evil.example/",
}
FILES = {
    "no file": File("", b""),
    "empty file": File("a.csv", b""),
    "no text": File("a.csv", b"\xff\xfe\x00\x01" * 50),
    "no picture": File("a.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 50),
    "header alone": File("a.csv", b"sku,name,category,price,on_hand\n"),
    "other columns": File("a.csv", b"a,b\n1,2\n"),
    "open quote": File("a.csv", b'sku,name\n"a,b\n'),
    "long name": File("x" * 3000 + ".csv", b"sku\n1\n"),
    "path": File("../../../etc/passwd", b"root"),
    "drawing": File("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"),
}
QUESTIONS = (
    "q",
    "after",
    "sort",
    "state",
    "days",
    "at",
    "back",
    "edit",
    "number",
    "page",
    "reason",
    "format",
)
UNTOLD = {"sessions", "jobs", "limits", "sqlite_sequence"}
"""Tables that change by signing in, or by themselves while time goes on."""
TOLD = {"outbox": "id, kind, dedupe_key, payload"}
"""What of a table stands still, while the jobs try again and again to reach a Stripe that is not there."""


@dataclass
class Day:
    """A shop in the middle of its day, as a file, and all that was met there."""

    books: Path
    site: Site
    made: list[tuple[str, int]]
    before: dict[str, int]
    after: dict[str, int]


@pytest.fixture(scope="module")
def day(tmp_path_factory) -> Day:
    return asyncio.run(_a_day(tmp_path_factory.mktemp("day")))


async def _a_day(folder: Path) -> Day:
    world = await open_world(settings_for(folder))
    await furnish(world)
    await world.db.close()
    async with _opened(folder) as (app, ada):
        made = await make_one_of_each(app, ada)
    async with _opened(folder) as (app, ada):
        before = await _quiet(folder / "shop.db")
        site = await crawl(app, ada)
        after = dump(folder / "shop.db")
    return Day(folder / "shop.db", site, made, before, after)


class _opened:  # noqa: N801 - used like a function
    """The application over the books in a folder, with Ada before it."""

    def __init__(self, folder: Path) -> None:
        self.app = create_app(settings_for(folder))
        self.running = self.app.test_app()

    async def __aenter__(self):
        await self.running.__aenter__()
        return self.app, await Visitor(self.app).sign_in("ada@tillroom.example", PASSWORD)

    async def __aexit__(self, *told: object) -> None:
        await self.running.__aexit__(*told)


async def _quiet(path: Path) -> dict[str, int]:
    """Wait until the jobs have nothing left to do with what was made."""
    found = {}
    for _ in range(20):
        was, found = found, dump(path)
        if was == found:
            break
        await asyncio.sleep(0.7)
    return found


def dump(path: Path) -> dict[str, int]:
    """Return what stands in each table, as a number."""
    connection = engine.open_reader(path)
    told = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB '*_words*'"
    names = [row[0] for row in connection.execute(told)]
    found = {
        name: hash(tuple(connection.execute(f"SELECT {TOLD.get(name, '*')} FROM {name}"))) for name in names
    }
    connection.close()
    return {name: value for name, value in found.items() if name not in UNTOLD}


def restoring(path: Path):
    """Return what puts the books back as they are now, under the running shop."""
    kept = path.with_name("kept.db")
    _copied(path, kept)
    return lambda: _copied(kept, path)


def _copied(source: Path, target: Path) -> None:
    engine.make_file(target)
    reading, writing = engine.open_writer(source), engine.open_writer(target)
    reading.backup(writing)
    reading.close()
    writing.close()


def test_all_pages_and_forms_are_met(day):
    forms = day.site.forms()
    fields = sum(len(form.names) for form in forms)
    print(f"{len(day.site.pages)} pages of {len(day.site.samples())} kinds")
    print(f"{len(forms)} kinds of forms with {fields} fields; made: {day.made}")

    assert day.site.broken == []
    assert len(day.site.pages) >= PAGES
    assert len(forms) >= FORMS
    assert fields >= FIELDS


def test_looking_changes_nothing(day):
    changed = {name for name, value in day.before.items() if value != day.after[name]}

    assert changed == set()


@pytest.mark.parametrize("share", range(SHARES))
async def test_no_field_gets_more_than_a_refusal(day, tmp_path, share):
    statuses, faults = Counter(), []
    for number, form in enumerate(day.site.forms()[share::SHARES]):
        folder = tmp_path / str(number)
        folder.mkdir()
        shutil.copy(day.books, folder / "shop.db")
        async with _opened(folder) as (_, ada):
            faults += await _spoiled(ada, form, statuses, restoring(folder / "shop.db"))
    print(statuses)

    assert faults == []


async def _spoiled(ada: Visitor, form: Form, statuses: Counter, restore) -> list[str]:
    """Send a form with each of its fields spoiled in every way, and say what went wrong."""
    faults = []
    told = filled(form)
    for place, name in enumerate((*form.names, "unheard_of")):
        is_file = any(control.kind == "file" for control in form.controls if control.name == name)
        ways = list((HOSTILE | (FILES if is_file else {})).items())
        # In a long form every way is tried on every other field.
        for number, (way, value) in enumerate(ways[place % 2 :: 2] if len(form.names) > LONG else ways):
            htmx = (number + len(name)) % 2 == 0
            answer = await send(ada, form, _with(told, name, value), htmx=htmx)
            statuses[answer.status_code] += 1
            page = Page(form.action, await answer.get_data(as_text=True))
            is_shown = any(one.is_shown for one in form.controls if one.name == name)
            fault = _fault(name, is_shown, answer.status_code, page)
            faults += [f"{form.action} {name} {way}{' by htmx' if htmx else ''}: {fault}"] if fault else []
            if answer.status_code in (200, 303):
                restore()
    return faults


def _with(told: list, name: str, value: object) -> list:
    if value is TWICE:
        return [*told, *[one for one in told if one[0] == name], (name, "x")]
    others = [one for one in told if one[0] != name]
    return others if value is MISSING else [*others, (name, value)]


def _fault(name: str, is_shown: bool, status: int, page: Page) -> str:
    """Say what is wrong with an answer: a refusal stands in a sentence, beside the field it is about."""
    if status >= 500 or status not in (200, 303, 400, 403, 404, 409, 413, 422):
        return f"answered {status}"
    if status in (409, 422) and not page.sentences:
        return f"answered {status} without a sentence"
    if any(not text.strip() for _, text in page.invalid()):
        return "a field that is wrong does not say why"
    return _lost(name, page) if status == 422 and is_shown else ""


def _lost(name: str, page: Page) -> str:
    if not any(one.name == name for one in page.controls):
        return "the form did not come back"
    return "" if page.invalid() else "the sentence does not belong to the field"


async def test_no_question_gets_more_than_a_refusal(day, tmp_path):
    shutil.copy(day.books, tmp_path / "shop.db")
    statuses, faults = Counter(), []
    async with _opened(tmp_path) as (_, ada):
        for address in day.site.samples().values():
            asked = _asked(day.site, address)
            for name in {*asked, *QUESTIONS}:
                ways = list(HOSTILE.items())[:: 2 if name in asked else 6]
                for number, (way, value) in enumerate(ways):
                    told = [(name, "x" if value in (MISSING, TWICE) else value)] * (1 + (value is TWICE))
                    path = f"{urlsplit(address).path}?{urlencode(told)}"
                    answer = await ada.get(path, headers=HTMX if number % 2 else None)
                    statuses[answer.status_code] += 1
                    if answer.status_code >= 500:
                        faults.append(f"{path[:80]} {way}: answered {answer.status_code}")
    print(statuses)

    assert faults == []


def _asked(site: Site, address: str) -> set[str]:
    """Return what an address is asked by links and forms."""
    rule = site.rule(address, "GET")
    asked = [
        name
        for one in site.pages
        for name, _ in parse_qsl(urlsplit(one).query)
        if site.rule(one, "GET") == rule
    ]
    asked += [
        name for form in site.forms("get") if site.rule(form.action, "GET") == rule for name in form.names
    ]
    return set(asked)


async def test_no_address_with_a_name_in_it_gets_more_than_a_refusal(day, tmp_path):
    shutil.copy(day.books, tmp_path / "shop.db")
    names = ("x", "0", "-1", "9" * 30, "%00", "%FF", "..%2F..", "%27%20OR%201", "%F0%9F%92%A9", "a" * 3000)
    faults = []
    async with _opened(tmp_path) as (app, ada):
        for rule in app.url_map.iter_rules():
            for name in names if rule.rule.startswith("/admin") and "<" in rule.rule else ():
                path = re.sub(r"<[^>]*>", lambda _, name=name: name, rule.rule)
                for method in rule.methods & {"GET", "POST"}:
                    answer = await (ada.get(path) if method == "GET" else ada.post(path))
                    if answer.status_code >= 500:
                        faults.append(f"{method} {path[:80]}: answered {answer.status_code}")

    assert faults == []


async def test_only_an_admin_finds_what_links_lead_to(day, tmp_path):
    shutil.copy(day.books, tmp_path / "shop.db")
    found: dict[str, set] = {"sam": set(), "stranger": set()}
    async with _opened(tmp_path) as (app, _):
        sam = await Visitor(app).sign_in("sam@tillroom.example")
        for address in day.site.pages:
            found["sam"].add((await sam.get(address)).status_code)
            found["stranger"].add((await Visitor(app).get(address)).status_code)
        for form in day.site.forms():
            found["sam"].add((await send(sam, form, filled(form))).status_code)
            found["stranger"].add((await send(Visitor(app), form, filled(form))).status_code)

    assert found == {"sam": {404}, "stranger": {303}}


BESIDE = (
    '<input name="sum" aria-invalid="true" aria-describedby="e"><p class="error" id="e">Write how much.</p>'
)


@pytest.mark.parametrize(
    ("status", "text", "fault"),
    [
        (422, BESIDE, ""),
        (303, "", ""),
        (500, BESIDE, "answered 500"),
        (302, "", "answered 302"),
        (409, "<p>Somebody was faster.</p>", "answered 409 without a sentence"),
        (422, '<input name="sum"><p class="error"> </p>', "answered 422 without a sentence"),
        (422, BESIDE.replace('id="e"', ""), "a field that is wrong does not say why"),
        (422, '<input name="sum"><p class="error">Write.</p>', "the sentence does not belong to the field"),
        (422, '<p class="error">Write how much.</p>', "the form did not come back"),
    ],
)
def test_a_planted_fault_is_found(status, text, fault):
    assert _fault("sum", True, status, Page("/", text)) == fault
