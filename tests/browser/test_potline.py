"""The potline in a browser: the map shows and filters, a cell opens, an alarm is noted, targets are kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.browser.axe import assert_axe_clean
from tests.browser.pictures import demo_park, picture
from tests.contexts.potline import potroom
from tests.contexts.shopfloor.plant import write
from tests.factories.registry import scope_of

from gearpark.base import home
from gearpark.base.time import now_utc, to_us
from gearpark.contexts.potline.queries.campaigns import campaigns
from gearpark.contexts.potline.queries.lines import potline
from gearpark.contexts.potline.queries.plans import plans
from gearpark.contexts.potline.queries.shifts import shift_of
from gearpark.contexts.potline.services import plans as plan_services
from gearpark.contexts.potline.services.campaigns import draft, perform
from gearpark.kit.tenant import acting

ORG = "qineng"
CELLS, SECONDS = 24, 1_800
FAULTS = {300: ("effect", 3), 600: ("hands", 5), 1_500: ("silent", 7)}


def seed() -> None:
    """The demo's line as it is set up, and half an hour of its first cells in the lake up to now."""
    from gearpark.config.demo.park import park_scope
    from gearpark.config.demo.potline import load_potline

    demo_park()
    load_potline(park_scope())
    start = now_utc() - timedelta(seconds=SECONDS)
    told = potroom.told(to_us(start), SECONDS, home.folder("potroom"), cells=CELLS, faults=FAULTS)
    write(home.folder("lake"), ORG, [(one.tag, one.at_us, one.value, one.status) for one in told])


def _change() -> int:
    """A change of set-points that was tried on the twin; made once."""
    scope = scope_of(ORG)
    with acting(scope):
        known = campaigns(scope, potline(scope, "qn-p1"))
    if known:
        return known[0].id
    made = draft(scope, "qn-p1", "Less voltage in summer", {"volt": 3.92})
    perform(scope, made.id)
    return made.id


def _plan() -> int:
    """A released plan of today; made once."""
    scope = scope_of(ORG)
    day, _shift = shift_of(now_utc())
    with acting(scope):
        info = potline(scope, "qn-p1")
        known = [one for one in plans(scope, info) if one.day == day]
    if known:
        return known[0].id
    made = plan_services.draft(
        scope, "qn-p1", day, {"ladle_t": 10.0, "ladle_cells": 3, "reach": 6, "taps": 110, "changes": 95}, []
    )
    plan_services.perform(scope, made.id)
    return plan_services.release(scope, made.id).id


Open = Callable[..., Page]


@pytest.mark.parametrize(
    ("language", "theme", "width"),
    [("en", "light", 1440), ("zh-hans", "dark", 1440), ("en", "dark", 390), ("zh-hans", "light", 390)],
)
def test_looks(open_page: Open, language: str, theme: str, width: int) -> None:
    given: dict[str, Any] = {
        "language": language,
        "theme": theme,
        "width": width,
        "seed": seed,
        "shared": True,
    }
    page = open_page("/potline/", role="engineer", org=ORG, **given)
    root, name = page.url.split("/potline/")[0], f"potline-{language}-{theme}-{width}"
    expect(page.locator(".pl-map a")).to_have_count(300)
    picture(page, f"{name}-map")
    assert_axe_clean(page)
    for path in (
        "cells/3",
        "alarms",
        "report",
        "targets",
        "set-points",
        f"set-points/{_change()}",
        "set-points/new",
        "estimates",
        "plan",
        "plan/new",
        f"plan/{_plan()}",
        "work",
        "stock",
        "stock/new",
    ):
        page.goto(f"{root}/potline/qn-p1/{path}/")
        expect(page.locator("h1")).to_be_visible()
        picture(page, f"{name}-{path.replace('/', '-')}")
        assert_axe_clean(page)


def test_the_map_follows_figure_and_time(open_page: Open) -> None:
    page = open_page("/potline/qn-p1/", role="line-leader", org=ORG, seed=seed)
    expect(page.locator(".pl-cell.pl-nodata")).to_have_count(
        300 - CELLS + 1 + 1
    )  # cell 7 is silent; one in the legend
    page.locator("select[name='kpi']").select_option("voltage")
    expect(page.locator(".pl-when")).to_contain_text("Cell voltage")
    page.locator("input[name='back']").fill("1200")
    expect(page.locator(".pl-cell.pl-nodata")).to_have_count(301)  # nothing was told so long ago
    page.locator("input[name='back']").fill("0")
    expect(page.locator(".pl-cell.away")).to_have_count(1)
    page.locator(".pl-map a[aria-label^='5 ']").click()
    expect(page.get_by_role("heading", name="Cell 5")).to_be_visible()
    expect(page.locator(".lead")).to_contain_text("By hand at the cell")


def test_an_alarm_is_noted_and_targets_kept(open_page: Open) -> None:
    page = open_page("/potline/qn-p1/alarms/?alarm=anode_effect", role="line-leader", org=ORG, seed=seed)
    row = page.locator("tbody tr").first
    expect(row).to_contain_text("Anode effect")
    row.get_by_label("What was done").fill("pole used")
    row.get_by_role("button", name="Seen").click()
    expect(page.locator("tbody tr").first).to_contain_text("pole used")
    expect(page).to_have_url(re.compile("alarm=anode_effect"))
    page.goto(page.url.split("alarms/")[0] + "targets/")
    page.locator("#id_voltage-room").fill("0")
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_role("alert")).to_contain_text("above zero")
    page.locator("#id_voltage-room").fill("0.08")
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_text("Targets kept as revision 2.")).to_be_visible()
    page.locator("select[name='kpi']").select_option("voltage")
    expect(page.locator(".pl-when")).to_contain_text("± 0.080")


def test_the_crew_weighs_with_gloves_on(open_page: Open) -> None:
    page = open_page("/potline/", role="operator", org=ORG, seed=seed, width=390)
    _plan()
    page.goto(f"{page.url.split('/potline/')[0]}/potline/qn-p1/work/")
    job = page.locator(".pl-job").first
    number = job.locator(".pl-job-cell").inner_text()
    for target in (job.locator("input[name='kg']"), job.get_by_role("button", name="Done")):
        box = target.bounding_box()
        assert box is not None
        assert box["height"] >= 44
    job.locator("input[name='kg']").fill("3125")
    job.get_by_role("button", name="Done").click()
    done = page.locator(".pl-job").filter(has=page.get_by_role("link", name=number, exact=True)).first
    expect(done).to_contain_text("3,125 kg")
    done.get_by_role("button", name="Undo").click()
    done.get_by_text("Leave out").first.click()
    done.get_by_placeholder("Why").fill("anode effect")
    done.get_by_role("button", name="Leave out").click()
    expect(done).to_contain_text("anode effect")
