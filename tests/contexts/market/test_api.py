"""The market's API: found, kept, ordered once per key, confirmed by the custodian's token, statements reconciled."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from tests.factories.market import GEAR, gear, indexed, listed
from tests.factories.registry import scope_of, signed_in

from gearpark.base.time import now_utc
from gearpark.contexts.market.queries import deals
from gearpark.contexts.market.services import money, orders
from gearpark.contexts.market.services.reconcile import read_statement
from gearpark.contexts.registry.public import issue_token
from gearpark.kit.tenant import acting

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/market"
BUYER, SELLER = scope_of("assembler"), scope_of("lankai")


class Api:
    """A client with a bearer token of some rights."""

    def __init__(self, org: str, *rights: str) -> None:
        scope = scope_of(org)
        self.head = {
            "HTTP_AUTHORIZATION": f"Bearer {issue_token(scope, 'test', frozenset(rights), now_utc())}"
        }
        self.client = Client()

    def __call__(self, method: str, path: str, body: Any = None, **head: str) -> tuple[int, Any]:
        made = getattr(self.client, method)(
            ROOT + path,
            **({"data": json.dumps(body), "content_type": "application/json"} if body is not None else {}),
            **self.head,
            **head,
        )
        return made.status_code, json.loads(made.content)


def test_a_seller_keeps_an_offer_and_a_buyer_finds_and_orders_it_once(firms: object) -> None:
    sells, buys = Api("lankai", "market.view", "market.sell"), Api("assembler", "market.view", "market.buy")
    body = {
        "part_no": "API-1",
        "kind": "gear",
        "title_en": "Gear",
        "values": {**GEAR, "width_mm": "3 cm"},
        "malls": ["gears"],
        "price": "80",
        "on_hand": "9",
        "listed": True,
    }
    status, offer = sells("put", "/offers", body)
    assert (status, offer["state"], offer["values"]["width_mm"]) == (200, "listed", "30")
    assert sells("put", "/offers", {**body, "price": "85"})[1]["revision"] == 2
    indexed()
    status, hits = buys("get", "/offers?q=m3 z20")
    assert (hits["total"], hits["facets"]["org"], hits["offers"][0]["price"]) == (1, {"lankai": 1}, "85.0000")
    order = {"offer_id": offer["id"], "qty": "4"}
    status, made = buys("post", "/orders", order, HTTP_IDEMPOTENCY_KEY="k1")
    assert (status, made["amount"], made["state"]) == (201, "340.00", "placed")
    assert buys("post", "/orders", order, HTTP_IDEMPOTENCY_KEY="k1")[1]["id"] == made["id"]
    assert buys("post", "/orders", {**order, "qty": "3"}, HTTP_IDEMPOTENCY_KEY="k1")[0] == 422
    assert buys("post", "/orders", order)[0] == 422
    assert buys("post", f"/orders/{made['id']}/deeds", {"deed": "ship"})[0] == 409
    assert sells("post", f"/orders/{made['id']}/deeds", {"deed": "confirm"})[0] == 200
    status, told = buys("get", "/orders")
    assert [one["number"] for one in told] == [made["number"]]


def test_what_is_wrong_is_a_problem_with_fields(firms: object) -> None:
    sells = Api("lankai", "market.view", "market.sell")
    status, problem = sells("put", "/offers", {"part_no": "x", "kind": "gear", "values": {"teeth": "x"}})
    assert (status, problem["title"]) == (400, "market.offer_wrong")
    assert "values.teeth" in problem["details"]["fields"]
    assert sells("get", "/offers/99")[0] == 404
    assert Api("lankai", "market.view")("put", "/offers", {"part_no": "x", "kind": "gear"})[0] == 403


def test_the_custodian_confirms_in_any_order_and_again(firms: object) -> None:
    bank = Api("assembler", "market.custody")
    offer = listed("lankai", gear("A-1", price=Decimal("100.05")))
    now = datetime.now(UTC)
    key = orders.place_order(BUYER, offer.id, Decimal(3), "k", now)
    hold = money.pay_stage(BUYER, key, 1, now)
    body = {"key": hold, "reference": "BANK-1", "amount": "300.15"}
    assert bank("post", "/custodian/confirmations", {**body, "key": "nothing"})[0] == 404
    assert bank("post", "/custodian/confirmations", {**body, "amount": "300.14"})[0] == 409
    assert bank("post", "/custodian/confirmations", body) == (200, {"booked": True})
    assert bank("post", "/custodian/confirmations", body) == (200, {"booked": False})
    assert Api("assembler", "market.buy")("post", "/custodian/confirmations", body)[0] == 403


def test_a_statement_finds_a_planted_cent_what_is_missing_and_what_is_unknown(firms: object) -> None:
    offer = listed("lankai", gear("A-1", price=Decimal(100)))
    now = datetime.now(UTC)
    references = []
    for number in range(3):
        key = orders.place_order(BUYER, offer.id, Decimal(1), f"k{number}", now)
        money.confirm(money.pay_stage(BUYER, key, 1, now), f"BANK-{number}", now)
        references.append(f"BANK-{number}")
    day = timezone.localtime(now).date().isoformat()  # a bank books by the days of its place
    sheet = f"reference,booked_on,amount,currency\nBANK-0,{day},100.00,CNY\nBANK-1,{day},100.01,CNY\nOTHER,{day},5,CNY\nBAD,never,1,CNY\n"
    park = scope_of("qijiang-park", park=True)
    done = read_statement(park, sheet.encode(), "statement.csv", now)
    assert (done.lines, done.matched, done.before) == (4, 1, 0)
    assert {(one.kind, one.reference) for one in done.differences} == {
        ("amount", "BANK-1"),
        ("unknown", "OTHER"),
        ("missing", "BANK-2"),
        ("wrong", "BAD"),
    }
    again = read_statement(park, sheet.encode(), "statement.csv", now)
    assert (again.matched, again.before) == (0, 3)


def test_the_money_page_shows_accounts_ages_and_reads_statements(firms: object) -> None:
    offer = listed("lankai", gear("A-1", price=Decimal(100)))
    now = datetime.now(UTC)
    key = orders.place_order(BUYER, offer.id, Decimal(1), "k", now)
    money.confirm(money.pay_stage(BUYER, key, 1, now), "BANK-1", now)
    page = signed_in("assembler", "buyer").get("/market/money/").content.decode()
    assert "¥100.00" in page
    assert "held for orders and deposits" in page
    officer = signed_in("qijiang-park", "park-admin")
    sheet = SimpleUploadedFile(
        "s.csv", f"reference,booked_on,amount,currency\nBANK-1,{now.date()},100,CNY\n".encode()
    )
    assert (
        "1 lines: 1 agree to the cent"
        in officer.post("/market/money/statement/", {"file": sheet}).content.decode()
    )
    assert signed_in("lankai", "firm-admin").get("/market/money/statement/").status_code == 403
    with acting(SELLER):
        assert deals.order_rows(SELLER).count() == 1
