"""Pages and API of care and calls: what they show, what they refuse, how many questions a list costs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.factories import registry as make
from tests.kit.test_metadata import jpeg

from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.base.wire import AssetInfo
from gearpark.contexts.registry import public as registry
from gearpark.contexts.shopfloor.models import Line
from gearpark.contexts.shopfloor.models.calls import Call
from gearpark.contexts.shopfloor.models.care import CareFile, Gauge, MaintenanceOrder, SparePart, Tool
from gearpark.contexts.shopfloor.services import calls, care
from gearpark.contexts.shopfloor.services.demo_care import ensure_demo_care
from gearpark.contexts.shopfloor.types.calls import CallWanted
from gearpark.kit.tenant import acting

PAGES = ("/care/", "/care/changes/", "/care/tools/", "/care/tools/kinds/", "/care/gauges/", "/care/gauges/kinds/",
         "/care/plans/", "/care/zones/", "/care/orders/", "/care/orders/board/", "/care/orders/calendar/", "/care/spares/",
         "/care/machines/", "/calls/", "/calls/wall/", "/calls/list/", "/calls/stats/", "/calls/types/", "/supervisor/")  # fmt: skip


@pytest.fixture
def client(shop: Scope) -> Client:
    with acting(shop):
        Line.objects.of(shop).exclude(asset="qc-l1").delete()  # one line is enough to look at
    ensure_demo_care(shop, now_utc(), org="qichi")
    return make.signed_in("qichi", "firm-admin")


def first(scope: Scope, model: Any, **fields: Any) -> Any:
    with acting(scope):
        return model.objects.of(scope).filter(**fields).order_by("pk").first()


def test_every_page_opens_full_and_empty_and_lists_cost_the_same(client: Client, lake_root: Any) -> None:
    stranger = make.signed_in("other", "firm-admin")
    for page in PAGES:
        assert client.get(page).status_code == 200, page
        assert stranger.get(page).status_code == 200, page
    assert "BG-062-01" in client.get("/care/").content.decode()
    assert "BG-062-01" not in stranger.get("/care/").content.decode()
    for page, most in (
        ("/care/gauges/", 19),
        ("/care/spares/", 16),
        ("/care/orders/", 19),
        ("/calls/list/", 19),
    ):
        with CaptureQueriesContext(connection) as asked:
            client.get(page)
        assert len(asked) <= most, (page, len(asked))
    late = client.get("/care/gauges/?due=late").content.decode()
    assert "BG-062-01" in late
    assert "BG-120-01" not in late
    sheet = client.get("/care/spares/?stock=low&format=csv").content.decode()
    assert "BRG-7014" in sheet
    assert "SENSOR-M12" not in sheet


def test_a_gauge_is_calibrated_with_its_certificate_and_a_failed_check_leads_to_its_parts(
    client: Client, shop: Scope
) -> None:
    gauge = first(shop, Gauge, code="BG-062-01")
    given = {"at": "2026-01-01T08:00", "as_found": "0.2", "uncertainty": "0.3", "standard": "RING-62"}
    bad = SimpleUploadedFile("c.pdf", b"MZ not a pdf", "application/pdf")
    answer = client.post(f"/care/gauges/{gauge.pk}/calibrate/", {**given, "certificate": bad}, follow=True)
    assert "PDF" in answer.content.decode()
    assert first(shop, CareFile) is None
    good = SimpleUploadedFile("../c.pdf", b"%PDF-1.7\n...\n%%EOF\n", "text/html")
    client.post(f"/care/gauges/{gauge.pk}/calibrate/", {**given, "certificate": good})
    stored = first(shop, CareFile)
    answer = client.get(f"/care/files/{stored.pk}/")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment")
    assert "/" not in answer["Content-Disposition"].split("''")[1]
    assert make.signed_in("other").get(f"/care/files/{stored.pk}/").status_code == 404
    gauge = first(shop, Gauge, code="BG-100-02")
    page = client.get(f"/care/gauges/{gauge.pk}/").content.decode()
    assert "/parts/recall/?kind=gauge&amp;key=BG-100-02&amp;since=" in page


def test_an_order_from_its_card_to_its_end_and_a_breakdown_in_one_click(client: Client, shop: Scope) -> None:
    with acting(shop):
        care.open_due_jobs(shop, now_utc() + timedelta(days=4))
    order = first(shop, MaintenanceOrder, status="open", plan__code__startswith="grease")
    url = f"/care/orders/{order.number}/do/"
    client.post(url, {"do": "start", "version": order.version})
    client.post(url, {"do": "point", "index": 0, "done": "on"})
    client.post(url, {"do": "point", "index": 1, "value": "22"})
    client.post(url, {"do": "point", "index": 2, "value": "7"})
    client.post(url, {"do": "take", "code": "GREASE-LG2", "kind": "issue", "quantity": "0.4", "key": "x"})
    client.post(url, {"do": "finish", "labour_min": 35, "downtime_min": 30})
    done = first(shop, MaintenanceOrder, pk=order.pk)
    assert (done.status, done.labour_min) == ("done", 35)
    assert first(shop, SparePart, code="GREASE-LG2").reserved >= 0
    stale = client.post(url, {"do": "cancel", "reason": "x"}, follow=True).content.decode()
    assert done.number in stale
    assert first(shop, MaintenanceOrder, pk=order.pk).status == "done"
    alarm = {"asset": "qc-l1-op20a", "alarm": "SP-2041", "text": "Spindle overload", "since": "17"}
    here = [client.post("/care/orders/from-alarm/", alarm)["Location"] for _ in range(2)]
    assert here[0] == here[1]
    key = calls.raise_call(shop, CallWanted("machine", "qc-l1", "op10a", "Jam"), now_utc())
    there = [client.post(f"/calls/{key}/do/", {"do": "order"})["Location"] for _ in range(2)]
    assert there[0] == there[1] != here[0]
    assert f"/calls/{key}/" in client.get(there[0]).content.decode()


def test_a_call_on_the_phone_with_a_photo_and_viewers_touch_nothing(client: Client, shop: Scope) -> None:
    photo = SimpleUploadedFile("p.jpg", jpeg(), "image/jpeg")
    given = {
        "spot": "qc-l1/op40a",
        "type": "machine",
        "text": "Noise",
        "from": "phone",
        "key": "one",
        "photo": photo,
    }
    where = client.post("/calls/raise/", given)["Location"]
    call = first(shop, Call, key="one")
    assert where == f"/calls/{call.pk}/"
    assert call.source == "phone"
    assert call.photo_id
    assert "op40a".upper() in client.get("/calls/part/").content.decode()
    client.post(f"/calls/{call.pk}/do/", {"do": "accept", "next": "/supervisor/"})
    client.post(f"/calls/{call.pk}/do/", {"reason": "spindle"})
    assert first(shop, Call, pk=call.pk).status == "closed"
    text = SimpleUploadedFile("p.jpg", b"<script>", "image/jpeg")
    assert client.post(f"/calls/{call.pk}/do/", {"do": "photo", "photo": text}).status_code == 302
    assert first(shop, Call, pk=call.pk).photo_id == call.photo_id
    viewer, tool = make.signed_in("qichi", "viewer"), first(shop, Tool)
    assert viewer.get(f"/care/tools/{tool.pk}/").status_code == 200
    assert viewer.post(f"/care/tools/{tool.pk}/do/", {"do": "broken"}).status_code == 403
    assert viewer.get("/calls/raise/").status_code == 403
    assert viewer.get("/care/plans/new/").status_code == 403
    assert first(shop, Tool, pk=tool.pk).state == tool.state


def test_the_api_says_and_takes_the_same(client: Client, shop: Scope, lake_root: Any) -> None:
    registry.upsert_assets(
        shop, [AssetInfo("qc-l1-op20a", "machining-centre", "OP20A", "qijiang/qichi/p/m/l1/op20a")]
    )
    base = "/api/v1/shopfloor"
    json: dict[str, Any] = {"content_type": "application/json"}
    assert {item["kind"] for item in client.get(f"{base}/care/due").json()} >= {"gauge"}
    serial = client.get(f"{base}/tools?limit=1").json()["items"][0]["serial"]
    for _ in range(2):
        answer = client.post(f"{base}/tools/{serial}/usage", {"used": 12, "key": "k1"}, **json)
        assert answer.json() == {"serial": serial, "used": 12.0}
    assert (
        client.post(
            f"{base}/tools/{serial}/usage", {"used": 1, "at": "2026-01-01T00:00:00"}, **json
        ).status_code
        == 422
    )
    key = client.post(f"{base}/calls", {"type": "machine", "line": "qc-l1", "key": "a"}, **json).json()["id"]
    assert client.post(f"{base}/calls/{key}/steps/accept", **json).json()["status"] == "accepted"
    assert (
        client.post(f"{base}/calls/{key}/close", {"reason": "nope"}, **json).json()["title"]
        == "calls.reason_unknown"
    )
    assert client.get(f"{base}/calls?line=qc-l1").json()[0]["id"] == key
    assert client.get(f"{base}/calls/stats").json()["calls"] > 40
    checked = {"at": "2026-01-01T00:00:00Z", "as_found": 0.1, "key": "api-1"}
    ids = {client.post(f"{base}/gauges/HG-01/checks", checked, **json).json()["id"] for _ in range(2)}
    assert len(ids) == 1
    short = client.post(f"{base}/spares/BELT-SP8/movements", {"kind": "issue", "quantity": 99}, **json)
    assert (short.status_code, short.json()["title"]) == (409, "care.stock_short")
    assert client.get(f"{base}/lines/qc-l1/blocks").json() == []
    assert "job" in {e["kind"] for e in client.get(f"{base}/machines/qc-l1-op20a/history?days=60").json()}
    number = client.post(
        f"{base}/maintenance/orders", {"asset": "qc-l1-op20a", "title": "Leak", "key": "m"}, **json
    ).json()
    assert number["number"].startswith("MO-")
