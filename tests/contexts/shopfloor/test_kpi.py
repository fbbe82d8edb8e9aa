"""KPI pages and targets; orders and serials as inputs; forms that book, over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from tests.contexts.shopfloor import plant
from tests.factories import registry as make

from gearpark.base.time import from_us
from gearpark.contexts.shopfloor.models import Line, OperationRun, Product, Serial, WorkOrder
from gearpark.contexts.shopfloor.public import LineInfo
from gearpark.contexts.shopfloor.queries.front import front
from gearpark.contexts.shopfloor.queries.summary import board
from gearpark.engines.calendars import calendar_from, shipped
from gearpark.engines.oee import Flag, kpi
from gearpark.kit.tenant import acting

pytestmark = pytest.mark.django_db
SHIFT = calendar_from(shipped("three-shift")).shift_of(date(2026, 11, 20), "early")
assert SHIFT is not None
CHOSEN = {"day": "2026-11-20", "shift": "early"}
NOW = datetime.fromtimestamp(SHIFT.end_us / 1e6, UTC) + timedelta(hours=1)


@pytest.fixture(scope="module")
def points() -> list[plant.Point]:
    return plant.history("qc-l1", SHIFT.start_us, SHIFT.end_us, seed=11)


@pytest.fixture
def client(
    lake_root: Path, demo_lines: list[LineInfo], points: list[plant.Point], signed_in: Callable[..., Client]
) -> Client:
    plant.write(lake_root, "qichi", points)
    return signed_in("qichi", "line-leader")


def test_a_kpi_opens_to_its_elements_and_has_a_target(client: Client) -> None:
    page = client.get("/lines/qc-l1/kpi/", CHOSEN).content.decode()
    for words in (
        "A × E × Q = PRI × GQ / PBT",
        "Actual production time",
        "no serial was followed",
        "iso22400-1",
    ):
        assert words in page
    made = client.post("/lines/qc-l1/kpi/target/", {"kpi": "availability", "value": "92,5", **CHOSEN})
    assert made["Location"].endswith("#availability")
    assert "92.5 %" in client.get("/lines/qc-l1/kpi/", CHOSEN).content.decode()
    api = client.get("/api/v1/shopfloor/lines/qc-l1/kpis", CHOSEN).json()
    assert next(one for one in api["kpis"] if one["code"] == "availability")["target"] == 0.925
    for body in (
        {"kpi": "nonsense", "value": "1"},
        {"kpi": "oee", "value": "-1"},
        {"kpi": "oee", "value": "x"},
    ):
        assert client.post("/lines/qc-l1/kpi/target/", body).status_code in (400, 404)
    put = client.put(
        "/api/v1/shopfloor/lines/qc-l1/kpis/availability/target",
        json.dumps({"value": None}),
        "application/json",
    )
    assert put.status_code == 204


def test_stops_are_booked_changed_and_merged_by_forms_and_api(client: Client) -> None:
    stops = client.get("/api/v1/shopfloor/lines/qc-l1/stops", CHOSEN).json()
    mine = [one for one in stops if one["station"] == "op40a"][:2]
    keys = [f"{one['station']}:{one['start_us']}" for one in mine]
    made = client.post("/lines/qc-l1/stops/book/", {"stop": keys, "reason": "material-none", **CHOSEN})
    assert made.status_code == 302
    booked = [
        one["booking"]
        for one in client.get("/api/v1/shopfloor/lines/qc-l1/stops", CHOSEN).json()
        if one["booking"]
    ]
    assert {one["reason"] for one in booked} == {"material-none"}
    again = client.post("/lines/qc-l1/stops/book/", {"stop": keys[:1], "reason": "technical", **CHOSEN})
    assert again.status_code == 409
    first = booked[0]
    changed = client.put(
        f"/api/v1/shopfloor/bookings/{first['id']}",
        json.dumps({"version": first["version"], "reason": "technical-axis", "note": "x"}),
        "application/json",
    ).json()
    assert (changed["reason"], changed["version"]) == ("technical-axis", 2)
    merged = client.post(
        "/lines/qc-l1/stops/merge/", {"booking": [f"{first['id']}:2", f"{booked[1]['id']}:1"], **CHOSEN}
    )
    assert merged.status_code == 302
    page = client.get("/lines/qc-l1/stops/", {**CHOSEN, "show": "booked"}).content.decode()
    assert "booked" in page
    assert client.get("/api/v1/shopfloor/lines/qc-l1/reasons").json()[0]["title_zh"]
    assert (
        client.post("/lines/qc-l1/stops/book/", {"stop": "op40a:x", "reason": "technical"}).status_code == 400
    )


def test_an_operator_of_another_firm_finds_nothing(client: Client, signed_in: Callable[..., Client]) -> None:
    stranger = signed_in("other-firm", "line-leader")
    for name in ("stops/", "kpi/", "report/", "report.pdf", "handover/", "revisions/"):
        assert stranger.get(f"/lines/qc-l1/{name}").status_code == 404
    body = {"stop": f"op40a:{SHIFT.start_us}", "reason": "technical", **CHOSEN}
    assert stranger.post("/lines/qc-l1/stops/book/", body).status_code == 404
    viewer = signed_in("qichi", "viewer")
    assert viewer.post("/lines/qc-l1/stops/book/", body).status_code == 403
    assert viewer.get("/lines/qc-l1/stops/", CHOSEN).status_code == 200


def test_hand_over_by_forms(client: Client, signed_in: Callable[..., Client]) -> None:
    body = {"kind": "safety", "text": "地面有油", "point": "1", **CHOSEN}
    assert client.post("/lines/qc-l1/handover/write/", body).status_code == 302
    assert client.post("/lines/qc-l1/handover/write/", {**body, "text": ""}).status_code == 400
    sheet = client.get("/api/v1/shopfloor/lines/qc-l1/handover", CHOSEN).json()
    (written,) = sheet["notes"]
    found = client.get("/lines/qc-l1/handover/", {**CHOSEN, "q": "有油"}).content.decode()
    assert "地面有油" in found
    assert "text/csv" in client.get("/lines/qc-l1/handover/", {"format": "csv"})["Content-Type"]
    assert client.post("/lines/qc-l1/handover/sign/", {"do": "hand", **CHOSEN}).status_code == 302
    other = signed_in("qichi", "line-leader")
    assert other.post("/lines/qc-l1/handover/sign/", {"do": "take", **CHOSEN}).status_code == 302
    closed = client.post(
        f"/api/v1/shopfloor/handover/{written['id']}/close",
        json.dumps({"version": written["version"], "closing": "wiped"}),
        "application/json",
    )
    assert closed.json()["open"] is False


def test_a_mapping_that_asks_for_orders_uses_the_lines_orders(client: Client) -> None:
    scope = make.scope_of("qichi")
    with acting(scope):
        line = Line.objects.of(scope).get(asset="qc-l1")
        line.oee_mapping = "opc40001-1"
        line.revision += 1
        line.save()
        none = board(scope, "qc-l1", NOW, "2026-11-20", "early")
        product = Product(org="qichi", code="H1", name_en="Housing", line_type="housing-machining")
        product.save()
        WorkOrder(
            org="qichi", number="WO-1", product=product, line=line, quantity=100, status="running",
            started_at=from_us(SHIFT.start_us),
        ).save()  # fmt: skip
        some = board(scope, "qc-l1", NOW, "2026-11-20", "early")
    assert Flag.NO_ORDER in none.account.flags
    assert Flag.NO_ORDER not in some.account.flags
    assert some.elements["ADET"] > none.elements["ADET"]
    assert some.elements["ADET"] + some.elements["ADOT"] == none.elements["ADET"] + none.elements["ADOT"]
    assert some.account.figures == none.account.figures
    assert some.revision != none.revision


def test_serials_give_first_pass_yield_rework_and_defects(client: Client) -> None:
    scope = make.scope_of("qichi")
    begun = from_us(SHIFT.start_us + plant.HOUR_US)
    with acting(scope):
        line = Line.objects.of(scope).get(asset="qc-l1")
        product = Product(org="qichi", code="H1", name_en="Housing", line_type="housing-machining")
        product.save()
        for number, (result, loops) in enumerate(
            [("good", 0), ("good", 0), ("good", 1), ("scrap", 0), ("rework", 1)]
        ):
            serial = Serial(
                org="qichi", serial=f"S{number}", product=product, begun_at=begun, rework_loops=loops
            )
            serial.save()
            OperationRun(
                org="qichi", serial=serial, line=line, station="cmm90", op=90, begun_at=begun, result=result,
                ended_at=begun + timedelta(minutes=6), reason="bore-size" if result == "scrap" else "", source="line",
            ).save()  # fmt: skip
        found = board(scope, "qc-l1", NOW, "2026-11-20", "early")
        seen = front(scope, found, {})
    assert found.said.parts is not None
    assert (found.elements["IP"], found.elements["GP"], found.elements["RQ"]) == (5, 2, 1)
    assert float(kpi("first_pass_yield", found.elements).value) == 0.4
    assert seen.defects == (("bore-size", 1),)
    assert seen.defects_by == "reason"
    assert seen.takt_target_us == SHIFT.planned_us / 75
    assert 200e6 < seen.takt_us < 500e6
