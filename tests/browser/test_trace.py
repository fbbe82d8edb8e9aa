"""Parts in the browser: find one, read its life, open its graph, recall what a gauge touched, print, publish, compare lives."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from tests.factories import registry as make

from gearpark.contexts.shopfloor.models import Product
from gearpark.contexts.shopfloor.public import ensure_demo_lines
from gearpark.contexts.shopfloor.queries import trace
from gearpark.contexts.shopfloor.services import recalls
from gearpark.contexts.shopfloor.services.life import save_study
from gearpark.contexts.shopfloor.services.passports import give_link
from gearpark.contexts.shopfloor.services.trace import add_facts_of_many
from gearpark.contexts.shopfloor.services.work import record_runs
from gearpark.contexts.shopfloor.types.life import LifeRow, LifeStudyWanted
from gearpark.contexts.shopfloor.types.trace import Cause, Fact, FactKind
from gearpark.contexts.shopfloor.types.work import RunResult, RunSeen
from gearpark.engines.lines import template
from gearpark.kit.tenant import acting

from .axe import assert_axe_clean
from .pictures import picture

T0 = datetime(2026, 11, 23, 0, 10, tzinfo=UTC)
OPEN = Callable[..., Page]
WHO = {"org": "qichi", "role": "quality-engineer"}
PARTS = 24
KIND = FactKind


def shop() -> None:
    """Two dozen housings through the whole line, some scrapped or under way; one built into an axle module; life data."""
    make.organisation("qichi", name_en="Qichi Intelligent Manufacturing", name_zh="齐驰智能制造")
    scope = make.scope_of("qichi")
    ensure_demo_lines(scope)
    with acting(scope):
        names = [f"QCL1-261123-{590 + n:05d}" for n in range(PARTS)]
        ids = record_runs(
            scope, "qc-l1", [run for n, name in enumerate(names) for run in _runs(n, name)]
        ).serial_ids
        add_facts_of_many(scope, {ids[name]: _facts(n) for n, name in enumerate(names)})
        axle = RunSeen("AXLE-0007", "op10a", T0 + timedelta(hours=30), order="WO-A-9", variant="H12-C")
        axle_id = record_runs(scope, "qc-l2", [axle]).serial_ids["AXLE-0007"]
        facts = [Fact(KIND.CHILD, names[0], T0 + timedelta(hours=30), 10, "op10a"),
                 Fact(KIND.MATERIAL, "BOLT-M12-8842", T0 + timedelta(hours=30), 10, "op10a", 12, "pc")]  # fmt: skip
        add_facts_of_many(scope, {axle_id: facts})
        Product.objects.of(scope).filter(code="H12-M").update(gtin="06901234567892")
        give_link(scope, ids[names[0]])
        recalls.open_recall(
            scope,
            "Porous castings CAST-0007",
            Cause(KIND.MATERIAL, "CAST-QCL1-261123-0007"),
            "pores at the flange",
        )
        rng = random.Random(4)
        for name, factor in (("Gear G-210, case hardened", 1.0), ("Gear G-210 B, shot peened", 14.0)):
            lives = [round(factor * 210 * rng.weibullvariate(1, 2.2), 1) for _ in range(16)]
            end = factor * 260  # the bench stops; what still lives is censored
            rows = tuple(LifeRow(min(life, end), life <= end) for life in sorted(lives))
            save_study(scope, LifeStudyWanted(name, name.partition(",")[0], "h", rows))


def _runs(n: int, serial: str) -> list[RunSeen]:
    shape = template("housing-machining")
    found = []
    groups = list(shape.groups.values())
    last = len(groups) if n < 18 else 3 + n % 4
    for step, stations in enumerate(groups[:last]):
        station = stations[n % len(stations)]
        begun = T0 + timedelta(minutes=7 * n + 38 * step)
        over = step < last - 1 or n < 18
        scrap = n in (5, 11) and step == len(groups) - 1
        found.append(RunSeen(
            serial, station.code, begun, begun + timedelta(minutes=5, seconds=7 * n % 60) if over else None,
            RunResult.SCRAP if scrap else RunResult.GOOD, "bore" if scrap else "", order="QC-L1-261123-02", variant="H12-M",
        ))  # fmt: skip
    return found


def _facts(n: int) -> list[Fact]:
    shape = template("housing-machining")
    rng = random.Random(n)
    found: list[Fact] = []
    for run in _runs(n, "x"):
        station = next(item for item in shape.stations if item.code == run.station)
        operation = shape.operation_of(run.station)
        assert operation is not None
        at, op = run.begun_at, station.op

        def fact(
            kind: FactKind,
            key: str,
            seconds: float = 0,
            value: float | None = None,
            unit: str = "",
            at: datetime = at,
            op: int = op,
            code: str = run.station,
            **data: object,
        ) -> Fact:
            return Fact(kind, key, at + timedelta(seconds=seconds), op, code, value, unit, data)  # fmt: skip

        found.append(fact(KIND.MACHINE, f"qc-l1-{run.station}"))
        found.append(fact(KIND.FIXTURE, f"FX-{run.station.upper()}-H12-M", 2))
        if op == 10:
            found.append(fact(KIND.MATERIAL, f"CAST-QCL1-261123-{7 + n // 10:04d}", 3, 1.0, "pc"))
            found.append(fact(KIND.OPERATOR, "Li Wei"))
        if operation.program:
            found.append(fact(KIND.PROGRAM, operation.program_of("H12-M"), 4, hash=f"7c1e{op}a9b"))
        found += [
            fact(KIND.TOOL, f"{tool}-QCL1{run.station.upper()}-{n // 8:04d}", 10 + 30 * k, 0.1 + n * 0.02)
            for k, tool in enumerate(operation.tool_classes)
        ]
        found += [
            fact(KIND.GAUGE, f"{g.upper()}-QCL1-{run.station.upper()}", 20) for g in operation.gauge_classes
        ]
        for item in shape.measured_by(run.station):
            if item.kind.value == "variable":
                room = item.usl or 10.0
                value = round(rng.gauss(0 if item.lsl is not None else 0.4 * room, room / 6), 2)
                value = room + 3.4 if n in (5, 11) and item.code == "bore_2_um" else value
                limits = {"lower": item.lsl, "upper": item.usl}
                found.append(fact(KIND.VALUE, item.code, 200, value, item.unit, **limits))
        if operation.is_test:
            found.append(fact(KIND.TEST, "part_result", 210, 0.0 if n in (5, 11) and op == 90 else 1.0))
    return found


PAGES = (
    ("parts", "/parts/"),
    ("part", "/parts/QCL1-261123-00595/"),
    ("trace-part", "/parts/trace/?serial=AXLE-0007"),
    ("trace-tool", "/parts/trace/?kind=material&key=CAST-QCL1-261123-0007"),
    ("recall", "/parts/recall/?kind=gauge&key=CMM-PROBE-QCL1-CMM90"),
    ("case", "/parts/recall/1/"),
    ("labels", "/parts/labels/?serial=QCL1-261123-00590&serial=QCL1-261123-00591&serial=AXLE-0007"),
    ("epcis", "/parts/epcis/"),
    ("life", "/parts/life/?old=1&new=2&wanted=8"),
    ("life-study", "/parts/life/1/"),
    ("life-new", "/parts/life/new/"),
)


def sideways(page: Page) -> bool:
    return bool(
        page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1")
    )


@pytest.mark.parametrize(("name", "path"), PAGES, ids=[name for name, _ in PAGES])
def test_every_page_is_accessible_and_fits(open_page: OPEN, name: str, path: str) -> None:
    page = open_page(path, seed=shop, **WHO)
    picture(page, f"{name}-en-light")
    assert_axe_clean(page)
    assert not sideways(page)
    page = open_page(path, language="zh-hans", theme="dark", width=390, height=844, **WHO)
    picture(page, f"{name}-zh-dark-390")
    assert not sideways(page)
    if os.environ.get("GEARPARK_PICTURES"):
        picture(open_page(path, language="zh-hans", theme="dark", **WHO), f"{name}-zh-dark")
        picture(open_page(path, width=390, height=844, **WHO), f"{name}-en-390")


def test_from_a_scan_to_the_recall_and_back(open_page: OPEN) -> None:
    page = open_page("/parts/", seed=shop, **WHO)
    page.keyboard.type("QCL1-261123-00590")  # a scanner types wherever the cursor is
    page.keyboard.press("Enter")
    page.wait_for_url("**/parts/QCL1-261123-00590/")
    page.get_by_role("link", name="Trace", exact=True).first.click()
    page.wait_for_url("**/parts/trace/**")
    graph = page.locator("#graph")
    before = graph.locator(".tr-graph g").count()
    graph.get_by_role("link", name=re.compile("^Open .*Tool")).first.focus()
    page.keyboard.press("Enter")
    expect(graph.locator(".tr-graph g").nth(before)).to_be_attached()
    assert "open=" in page.url
    page.goto(page.url.partition("/parts/")[0] + "/parts/recall/")
    page.get_by_label("What was bad").select_option("tool")
    page.get_by_label("Which one").fill("FM125")
    expect(page.locator("#cause-keys option").first).to_be_attached()
    page.get_by_label("Which one").fill("FM125-QCL1OP10A-0000")
    page.get_by_role("button", name="Show parts").click()
    page.get_by_label("Name of the case").fill("Chipped cutter")
    page.get_by_label("Why").fill("chipped edge found at change")
    page.get_by_role("button", name="Freeze").click()
    page.wait_for_url("**/parts/recall/*/")
    page.get_by_role("button", name="Hold").click()
    page.get_by_text("held by this case").wait_for()
    assert page.get_by_role("heading", level=1).inner_text().startswith("Chipped cutter")


def test_the_public_passport_needs_no_sign_in(open_page: OPEN) -> None:
    open_page("/parts/", seed=shop, **WHO)
    scope = make.scope_of("qichi")
    with acting(scope):
        link = trace.passport_link(scope, trace.part_of(scope, "QCL1-261123-00590").id)
    page = open_page(link, signed_in=False)
    picture(page, "passport-en-light")
    assert_axe_clean(page)
    assert "QCL1-261123-00590" in page.content()
    page = open_page(link, signed_in=False, language="zh-hans", theme="dark", width=390, height=844)
    picture(page, "passport-zh-dark-390")
    assert not sideways(page)
