"""The report names what was found, and needs nothing beside it."""

import html5lib
import pytest

from shop.simulate import Options, Outcome, html, text
from shop.simulate.children import Told
from shop.simulate.judge import AtStripe, Books, Outage, Trouble
from shop.simulate.report import chart
from shop.simulate.witness import NO_ANSWER, Witness


@pytest.fixture
def outcome(tmp_path):
    witness = Witness()
    witness.answers.update({("shoppers", "200"): 40, ("admins", NO_ANSWER): 2})
    witness.pulse.update({(0, "2xx"): 40, (1, NO_ANSWER): 2})
    witness.faults.update({"kill -9 of the shop": 1, "api: reset": 2})
    witness.struck["api: reset"] = 5
    witness.testimony.outages.append(Outage(1.0, 2.5))
    witness.testimony.troubles.append(Trouble(1.1, 1.2, "admins", "GET /admin", NO_ANSWER))
    order = {"number": "A", "state": "closed", "closed_reason": "payment_failed", "lines": []}
    books = Books((order | {"captured": 1250, "refunded": 0},), ({"on_hand": 3, "held": 1},), ())
    charge = {"id": "ch", "status": "succeeded", "amount_captured": 1250, "metadata": {"order": "A"}}
    attempts = ({"status": "400", "fault": "sign_wrong", "type": "refund.created"},)
    stripe = AtStripe((charge,), (), (), attempts)
    options = Options(7, 3, 0.5, tmp_path, "", "", "", ("", ""), {})
    verified = Told(1, "I1  no stock below zero: BROKEN: MUG\nI2  sums: ok\n")
    return Outcome(
        options, "2026-01-01T00:00:00.000Z", witness, books, stripe, {"refund.created": 1},
        ("events booked: 0",), verified, 0, ("a finding with <b>markup</b>",),
    )  # fmt: skip


def test_the_lines_for_a_terminal_name_every_figure_and_finding(outcome):
    said = " ".join(text(outcome).split())

    for words in (
        "closed: payment failed 1",
        "captured in the books €12.50",
        "kept at Stripe €12.50",
        "api: reset 2, spoiled 5",
        "down from 1.0 s 1.5 s",
        "400, sign wrong 1",
        "without an answer or answered 5xx 1 of these not explained by a crash 0",
        "FOUND: a finding with <b>markup</b> failed: 1 findings",
    ):
        assert words in said


def test_the_page_is_whole_without_script_and_escapes_what_it_shows(outcome):
    page = html(outcome)

    html5lib.HTMLParser(strict=True).parse(page)
    assert "a finding with &lt;b&gt;markup&lt;/b&gt;" in page
    assert '<td class="failed">MUG</td>' in page
    assert "1 finding<" in page
    for outside in ("<script", "src=", "href=", "@import", "url("):
        assert outside not in page


def test_the_chart_stands_on_its_ground_and_shows_the_outage(outcome):
    drawn = chart(outcome)

    assert (drawn.busiest, drawn.seconds) == (40, 1)
    assert [bar.kind for bar in drawn.bars] == ["outage", "s2xx", "lost"]
    assert all(bar.y >= 0 and bar.y + bar.height == 120 for bar in drawn.bars)


def test_a_long_run_is_drawn_in_longer_steps_and_stays_on_the_sheet(outcome):
    outcome.witness.pulse.update({(second, "3xx"): 1 for second in range(3600)})

    drawn = chart(outcome)

    assert drawn.seconds == 15
    assert max(bar.x + bar.width for bar in drawn.bars) <= 960
    assert drawn.busiest == 40 + 2 + 15
