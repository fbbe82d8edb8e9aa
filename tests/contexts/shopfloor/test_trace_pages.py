"""Pages, files and API of genealogy: what people and other systems see and do."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.contexts.shopfloor.models import PartHold, Product
from gearpark.contexts.shopfloor.models.exchange import CapturedEvent
from gearpark.contexts.shopfloor.models.trace import FactError
from gearpark.contexts.shopfloor.public import LineInfo
from gearpark.contexts.shopfloor.queries import trace
from gearpark.contexts.shopfloor.queries.trace.epcis_out import part_events
from gearpark.contexts.shopfloor.queries.trace.graph import around
from gearpark.contexts.shopfloor.queries.trace.recalls import recall_case
from gearpark.contexts.shopfloor.services import recalls
from gearpark.contexts.shopfloor.services.epcis import capture
from gearpark.contexts.shopfloor.services.trace import declare_wrong
from gearpark.contexts.shopfloor.types.trace import Cause, FactKind
from gearpark.contexts.shopfloor.views.trace import public_pages
from gearpark.engines.traceability.epcis import document
from gearpark.kit import audit
from gearpark.kit.tenant import acting

from .parts import T0, fact, serials, touched

KIND = FactKind
GTIN = "09506000134352"


@pytest.fixture
def shop(demo_lines: list[LineInfo], scope_of: Callable[..., Scope]) -> Scope:
    return scope_of("qichi")


@pytest.fixture
def parts(shop: Scope) -> list[int]:
    """Three castings and an axle that one of them went into, with tools, a gauge and values."""
    keys = serials(shop, "A-1", "A-2", "A-3", "AXLE-1")
    with acting(shop):
        Product.objects.of(shop).update(gtin=GTIN)
    for n, key in enumerate(keys[:3]):
        touched(
            shop,
            key,
            fact(KIND.MACHINE, "qc-l1-op10a", 10 * n, op=10, station="op10a"),
            fact(KIND.MATERIAL, "HEAT-7", 10 * n, op=10, station="op10a", value=1.0, unit="pc"),
            fact(KIND.TOOL, "T-1", 10 * n + 1, op=10, station="op10a", value=0.2),
            fact(KIND.PROGRAM, "P10", 10 * n + 1, op=10, station="op10a", data={"hash": "ab12cd34"}),
            fact(KIND.GAUGE, "G-1", 10 * n + 2, op=10, station="op10a"),
            fact(KIND.VALUE, "bore_1_um", 10 * n + 2, op=10, station="op10a", value=4.0 + 9 * n, unit="um",
                 data={"lower": -18.0, "upper": 18.0}),
            fact(KIND.OPERATOR, "Li Wei", 10 * n, op=10, station="op10a"),
        )  # fmt: skip
    touched(shop, keys[3], fact(KIND.CHILD, "A-1", 60))
    return keys


@pytest.fixture
def quality(parts: list[int], signed_in: Callable[..., Client]) -> Client:
    return signed_in("qichi", "quality-engineer")


def body(response: Any) -> str:
    return b"".join(response).decode() if response.streaming else response.content.decode()


def test_the_list_finds_by_serial_lot_and_thing(quality: Client) -> None:
    assert "A-2" in body(quality.get("/parts/"))
    found = body(quality.get("/parts/?thing=tool:T-1"))
    assert "A-1" in found
    assert "AXLE-1" not in found
    sheet = body(quality.get("/parts/?format=csv&q=AXLE"))
    assert "AXLE-1" in sheet
    assert "A-2" not in sheet


@pytest.mark.parametrize(
    ("code", "leads"),
    [
        ("A-2", "/parts/A-2/"),
        (f"]d201{GTIN}21A-3", "/parts/A-3/"),
        (f"https://dl.example/01/{GTIN}/21/A-1", "/parts/A-1/"),
        ("WO-1", "/parts/?q=WO-1"),
        ("T-1", "/parts/trace/?kind=tool&key=T-1"),
        ("HEAT-7", "/parts/trace/?kind=material&key=HEAT-7"),
        ("nobody knows", "/parts/"),
    ],
)
def test_a_scan_leads_where_it_should(quality: Client, code: str, leads: str) -> None:
    assert quality.get("/parts/scan/", {"code": code})["Location"] == leads


def test_the_life_story_tells_everything(quality: Client, parts: list[int]) -> None:
    page = body(quality.get("/parts/A-1/"))
    for word in ("HEAT-7", "T-1", "ab12cd34"[:8], "G-1", "Li Wei", "bore_1_um", "AXLE-1", "OP10"):
        assert word in page
    third = body(quality.get("/parts/A-3/?kind=value"))
    assert "outside" in third
    assert quality.get("/parts/NOBODY/").status_code == 404


def test_the_graph_opens_in_both_directions(shop: Scope, quality: Client, parts: list[int]) -> None:
    found = around(shop, kind=KIND.MATERIAL, key="HEAT-7")
    assert [node.key for node in found.after] == ["A-3", "A-2", "A-1"]
    first = next(node for node in found.after if node.key == "A-1")
    opened = around(shop, kind=KIND.MATERIAL, key="HEAT-7", opened=[first.id])
    assert [node.key for node in next(n for n in opened.after if n.key == "A-1").nodes] == ["AXLE-1"]
    up = around(shop, serial_id=parts[3])
    casting = next(node for node in up.before if node.key == "A-1")
    deeper = around(shop, serial_id=parts[3], opened=[casting.id])
    nodes = next(node for node in deeper.before if node.key == "A-1").nodes
    assert {"HEAT-7", "T-1", "G-1", "P10", "Li Wei"} <= {node.key for node in nodes}
    page = body(quality.get(f"/parts/trace/?serial=AXLE-1&open={casting.id}"))
    assert "HEAT-7" in page
    assert "<svg" in page
    part = body(quality.get(f"/parts/trace/?serial=AXLE-1&open={casting.id}&part=1"))
    assert "HEAT-7" in part
    assert "<html" not in part
    assert quality.get("/parts/trace/?kind=tool&key=none").status_code == 404


def test_many_parts_become_one_node_that_opens(shop: Scope) -> None:
    keys = serials(shop, *[f"M-{n:02d}" for n in range(20)])
    for n, key in enumerate(keys):
        touched(shop, key, fact(KIND.TOOL, "T-2", n))
    found = around(shop, kind=KIND.TOOL, key="T-2")
    more = found.after[-1]
    assert (len(found.after), more.many) == (6, 15)
    opened = around(shop, kind=KIND.TOOL, key="T-2", opened=[more.id]).after[-1]
    assert len(opened.nodes) == 15


def test_a_recall_is_previewed_frozen_held_and_closed(shop: Scope, quality: Client, parts: list[int]) -> None:
    query = "kind=material&key=HEAT-7"
    assert "AXLE-1" in body(quality.get(f"/parts/recall/?{query}"))
    sheet = body(quality.get(f"/parts/recall/?{query}&format=csv")).splitlines()
    assert len(sheet) == 5
    assert quality.get(f"/parts/recall/?{query}&format=xlsx").status_code == 200
    sent = {"kind": "material", "key": "HEAT-7", "name": "Porous castings", "reason": "pores at the flange"}
    where = quality.post("/parts/recall/", sent)["Location"]
    page = body(quality.get(where))
    assert "Porous castings" in page
    assert "AXLE-1" in page
    case = int(where.rstrip("/").rpartition("/")[2])
    touched(shop, parts[1], fact(KIND.CHILD, "later", 99))  # the case stays as it was frozen
    quality.post(f"/parts/recall/{case}/hold/")
    with acting(shop):
        found = recall_case(shop, case)
        assert (found.parts, found.held, found.now, found.hold_done) == (4, 4, {"held": 4}, True)
        words = [row.action for row in audit.entries(shop).order_by("pk")]
    assert {"trace.recall_opened", "trace.recall_held"} <= set(words)
    quality.post(f"/parts/recall/{case}/close/", {"note": "all sorted, two scrapped"})
    assert "all sorted" in body(quality.get(where))
    with pytest.raises(Problem) as closed, acting(shop):
        recalls.hold_recalled(shop, case)
    assert closed.value.code == "trace.recall_closed"
    twice = quality.post("/parts/recall/", sent)
    assert twice["Location"].startswith("/parts/recall/?")


def test_holding_goes_on_batch_by_batch_and_leaves_decisions_alone(
    shop: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recalls, "HOLD_BATCH", 2)
    keys = serials(shop, *[f"H-{n}" for n in range(5)])
    for key in keys:
        touched(shop, key, fact(KIND.TOOL, "T-3"))
    case = recalls.open_recall(shop, "Blunt tool", Cause(KIND.TOOL, "T-3"), "burr")
    recalls.hold_recalled(shop, case)
    with acting(shop):
        assert recall_case(shop, case).held == 2
    assert [recalls.hold_all(T0) for _ in range(4)] == [2, 1, 0, 0]
    with acting(shop):
        assert recall_case(shop, case).hold_done
        assert PartHold.objects.of(shop).filter(source=f"recall:{case}").count() == 5


def test_only_quality_freezes_and_an_empty_cause_is_no_case(
    shop: Scope, scope_of: Callable[..., Scope]
) -> None:
    with pytest.raises(Problem) as right:
        recalls.open_recall(scope_of("qichi", "shopfloor.view"), "x", Cause(KIND.TOOL, "T-1"), "y")
    assert right.value.code == "kit.right_missing"
    with pytest.raises(Problem) as empty:
        recalls.open_recall(shop, "x", Cause(KIND.TOOL, "nothing"), "y")
    assert empty.value.code == "trace.recall_empty"


def test_a_wrong_fact_is_struck_through_and_left_out_of_traces(
    shop: Scope, quality: Client, parts: list[int]
) -> None:
    row = next(found for found in trace.passport(shop, parts[0]).facts if found.key == "T-1")
    sent = {"thing": row.thing_id, "at": row.at.isoformat(), "reason": "typed by mistake"}
    assert quality.post(f"/parts/facts/{parts[0]}/wrong/", sent).status_code == 302
    assert "typed by mistake" in body(quality.get("/parts/A-1/"))
    assert trace.trace_down(shop, Cause(KIND.TOOL, "T-1", deep=False)).total == 2
    value = next(found for found in trace.passport(shop, parts[0]).facts if found.key == "bore_1_um")
    with acting(shop):
        declare_wrong(shop, parts[0], value.at, value.thing_id, "dirty probe")
        with pytest.raises(NotFound):
            declare_wrong(shop, parts[0], value.at + timedelta(seconds=1), value.thing_id, "dirty probe")
        assert FactError.objects.of(shop).count() == 2


def test_labels_as_sheet_pdf_and_printer_text(quality: Client) -> None:
    page = body(quality.get("/parts/labels/?serial=A-1&serial=A-2"))
    assert f"(01){GTIN}(21)A-1" in page
    assert body(quality.get("/parts/labels/?serial=A-1&format=zpl")).count("^XZ") == 1
    pdf = quality.get("/parts/labels/?order=WO-1&format=pdf")
    assert pdf.content.startswith(b"%PDF")
    assert quality.get("/parts/labels/?serial=NOBODY").status_code == 404


def test_the_public_passport_by_signed_link_and_digital_link(quality: Client, parts: list[int]) -> None:
    public_pages._seen.clear()
    visitor = Client()
    assert visitor.get(f"/01/{GTIN}/21/A-1").status_code == 404
    quality.post(f"/parts/link/{parts[0]}/")
    link = visitor.get(f"/01/{GTIN}/21/A-1")["Location"]
    assert link.startswith("/p/")
    page = body(visitor.get(link))
    assert "A-1" in page
    for secret in ("T-1", "G-1", "Li Wei", "HEAT-7", "WO-1", "qc-l1", "bore_1_um"):
        assert secret not in page
    assert quality.get(f"/01/{GTIN}/21/A-1")["Location"] == "/parts/A-1/"
    assert visitor.get(link[:-3] + "x/").status_code == 404
    quality.post(f"/parts/link/{parts[0]}/", {"revoke": "1"})
    assert visitor.get(link).status_code == 404
    quality.post(f"/parts/link/{parts[0]}/")
    assert visitor.get(link).status_code == 404  # the new address is another one


def test_too_many_looks_are_refused(parts: list[int]) -> None:
    public_pages._seen.clear()
    visitor = Client()
    answers = [visitor.get("/p/forged/").status_code for _ in range(public_pages.PER_MINUTE + 1)]
    assert (answers[0], answers[-1]) == (404, 429)
    public_pages._seen.clear()


def test_events_go_to_another_firm_and_give_the_same_graph(
    shop: Scope, parts: list[int], scope_of: Callable[..., Scope], organisation: Callable[..., object]
) -> None:
    declared = next(row for row in trace.passport(shop, parts[1]).facts if row.key == "G-1")
    with acting(shop):
        declare_wrong(shop, parts[1], declared.at, declared.thing_id, "wrong gauge scanned")
    names = ["A-1", "A-2", "A-3", "AXLE-1"]
    sent = json.loads(json.dumps(document(part_events(shop, names), T0)))
    organisation("other")
    other = scope_of("other")
    refused = capture(other, sent)
    assert {one.code for one in refused} == {"trace.epcis_product"}
    with acting(other):
        Product(org="other", code="X", name_en="Bought", line_type="housing-machining", gtin=GTIN).save()
    taken = capture(other, sent)
    assert {one.outcome for one in taken} == {"taken"}
    assert {one.outcome for one in capture(other, sent)} == {"known"}
    with acting(other):
        assert CapturedEvent.objects.of(other).count() == len(taken)

    def graph(scope: Scope) -> list[object]:
        rows: list[object] = []
        for name in names:
            story = trace.passport(scope, trace.part_of(scope, name).id)
            up = trace.trace_up(scope, story.part.id)
            keys = {row.id: row.serial for row in up.parts}
            rows += [
                (name, f.kind, f.key, f.at, f.op, f.station, f.value, f.unit, f.spec, f.data, f.wrong)
                for f in story.facts
            ]
            rows += [(name, sorted(keys.values()), sorted((keys[a], keys[b]) for a, b in up.edges))]
            rows += [(name, sorted(p.serial for p in story.went_into))]
        return rows

    assert graph(other) == graph(shop)
    down = [
        sorted(row.serial for row in trace.recall(s, Cause(KIND.MATERIAL, "HEAT-7")).parts)
        for s in (shop, other)
    ]
    assert down[0] == down[1] == names


def test_the_capture_endpoint_and_the_page_name_what_is_refused(
    shop: Scope, parts: list[int], signed_in: Callable[..., Client]
) -> None:
    client = signed_in("qichi", "firm-admin")
    made = client.get("/api/v1/shopfloor/epcis/events?serial=A-1").json()
    made["epcisBody"]["eventList"].append({"type": "ObjectEvent", "eventTime": "2026-11-23T01:00:00Z",
                                           "eventTimeZoneOffset": "+00:00", "action": "OBSERVE", "epcList": []})  # fmt: skip
    answer = client.post("/api/v1/shopfloor/epcis/capture", json.dumps(made), content_type="application/json")
    assert answer.status_code == 200, answer.content
    found = answer.json()
    assert (found["taken"] > 0, len(found["refused"]), found["refused"][0]["code"]) == (
        True,
        1,
        "trace.epcis_event",
    )
    page = client.post("/parts/epcis/", {"document": SimpleUploadedFile("e.json", b"{}")}, follow=True)
    assert "EPCIS 2.0" in body(page)
    assert "no part that can be read" in body(client.get("/parts/epcis/?state=refused"))
    assert client.get("/api/v1/shopfloor/parts/A-1").json()["went_into"] == ["AXLE-1"]
    up = client.get("/api/v1/shopfloor/parts/AXLE-1/trace-up").json()
    assert up["edges"] == [["AXLE-1", "A-1"]]
    down = client.get("/api/v1/shopfloor/genealogy/trace-down?kind=tool&key=T-1&limit=2").json()
    assert (down["total"], len(down["parts"])) == (4, 2)
