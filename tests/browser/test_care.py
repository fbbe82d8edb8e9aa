"""Care and calls in a browser: accessible and fitting, a call from hand to hand, the wall, the supervisor's phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.care_seed import cared_for
from tests.browser.looks import assert_sound
from tests.factories import registry as make

from gearpark.base.time import now_utc
from gearpark.contexts.shopfloor.services import calls
from gearpark.contexts.shopfloor.types.calls import CallWanted

PAGES = (
    "/care/", "/care/changes/qc-l1/", "/care/tools/111/", "/care/tools/kinds/1/", "/care/gauges/3/", "/care/plans/1/",
    "/care/plans/new/", "/care/orders/board/", "/care/orders/calendar/", "/care/orders/MO-000005/", "/care/spares/2/",
    "/care/machines/", "/care/machines/qc-l1-op20a/", "/care/zones/", "/calls/", "/calls/wall/", "/calls/raise/",
    "/calls/48/", "/calls/stats/", "/calls/types/", "/calls/types/1/", "/supervisor/",
)  # fmt: skip


@pytest.mark.parametrize("url", PAGES)
def test_page(open_page: Callable[..., Page], url: str) -> None:
    page = open_page(url, org="qichi", role="firm-admin", seed=cared_for, shared=True)
    assert_sound(page, url.strip("/").replace("/", "-"), full="wall" not in url)


def test_a_call_from_hand_to_hand(open_page: Callable[..., Page]) -> None:
    page = open_page(
        "/calls/raise/?line=qc-l5&station=op30a",
        org="qichi",
        role="operator",
        width=390,
        height=844,
        seed=cared_for,
    )
    page.get_by_label("Subject").fill("Chips in the fixture")
    button = page.get_by_role("button", name="Machine")
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= 48
    button.click()
    expect(page).to_have_url(re.compile(r"/calls/\d+/$"))
    board = open_page("/calls/line/qc-l5/", org="qichi", role="technician", width=1440)
    card = board.locator(".call", has_text="Chips in the fixture")
    expect(card).to_have_class(re.compile("fresh"))
    clock = card.locator("[data-until]")
    before = clock.text_content()
    expect(clock).not_to_have_text(before or "")  # it ticks
    card.get_by_role("button", name="Accept").click()
    expect(board.locator(".call.fresh")).to_have_count(0)
    board.locator(".call").get_by_role("button", name="On site").click()
    board.locator(".call").get_by_role("button", name="Contained").click()
    board.locator(".call summary", has_text="Close").click()
    board.locator(".call").get_by_role("button", name="Gripper or handling").click()
    expect(board.get_by_text("Nobody calls.")).to_be_visible()


def test_the_wall_follows_and_flashes_only_for_those_who_allow_it(open_page: Callable[..., Page]) -> None:
    page = open_page("/calls/wall/", org="qichi", role="viewer", width=1920, height=1080, seed=cared_for)
    rows = page.locator(".andon-row")
    count = rows.count()
    assert (
        rows.first.evaluate("row => getComputedStyle(row).animationName") == "none"
    )  # reduced motion is asked for
    page.emulate_media(reduced_motion="no-preference")
    fresh = page.locator(".andon-row.fresh").first
    assert fresh.evaluate("row => getComputedStyle(row).animationName") == "andon-row"
    assert (
        1.4 <= 1 / float(fresh.evaluate("row => parseFloat(getComputedStyle(row).animationDuration)")) <= 2.8
    )
    assert (
        page.locator(".andon-row:not(.fresh)").first.evaluate("row => getComputedStyle(row).animationName")
        == "none"
    )
    height = fresh.locator(".andon-what b").evaluate("text => parseFloat(getComputedStyle(text).fontSize)")
    assert height >= 46  # 29 mm on a 55-inch screen: read at five metres
    scope = make.scope_of("qichi")

    calls.raise_call(scope, CallWanted("safety", "qc-l7", "op60b", "Coolant on the floor"), now_utc())
    expect(rows).to_have_count(count + 1)
    expect(page.locator(".andon-row", has_text="Coolant on the floor")).to_be_visible()


def test_a_photo_is_made_small_before_it_travels(open_page: Callable[..., Page], tmp_path: Path) -> None:
    page = open_page("/supervisor/", org="qichi", role="line-leader", width=390, height=844, seed=cared_for)
    photo = tmp_path / "big.png"
    page.set_viewport_size({"width": 2600, "height": 2600})
    page.screenshot(path=photo)
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator(".sup-call").first.get_by_role("link", name="Photo").click()
    field = page.locator("input[type=file]")
    field.set_input_files(photo)
    expect(field).to_have_attribute("data-small", re.compile(r"\d+"))
    page.get_by_role("button", name="Attach").click()
    picture_shown = page.locator(".call-photo img")
    expect(picture_shown).to_be_visible()
    assert (
        picture_shown.evaluate(
            "img => img.decode().then(() => Math.max(img.naturalWidth, img.naturalHeight))"
        )
        <= 1600
    )


def test_a_tool_is_changed_on_its_page(open_page: Callable[..., Page]) -> None:
    page = open_page("/care/changes/qc-l2/", org="qichi", role="technician", seed=cared_for)
    row = page.locator("tbody tr").first
    serial = row.locator("a").first.text_content() or ""
    kind = serial.split("-")[0]
    row.locator("a").first.click()
    page.get_by_label("Successor").fill(f"{kind}-S001")
    page.get_by_role("button", name="Change the tool").click()
    expect(page.get_by_role("status")).to_contain_text("its life is kept")
    expect(page.locator(".head-state")).to_contain_text("Worn")
    page.goto(page.url.split("/care/")[0] + "/care/changes/qc-l2/")
    expect(page.get_by_role("link", name=f"{kind}-S001", exact=True)).to_be_visible()
