"""The line board in a browser: from a line's state down to raw observations, in both themes and languages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.axe import assert_axe_clean
from tests.contexts.shopfloor import plant
from tests.factories import registry as make

from gearpark.contexts.shopfloor import queries
from gearpark.contexts.shopfloor.public import ensure_demo_lines
from gearpark.engines.calendars import calendar_from, shipped
from gearpark.kit.tenant import acting

SHIFT = calendar_from(shipped("three-shift")).shift_of(date(2026, 11, 20), "early")
assert SHIFT is not None
CHOSEN = "?day=2026-11-20&shift=early"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Makes the demo lines and one shift of history of the first one."""
    monkeypatch.setenv("GEARPARK_HOME", str(tmp_path))
    queries.forget()
    plant.write(tmp_path / "lake", "qichi", plant.history("qc-l1", SHIFT.start_us, SHIFT.end_us, seed=11))

    def seed() -> None:
        make.organisation("qichi")
        scope = make.scope_of("qichi")
        with acting(scope):
            ensure_demo_lines(scope)

    yield seed
    queries.forget()


def test_from_the_list_down_to_raw_observations(
    open_page: Callable[..., Page], shop: Callable[[], None]
) -> None:
    page = open_page("/lines/", org="qichi", role="engineer", seed=shop)
    expect(page.locator(".line-row")).to_have_count(7)
    assert_axe_clean(page)
    page.get_by_role("link", name="Housing line 1", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Housing line 1")
    page.get_by_label("Production day").fill("2026-11-20")
    page.get_by_label("Shift", exact=True).select_option("early")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("iso22400-1").first).to_be_visible()
    expect(page.locator("[data-drawing] [data-unit]")).to_have_count(26)
    expect(page.locator(".band-row")).to_have_count(15)
    assert_axe_clean(page)
    page.get_by_role("link", name="Open the intervals behind it").click()
    expect(page.get_by_role("heading", name="Intervals")).to_be_visible()
    page.locator(".tabs").get_by_role("link", name="Running").click()
    assert "state=running" in page.url
    assert_axe_clean(page)
    page.get_by_role("link", name="Observations").first.click()
    expect(page.get_by_role("cell", name="item_state").first).to_be_visible()
    assert_axe_clean(page)


@pytest.mark.parametrize(("language", "theme"), [("en", "dark"), ("zh-hans", "light"), ("zh-hans", "dark")])
def test_board_and_wall_in_every_dress(
    open_page: Callable[..., Page], shop: Callable[[], None], language: str, theme: str
) -> None:
    page = open_page(
        f"/lines/qc-l1/{CHOSEN}", org="qichi", role="engineer", seed=shop, language=language, theme=theme
    )
    expect(page.locator(".lb-oee .factor")).to_have_count(3)
    assert_axe_clean(page)
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto(page.url.split("?")[0] + "wall/")
    figure = page.locator(".wall-fig > b").first
    expect(figure).to_be_visible()
    assert figure.evaluate("node => parseFloat(getComputedStyle(node).fontSize)") >= 92  # 20 arcmin at 10 m
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    assert_axe_clean(page)


def test_on_a_phone_nothing_but_framed_parts_scrolls_sideways(
    open_page: Callable[..., Page], shop: Callable[[], None]
) -> None:
    page = open_page(f"/lines/qc-l1/{CHOSEN}", org="qichi", role="engineer", seed=shop, width=390, height=844)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for address in ("/lines/", f"/lines/qc-l1/stations/op40a/{CHOSEN}"):
        page.goto(page.url.split("/lines/")[0] + address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
