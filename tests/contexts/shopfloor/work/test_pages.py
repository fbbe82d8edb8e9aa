"""Pages of orders and work through Django's client: what people do, what refuses them, how much the database is asked."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.contexts.shopfloor.work.conftest import LINE, NOW, Shop
from tests.factories import registry as make
from tests.factories.work import png

from gearpark.base.time import now_utc
from gearpark.contexts.shopfloor.models import Badge, Instruction, Routing, WorkOrder
from gearpark.contexts.shopfloor.queries.work.instructions import instruction
from gearpark.contexts.shopfloor.services import work
from gearpark.contexts.shopfloor.types.orders import OrderWanted
from gearpark.contexts.shopfloor.types.people import SignedBy
from gearpark.kit.audit import entries
from gearpark.kit.tenant import acting


@pytest.fixture
def client(shop: Shop) -> Client:
    return make.signed_in("qichi", "firm-admin")


def order_row(shop: Shop, number: str) -> WorkOrder:
    with acting(shop.scope):
        return WorkOrder.objects.of(shop.scope).get(number=number)


def test_an_order_from_the_form_to_its_end(shop: Shop, client: Client) -> None:
    given = {"product": "HX6", "line": LINE, "quantity": "3", "priority": "50", "due_on": "2026-12-01"}
    page = client.post("/orders/new/", given, follow=True)
    number = page.context["info"].number
    assert number.startswith("WO-")
    key = order_row(shop, number).pk
    page = client.post(f"/orders/{key}/release/", {"version": "1"}, follow=True)
    assert page.context["info"].status == "released"
    page = client.post(f"/orders/{key}/hold/", {"version": "2", "reason": "drawing"}, follow=True)
    assert "drawing" in page.content.decode()
    client.post(f"/orders/{key}/unhold/", {"version": "3"})
    page = client.post(f"/orders/{key}/split/", {"version": "4", "quantity": "2"}, follow=True)
    assert page.context["info"].quantity == 1
    assert order_row(shop, f"{number}/2").quantity == 2
    assert "1 good piece will be missing" in client.get(f"/orders/{key}/close/").content.decode()
    page = client.post(f"/orders/{key}/close/", {"version": "5", "reason": "enough"}, follow=True)
    assert page.context["info"].status == "closed"
    with acting(shop.scope):
        rows = entries(shop.scope).filter(kind="order", key=number).order_by("at")
        told = list(rows.values_list("action", flat=True))
    assert told == [
        "work.order_created", "work.order_released", "work.order_held", "work.order_unheld", "work.order_split",
        "work.order_closed",
    ]  # fmt: skip


def test_two_people_change_one_order(shop: Shop, client: Client) -> None:
    base = {"quantity": "30", "priority": "50"}
    first = client.post(f"/orders/{shop.order_id}/edit/", {**base, "version": "2", "note": "first"})
    assert first.status_code == 302
    second = client.post(
        f"/orders/{shop.order_id}/edit/", {**base, "version": "2", "note": "second", "quantity": "25"}
    )
    assert second.status_code == 409
    text = second.content.decode()
    assert client.person.sign_in in text  # type: ignore[attr-defined]
    assert 'value="second"' in text
    assert 'name="version" value="3"' in text
    again = client.post(
        f"/orders/{shop.order_id}/edit/", {**base, "version": "3", "note": "second", "quantity": "25"}
    )
    assert again.status_code == 302
    assert (order_row(shop, "A-1").note, order_row(shop, "A-1").quantity) == ("second", 25)


def test_a_release_that_lacks_something_says_what(shop: Shop, client: Client) -> None:
    with acting(shop.scope):
        Routing.objects.of(shop.scope).update(status="retired")
    key = work.create_order(shop.scope, OrderWanted("HX6", LINE, 5, number="A-7"))
    page = client.post(f"/orders/{key}/release/", {"version": "1"}, follow=True)
    assert "Product HX6 has no released routing." in page.content.decode()
    assert page.context["info"].status == "draft"


def test_closing_holds_what_is_under_way(shop: Shop, client: Client) -> None:
    shop.report("good", order=shop.order)
    on_station = shop.report("start", order=shop.order, at=NOW + timedelta(seconds=1)).serial
    refused = client.post(f"/orders/{shop.order_id}/close/", {"version": "2"}, follow=True)
    assert f"{on_station} at op10a" in refused.content.decode()
    shop.report("abort", serial=on_station, at=NOW + timedelta(seconds=2))
    page = client.post(f"/orders/{shop.order_id}/close/", {"version": "2"}, follow=True)
    assert (page.context["info"].status, page.context["info"].progress.held) == ("closed", 2)


def test_the_queue_is_put_in_order(shop: Shop, client: Client) -> None:
    for number, priority in (("B-1", 50), ("C-1", 10)):
        made = work.create_order(shop.scope, OrderWanted("HX6", LINE, 5, number=number, priority=priority))
        work.release_order(shop.scope, made, 1, NOW)

    def queue() -> list[str]:
        line = next(item for item in client.get("/orders/queue/").context["lines"] if item["asset"] == LINE)
        return [item["info"].number for item in line["orders"]]

    assert queue() == ["C-1", "A-1", "B-1"]
    client.post("/orders/queue/move/", {"order": order_row(shop, "B-1").pk, "place": "0"})
    assert queue() == ["B-1", "C-1", "A-1"]
    assert order_row(shop, "B-1").priority == 10


def test_orders_from_a_sheet(shop: Shop, client: Client) -> None:
    sheet = (
        "number,product,line,quantity,due_on\nA-1,HX6,qc-l1,30,\nS-1,HX6,qc-l1,8,2026-12-24\n,NO,qc-l1,8,\n"
    )
    page = client.post("/orders/import/", {"file": SimpleUploadedFile("o.csv", sheet.encode())})
    kinds = [item.kind for item, _look, _text in page.context["rows"]]
    assert kinds == ["changed", "new", "wrong"]
    with acting(shop.scope):
        assert not WorkOrder.objects.of(shop.scope).filter(number="S-1").exists()
    good = sheet.rsplit("\n", 2)[0]
    page = client.post("/orders/import/", {"file": SimpleUploadedFile("o.csv", good.encode())})
    kept = {"kept": page.context["kept"], "name": page.context["name"]}
    assert client.post("/orders/import/", kept).status_code == 302
    assert (order_row(shop, "A-1").quantity, order_row(shop, "S-1").quantity) == (30, 8)
    exported = client.get("/orders/?format=csv").content
    again = client.post("/orders/import/", {"file": SimpleUploadedFile("o.csv", exported)})
    assert {item.kind for item, _look, _text in again.context["rows"]} == {"same"}


def test_a_routing_is_changed_in_a_new_revision_only(shop: Shop, client: Client) -> None:
    client.post(f"/orders/products/{shop.product_id}/routing/", {"copy": shop.routing_id})
    with acting(shop.scope):
        draft = Routing.objects.of(shop.scope).get(status="draft").pk
    rows: dict[str, Any] = {"rows": "2", "note": "faster"}
    for row, (op, group, cycle) in enumerate(((10, "op10", "55"), (90, "cmm90", "60"))):
        rows |= {f"op-{row}": op, f"group-{row}": group, f"name_en-{row}": "Cut", f"cycle_s-{row}": cycle}
    assert client.post(f"/orders/routings/{draft}/edit/", {**rows, "cycle_s-0": "quick"}).status_code == 422
    assert client.post(f"/orders/routings/{draft}/edit/", {**rows, "group-0": "nowhere"}).status_code == 422
    assert client.post(f"/orders/routings/{draft}/edit/", rows).status_code == 302
    page = client.get(f"/orders/routings/{shop.routing_id}/compare/{draft}/")
    assert [row["kind"] for row in page.context["rows"]] == ["changed", "removed", "changed"]
    client.post(f"/orders/routings/{draft}/release/")
    with acting(shop.scope):
        states = dict(Routing.objects.of(shop.scope).values_list("pk", "status"))
    assert states == {shop.routing_id: "retired", draft: "released"}
    fixed = client.post(f"/orders/routings/{shop.routing_id}/edit/", rows)
    assert fixed.status_code == 422
    assert "never changes" in fixed.content.decode()


def test_the_database_itself_keeps_released_revisions(shop: Shop) -> None:
    from django.db import IntegrityError, transaction

    from gearpark.contexts.shopfloor.models import Operation

    with acting(shop.scope), pytest.raises(IntegrityError), transaction.atomic():
        Operation.objects.of(shop.scope).filter(routing_id=shop.routing_id).update(cycle_s=1.0)


def test_an_instruction_with_a_picture(shop: Shop, client: Client) -> None:
    client.post(f"/orders/products/{shop.product_id}/instructions/10/")
    with acting(shop.scope):
        draft = Instruction.objects.of(shop.scope).get().pk
    steps = {
        "rows": "3", "title_en": "Cut", "place-0": "2", "text_en-0": "Measure", "check-0": "number", "lower-0": "1",
        "upper-0": "2", "unit-0": "mm", "place-1": "1", "text_en-1": "Look", "text_zh-1": "看", "check-1": "choice",
        "options-1": "*ok | fine | 好\nno | bad | 坏", "text_en-2": "gone", "drop-2": "on",
    }  # fmt: skip
    bad = client.post(
        f"/orders/instructions/{draft}/edit/",
        {**steps, "file-0": SimpleUploadedFile("x.png", b"<svg onload=1>")},
    )
    assert bad.status_code == 422
    good = {**steps, "file-0": SimpleUploadedFile("x.png", png())}
    assert client.post(f"/orders/instructions/{draft}/edit/", good).status_code == 302
    client.post(f"/orders/instructions/{draft}/release/")
    with acting(shop.scope):
        info = instruction(shop.scope, draft)
    assert [(step.wanted.text_en, step.wanted.check) for step in info.steps] == [
        ("Look", "choice"),
        ("Measure", "number"),
    ]
    picture = client.get(f"/orders/pictures/{info.steps[1].wanted.picture}/")
    assert (picture["Content-Type"], picture.content) == ("image/png", png())
    serial = shop.report("start", order=shop.order).serial
    refused = client_report(shop, "good", serial=serial)
    assert refused["code"] == "work.checks_open"


def client_report(shop: Shop, kind: str, **facts: Any) -> dict[str, Any]:
    client = make.signed_in("qichi", "operator")
    sent = {"key": str(uuid4()), "kind": kind, "line": LINE, "station": "op10a", "at": now_utc().isoformat()}
    work.sign_on(make.scope_of("qichi"), LINE, "op10a", shop.person_id, SignedBy.LEADER, NOW)
    body = json.dumps({"reports": [{**sent, "operator": shop.person_id, **facts}]})
    answer = client.post("/terminal/reports/", body, content_type="application/json")
    found: dict[str, Any] = answer.json()["outcomes"][0]
    return found


def test_a_wrong_pin_counts_though_it_is_refused(shop: Shop, client: Client) -> None:
    other = make.person("qichi", "operator", "pin-person")
    boss = make.scope_of("qichi")
    work.set_badge(boss, other.pk, "BADGE-1", "2468")
    operator = make.signed_in("qichi", "operator")

    def try_it(**given: Any) -> tuple[int, dict[str, Any]]:
        address = f"/terminal/{LINE}/op10a/sign-on/"
        answer = operator.post(address, json.dumps(given), content_type="application/json")
        return answer.status_code, answer.json()

    for _try in range(5):
        assert try_it(person=other.pk, pin="1111")[0] == 403
    assert try_it(person=other.pk, pin="2468")[1]["title"] == "work.pin_locked"
    assert try_it(badge="BADGE-1")[0] == 200
    with acting(boss):
        assert Badge.objects.of(boss).get(person_id=other.pk).pin_hash != "2468"


def test_lists_ask_the_database_no_more_for_more_rows(shop: Shop, client: Client) -> None:
    def count(address: str) -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        return len(asked)

    addresses = (
        "/orders/",
        "/orders/queue/",
        "/orders/products/",
        f"/orders/{shop.order_id}/",
        "/orders/operators/",
        f"/terminal/{LINE}/op10a/state/",
        "/terminal/",
    )
    before = {address: count(address) for address in addresses}
    for number in range(6):
        made = work.create_order(shop.scope, OrderWanted("HX6", LINE, 5, number=f"N-{number}"))
        work.release_order(shop.scope, made, 1, NOW)
        make.person("qichi", "operator", f"more-{number}")
        shop.report("good", order=shop.order, at=NOW + timedelta(seconds=number))
    assert {address: count(address) for address in addresses} == before
    assert max(before.values()) <= 45


def test_the_api_reports_and_refuses(shop: Shop, client: Client) -> None:
    made = client.post(
        "/api/v1/shopfloor/orders",
        {"product": "HX6", "line": LINE, "quantity": 4},
        content_type="application/json",
    )
    assert made.status_code == 201
    key = made.json()["id"]
    stale = client.post(
        f"/api/v1/shopfloor/orders/{key}/release", {"version": 9}, content_type="application/json"
    )
    assert (stale.status_code, stale.json()["title"]) == (409, "work.order_changed")
    released = client.post(
        f"/api/v1/shopfloor/orders/{key}/release", {"version": 1}, content_type="application/json"
    )
    assert released.json()["status"] == "released"
    report = {
        "key": str(uuid4()),
        "kind": "good",
        "line": LINE,
        "station": "op10a",
        "at": now_utc().isoformat(),
        "order": made.json()["number"],
        "operator": shop.person_id,
    }
    work.sign_on(make.scope_of("qichi"), LINE, "op10a", shop.person_id, SignedBy.LEADER, NOW)
    sent = {"reports": [report, report, {"key": "no uuid"}]}
    answer = client.post("/api/v1/shopfloor/reports", sent, content_type="application/json").json()[
        "outcomes"
    ]
    assert [item["ok"] for item in answer] == [True, True, False]
    assert answer[1]["repeated"] is True
    assert answer[2]["problem"]["title"] == "work.report_unreadable"
    listed = client.get(f"/api/v1/shopfloor/lines/{LINE}/stations/leak80/dispatch").json()
    assert answer[0]["serial"] in [row["serial"] for row in listed["next"]]
    again = client.get(f"/api/v1/shopfloor/orders?line={LINE}&status=running").json()["items"]
    assert [item["progress"]["open"] for item in again] == [1]
