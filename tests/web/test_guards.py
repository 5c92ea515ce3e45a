"""Who is kept out, and the headers that every answer carries."""

import asyncio

import pytest

from shop.web.guards import ACCESS
from shop.web.reply import templates
from shop.web.shield import Shield
from tests.web.conftest import HTMX, text_of

SAMPLES = {
    "sku": "MUG",
    "product_id": "prd_x",
    "number": "ABCD2345",
    "refund_id": "ref_x",
    "event_id": "evt_x",
    "task_id": "out_x",
    "batch_id": "bat_x",
    "seq": "1",
}


def admin_routes(app) -> list[tuple[str, str]]:
    """Return every admin address there is, with each method it takes."""
    found = []
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/admin"):
            path = rule.rule
            for name, sample in SAMPLES.items():
                for kind in ("path:", "int:", ""):
                    path = path.replace(f"<{kind}{name}>", sample)
            found += [(method, path) for method in rule.methods & {"GET", "POST"}]
    assert len(found) > 8
    return found


async def test_a_stranger_is_sent_to_sign_in_from_every_admin_page(app, stranger):
    for method, path in admin_routes(app):
        ask = stranger.get if method == "GET" else stranger.post
        answer = await ask(path)
        assert answer.status_code == 303, path
        assert answer.headers["Location"].startswith("/login?next="), path


async def test_a_stranger_with_htmx_is_sent_there_as_well(app, stranger):
    for method, path in admin_routes(app):
        ask = stranger.get if method == "GET" else stranger.post
        answer = await ask(path, headers=HTMX)
        assert answer.headers["HX-Redirect"].startswith("/login?next="), path


async def test_a_shopper_finds_nothing_at_any_admin_address(app, sam):
    for method, path in admin_routes(app):
        ask = sam.get if method == "GET" else sam.post
        assert (await ask(path)).status_code == 404, path


def test_every_blueprint_has_been_opened_on_purpose(app):
    assert {name.split(".")[0] for name in app.blueprints} == set(ACCESS)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Origin": "http://localhost"}, 303),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
    ],
)
async def test_another_site_can_not_act_for_somebody_who_is_signed_in(sam, headers, status):
    answer = await sam.client.post("/cart/lines", form={"variant": "MUG", "quantity": "1"}, headers=headers)

    assert answer.status_code == status


async def test_a_program_without_cookies_may_leave_both_headers_out(stranger):
    answer = await stranger.client.post("/cart/lines", form={"variant": "MUG", "quantity": "1"})

    assert answer.status_code == 303


def test_templates_escape_and_know_no_user_but_ours():
    environment = templates()

    assert environment.from_string("{{ x }}").render(x="<b>") == "&lt;b&gt;"
    assert "current_user" not in environment.globals
    with pytest.raises(Exception, match="'nothing' is undefined"):
        environment.from_string("{{ nothing }}").render()


async def answer_of(app, world, path="/", host="127.0.0.1:8000", method="GET"):
    sent = []
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", host.encode())],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
    }

    bodies = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive():
        return bodies.pop() if bodies else await asyncio.Event().wait()

    async def send(message):
        sent.append(message)

    await Shield(app, world.settings)(scope, receive, send)
    return sent[0]["status"], dict(sent[0]["headers"])


@pytest.mark.parametrize("host", ["evil.example", "", "127.0.0.1.evil.example", "tillroom.example"])
async def test_a_foreign_host_is_refused(app, world, host):
    assert (await answer_of(app, world, host=host))[0] == 400


@pytest.mark.parametrize("path", ["/", "/nope", "/static/app.js", "/admin", "/healthz"])
async def test_every_answer_carries_the_headers(app, world, path):
    _, headers = await answer_of(app, world, path=path)

    assert b"unsafe" not in headers[b"content-security-policy"]
    assert b"https://checkout.stripe.com" in headers[b"content-security-policy"]
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert headers[b"x-frame-options"] == b"DENY"


async def test_personal_pages_are_kept_nowhere_and_static_ones_for_a_year(app, world):
    assert (await answer_of(app, world))[1][b"cache-control"] == b"private, no-store"
    assert b"31536000" in (await answer_of(app, world, path="/static/app.js"))[1][b"cache-control"]


HOSTILE = [
    "",
    "\x00",
    "'\"<script>",
    "9" * 5000,
    "-1",
    "1e9",
    "٣",
    "\ud800",
    "a" * 60_000,
    "../../etc/passwd",
]


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
async def test_no_field_of_any_form_can_be_made_to_fail(app, ada, value):
    text = value.encode("utf-8", "replace").decode()
    fields = "variant quantity step email password name next current change on_hand seen reason note price"
    paths = ["/cart/lines", "/cart/lines/MUG", "/register", "/login", "/account/password"]
    paths += [path for method, path in admin_routes(app) if method == "POST"]
    for path in paths:
        for field in fields.split():
            answer = await ada.post(path, {field: text})
            assert answer.status_code < 500, (path, field, await text_of(answer))


async def test_addresses_that_are_no_addresses_are_refused_and_not_a_crash(ada):
    for path in (
        "/admin/orders?after=%00",
        "/c/things?after=%F0%9F",
        "/p/" + "%00" * 9,
        "/admin/stock?after=x:y",
    ):
        assert (await ada.get(path)).status_code < 500, path


async def test_a_body_that_is_too_large_is_refused(sam):
    assert (await sam.post("/login", {"email": "x" * 300_000})).status_code == 413
    told = {"Content-Length": "70000"}
    assert (await sam.post("/login", {"email": "x" * 70_000}, headers=told)).status_code == 413
