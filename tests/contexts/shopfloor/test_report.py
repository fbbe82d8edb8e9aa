"""The shift report: one document for page, PDF and API; it prints its revision and says when a newer one stands."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.contexts.shopfloor import plant
from tests.factories import registry as make

from gearpark.base.scope import Scope
from gearpark.config.cli import main
from gearpark.contexts.shopfloor.public import LineInfo, shift_document, shift_kpis
from gearpark.contexts.shopfloor.queries.document import runs_of
from gearpark.contexts.shopfloor.queries.stops import stop_rows
from gearpark.contexts.shopfloor.queries.summary import board
from gearpark.contexts.shopfloor.services.bookings import book
from gearpark.contexts.shopfloor.services.handover import add_note
from gearpark.contexts.shopfloor.services.revisions import publish_due
from gearpark.contexts.shopfloor.types.figures import BookingWanted
from gearpark.contexts.shopfloor.views.report import report_file
from gearpark.engines.calendars import calendar_from, shipped
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
def scope(lake_root: Path, demo_lines: list[LineInfo], points: list[plant.Point]) -> Scope:
    plant.write(lake_root, "qichi", points)
    return make.scope_of("qichi", person_id=1)


@pytest.fixture
def client(scope: Scope, signed_in: Callable[..., Client]) -> Client:
    return signed_in("qichi", "line-leader")


def test_document_page_api_and_command_say_one_thing(scope: Scope, client: Client) -> None:
    found = shift_document(scope, "qc-l1", NOW, **CHOSEN)
    api = client.get("/api/v1/shopfloor/lines/qc-l1/report", CHOSEN).json()
    assert api == found
    kpis = client.get("/api/v1/shopfloor/lines/qc-l1/kpis", CHOSEN).json()
    assert kpis["elements"] == found["elements"]
    oee = next(one for one in kpis["kpis"] if one["code"] == "oee")
    assert oee["value"] == shift_kpis(scope, "qc-l1", NOW, **CHOSEN)["kpis"]["oee"]
    assert oee["numerator"] / oee["denominator"] == pytest.approx(oee["value"])
    page = client.get("/lines/qc-l1/report/", CHOSEN).content.decode()
    assert f"{oee['value'] * 100:.1f}" in page
    assert found["revision"] in page
    assert sum(row[3] for row in found["hours"]) == found["counts"]["made"]
    for unit in found["units"].values():
        assert sum(length for _at, length, _state in runs_of(unit["band"])) == 480


def test_a_print_names_its_revision_and_a_newer_one(scope: Scope, client: Client) -> None:
    assert "Not published" in client.get("/lines/qc-l1/report/", CHOSEN).content.decode()
    publish_due(scope, NOW)
    page = client.get("/lines/qc-l1/report/", CHOSEN).content.decode()
    assert "Revision 1" in page
    assert "Something changed since" not in page
    with acting(scope):
        found = board(scope, "qc-l1", NOW, day=CHOSEN["day"], code=CHOSEN["shift"])
        stop = max((r for r in stop_rows(found) if r.station == "op40a"), key=lambda row: row.planned_us)
    book(
        scope, "qc-l1", "2026-11-20", "early", [BookingWanted("op40a", stop.start_us, "technical-axis")], NOW
    )
    page = client.get("/lines/qc-l1/report/", CHOSEN).content.decode()
    assert "Something changed since revision 1" in page
    publish_due(scope, NOW + timedelta(minutes=2))
    old = client.get("/lines/qc-l1/report/", {**CHOSEN, "revision": "1"}).content.decode()
    assert "A newer one stands: revision 2" in old
    assert "Axis or drive" not in old
    assert "Axis or drive" in client.get("/lines/qc-l1/report/", CHOSEN).content.decode()
    history = client.get("/lines/qc-l1/revisions/", CHOSEN).content.decode()
    assert "Booking changed" in history
    assert client.get("/lines/qc-l1/report/", {**CHOSEN, "revision": "9"}).status_code == 404
    answer = client.get("/api/v1/shopfloor/lines/qc-l1/revisions", CHOSEN).json()
    assert [one["number"] for one in answer] == [2, 1]
    again = client.post("/api/v1/shopfloor/lines/qc-l1/revisions?day=2026-11-20&shift=early")
    assert again.json()["number"] == 2


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_pdf_carries_its_own_chinese_font_and_is_the_same_each_time(scope: Scope, language: str) -> None:
    add_note(scope, "qc-l1", "2026-11-20", "early", "machine", '主轴异响 #set text(1pt) "quoted" \\ $x$', NOW)
    first = report_file(scope, "qc-l1", NOW, **CHOSEN, tongue=language)
    assert first[:5] == b"%PDF-"
    assert b"NotoSansCJKsc" in first
    assert first == report_file(scope, "qc-l1", NOW, **CHOSEN, tongue=language)


def test_the_pdf_is_served_with_its_name(client: Client) -> None:
    answer = client.get("/lines/qc-l1/report.pdf", CHOSEN)
    assert answer["Content-Type"] == "application/pdf"
    assert 'filename="qc-l1-2026-11-20-early-' in answer["Content-Disposition"]


def test_pages_ask_the_database_little(client: Client, django_assert_max_num_queries: Any) -> None:
    for name, most in (("stops", 22), ("kpi", 22), ("report", 22), ("handover", 24), ("revisions", 22)):
        client.get(f"/lines/qc-l1/{name}/", CHOSEN)
        with django_assert_max_num_queries(most):
            assert client.get(f"/lines/qc-l1/{name}/", CHOSEN).status_code == 200


def test_a_shift_without_any_data_has_its_pages_too(client: Client) -> None:
    for name in ("stops", "kpi", "report", "handover", "revisions", "report.pdf"):
        slash = "" if "." in name else "/"
        assert client.get(f"/lines/qc-l2/{name}{slash}", CHOSEN).status_code == 200
        assert client.get(f"/lines/qc-l2/{name}{slash}").status_code == 200
    for address in (
        "/lines/wall/",
        "/lines/wall/?part=1",
        "/lines/kpi/",
        "/lines/kpi/?span=shift&kpi=mttr_plain",
    ):
        assert client.get(address).status_code == 200


def test_the_commands_print_and_write_the_same(
    scope: Scope, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = ["--day", "2026-11-20", "--shift", "early", "--json"]
    assert main(["shopfloor", "kpi", "qc-l1", *chosen]) == 0
    assert json.loads(capsys.readouterr().out)["kpis"] == shift_kpis(scope, "qc-l1", NOW, **CHOSEN)["kpis"]
    target = tmp_path / "report.pdf"
    assert main(["shopfloor", "report", "qc-l1", *chosen, "--pdf", str(target), "--language", "zh-hans"]) == 0
    assert target.read_bytes()[:5] == b"%PDF-"
    capsys.readouterr()
    assert main(["shopfloor", "report", "nobody", *chosen]) == 2
    assert json.loads(capsys.readouterr().out)["type"].endswith("shopfloor.line_unknown")
