"""The quality room in a browser: from the cockpit to a signal that is closed, a study, a lot, a pass rate."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from tests.browser.axe import assert_axe_clean
from tests.browser.pictures import picture
from tests.factories import registry as make

from gearpark.base.time import now_utc
from gearpark.contexts.shopfloor.models import Product, Serial
from gearpark.contexts.shopfloor.public import ensure_demo_lines
from gearpark.contexts.shopfloor.queries import quality as queries
from gearpark.contexts.shopfloor.services import quality as services
from gearpark.contexts.shopfloor.services.work import register_line_order
from gearpark.kit.tenant import acting

RIGHTS = ("shopfloor.view", "shopfloor.edit", "shopfloor.work", "shopfloor.quality", "shopfloor.release")
POINTS = 90
PIECES = 6000
FAILED = (310, 2400, 4100)


def quality_room() -> None:
    """One line with charts, values, limits and one signal; parts that left; studies and a scheme."""
    make.organisation("qichi")
    scope, now = make.scope_of("qichi", *RIGHTS), now_utc()
    rng = random.Random(7)
    with acting(scope):
        ensure_demo_lines(scope)
        services.ensure_demo_charts(scope, ["qc-l1"])
        begin = now - timedelta(hours=12)
        for i in range(POINTS):
            for code, maker, spread in (("bore_1_um", "op40a", 2.2), ("bore_2_um", "op40b", 3.1)):
                at = begin + timedelta(minutes=6 * i, seconds=7)
                services.add_measurement(
                    scope, "qc-l1", code, round(rng.gauss(0.5, spread), 2), at, now, maker=maker
                )
        services.freeze_demo_limits(scope, now - timedelta(hours=2))
        late = now - timedelta(minutes=2)
        services.add_measurement(scope, "qc-l1", "bore_1_um", 16.4, late, now, maker="op40a")
        chart = next(item for item in queries.charts(scope, line="qc-l1") if item.maker == "op40a")
        services.judge_chart(scope, chart.id, now - timedelta(hours=2), now)
        services.ensure_demo_studies(scope, "qichi", now)
        order = register_line_order(scope, "qc-l1", "qc-l1-261125-01", "s", now)
        product = Product.objects.of(scope).filter(orders=order).get()
        Serial.objects.of(scope).bulk_create(
            [
                Serial(
                    org="qichi", product=product, order_id=order, serial=f"T-{n:05}", begun_at=now, version=1,
                    done_at=now - timedelta(minutes=PIECES - n), status="scrap" if n in FAILED else "good",
                )
                for n in range(PIECES)
            ]
        )  # fmt: skip


def test_a_signal_is_found_and_closed(open_page: Callable[..., Page]) -> None:
    page = open_page("/quality/", org="qichi", role="quality-engineer", seed=quality_room)
    expect(page.get_by_role("heading", level=1)).to_have_text("Quality")
    assert_axe_clean(page)
    picture(page, "quality-cockpit")
    page.locator(".q-cell.signals").first.click()
    expect(page.get_by_text("station held").first).to_be_visible()
    assert_axe_clean(page)
    picture(page, "quality-chart")
    while page.get_by_role("button", name="Close", exact=True).count():
        page.get_by_placeholder("Cause").first.fill("chip on the locating pin")
        page.get_by_placeholder("Action taken").first.fill("pin cleaned, part scrapped")
        page.get_by_role("button", name="Close", exact=True).first.click()
    expect(page.locator(".lead").get_by_text("in control")).to_be_visible()


def test_limits_are_frozen_again(open_page: Callable[..., Page]) -> None:
    page = open_page("/quality/", org="qichi", role="quality-engineer", seed=quality_room)
    page.locator(".q-cell").filter(has_text="OP40B").filter(has_text="Ppk").first.click()
    page.get_by_label("Note").fill("after the new spindle")
    page.get_by_role("button", name="Approve and freeze").click()
    expect(page.get_by_text("Limits version 2 are in force.")).to_be_visible()


def test_what_the_pieces_show(open_page: Callable[..., Page]) -> None:
    page = open_page("/quality/passrate/", org="qichi", role="quality-engineer", seed=quality_room)
    expect(page.locator(".q-verdict").first).to_contain_text("3 failed of 6,000")
    assert_axe_clean(page)
    picture(page, "quality-passrate")
    page.locator("select[name=line]").select_option("qc-l1")
    page.get_by_role("button", name="Show").click()
    page.get_by_label("Target pass rate").fill("0.999")
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_text("The promise is kept.")).to_be_visible()
    page.get_by_label("Serial").fill("T-00001")
    page.get_by_label("Reason").fill("leak at the customer")
    page.get_by_role("button", name="Record").click()
    expect(page.get_by_text("recorded as found bad")).to_be_visible()


def test_a_study_from_pasted_rows(open_page: Callable[..., Page]) -> None:
    page = open_page("/quality/studies/", org="qichi", role="quality-engineer", seed=quality_room)
    assert_axe_clean(page)
    page.get_by_role("link", name="New study").click()
    page.get_by_label("Study").select_option("type1")
    page.get_by_label("Title").fill("Ring gauge 62")
    page.get_by_label("Reference value").fill("62")
    page.get_by_label("Tolerance (width)").fill("0.02")
    rng = random.Random(3)
    page.get_by_label("or paste the rows").fill(
        "\n".join(f"{62 + rng.gauss(0, 0.0003):.5f}" for _ in range(30))
    )
    page.get_by_role("button", name="Compute").click()
    expect(page.get_by_text("The study is computed and kept.")).to_be_visible()
    expect(page.get_by_text("Cgk", exact=True)).to_be_visible()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("The study is approved.")).to_be_visible()
    page.goto(page.url.split("/quality/")[0] + "/quality/studies/")
    page.get_by_role("link", name="bore 1").first.click()
    assert_axe_clean(page)
    picture(page, "quality-study")


def test_a_lot_is_judged(open_page: Callable[..., Page]) -> None:
    page = open_page("/quality/sampling/", org="qichi", role="quality-engineer", seed=quality_room)
    page.get_by_role("link", name="CAST-IN").click()
    page.get_by_label("Lot", exact=True).fill("H-4711")
    page.locator("form.form").get_by_label("Lot size").fill("1300")
    page.get_by_label("Nonconforming in the sample").fill("1")
    page.get_by_role("button", name="Judge the lot").click()
    expect(page.get_by_text("Lot H-4711 is accepted.")).to_be_visible()
    assert_axe_clean(page)
    picture(page, "quality-scheme")


@pytest.mark.parametrize(
    ("language", "theme", "width"),
    [("zh-hans", "dark", 1440), ("zh-hans", "light", 390), ("en", "dark", 390)],
)
def test_every_dress(open_page: Callable[..., Page], language: str, theme: str, width: int) -> None:
    page = open_page(
        "/quality/", org="qichi", role="quality-engineer", seed=quality_room, language=language, theme=theme, width=width
    )  # fmt: skip
    root = page.url.split("/quality/")[0]
    for name in ("", "passrate/", "studies/", "sampling/", "signals/"):
        page.goto(f"{root}/quality/{name}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert_axe_clean(page)
        picture(page, f"quality-{name.strip('/') or 'cockpit'}-{language}-{theme}-{width}")
    page.goto(f"{root}/quality/")
    page.locator(".q-cell").filter(has_text="OP40A").first.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    picture(page, f"quality-chart-{language}-{theme}-{width}")
