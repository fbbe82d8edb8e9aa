"""Stops, KPIs, shift report, hand-over and walls in a browser: a leader's way through the end of a shift."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.axe import assert_axe_clean, assert_fits
from tests.browser.pictures import FOLDER, picture
from tests.contexts.shopfloor import plant
from tests.factories import registry as make

from gearpark.contexts.shopfloor import queries
from gearpark.contexts.shopfloor.public import ensure_demo_lines
from gearpark.contexts.shopfloor.queries.stops import stop_rows
from gearpark.contexts.shopfloor.services import bookings, handover, revisions, stop_reasons
from gearpark.contexts.shopfloor.types.figures import BookingWanted
from gearpark.engines.calendars import calendar_from, shipped
from gearpark.kit.tenant import acting

CALENDAR = calendar_from(shipped("three-shift"))
SHIFT = CALENDAR.shift_of(date(2026, 11, 20), "early")
assert SHIFT is not None
DAY, CODE = "2026-11-20", "early"
CHOSEN = f"?day={DAY}&shift={CODE}"
NOW = datetime.fromtimestamp(SHIFT.end_us / 1e6, UTC) + timedelta(hours=1)
DRESSES = [("en", "light", 1440), ("zh-hans", "dark", 390), ("zh-hans", "light", 1440), ("en", "dark", 390)]
PAGES = ("stops", "kpi", "report", "handover", "revisions")


@pytest.fixture(scope="module")
def points() -> list[plant.Point]:
    return plant.history("qc-l1", SHIFT.start_us, SHIFT.end_us, seed=11)


@pytest.fixture
def shop(
    tmp_path: Path, points: list[plant.Point], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], None]]:
    """A shift of the first line: published, some stops booked (so published again), a hand-over begun."""
    monkeypatch.setenv("GEARPARK_HOME", str(tmp_path))
    queries.forget()
    plant.write(tmp_path / "lake", "qichi", points)
    yield seed
    queries.forget()


def seed() -> None:
    make.organisation("qichi")
    scope = make.scope_of("qichi", person_id=901)
    with acting(scope):
        ensure_demo_lines(scope)
    revisions.publish_due(scope, NOW)
    with acting(scope):
        found = queries.board(scope, "qc-l1", NOW, DAY, CODE)
        rows = [row for row in stop_rows(found) if row.station == "op40a"]
    rows.sort(key=lambda row: -row.planned_us)
    reasons = ("technical-spindle", "changeover-variant")
    wanted = [
        BookingWanted("op40a", row.start_us, code, note="轴承温度高，已报修")
        for row, code in zip(rows, reasons, strict=False)
    ]
    bookings.book(scope, "qc-l1", DAY, CODE, wanted, NOW)
    handover.add_note(
        scope, "qc-l1", DAY, CODE, "machine", "OP40A 主轴轴承温度偏高，每两小时点检一次。", NOW, point=True
    )
    handover.add_note(scope, "qc-l1", DAY, CODE, "safety", "OP20B 门前地面有冷却液，已铺防滑垫。", NOW)
    handover.add_note(scope, "qc-l1", DAY, CODE, "order", "Order 4711 is four pieces short of its lot.", NOW)
    handover.hand_over(scope, "qc-l1", DAY, CODE, NOW)
    for kpi, value in (("oee", 0.85), ("availability", 0.9), ("mttr_plain", 1200.0), ("scrap_ratio", 0.01)):
        stop_reasons.set_target(scope, "qc-l1", kpi, value)
    revisions.publish_due(scope, NOW + timedelta(minutes=2))


def test_a_leader_books_a_stop_writes_and_takes_the_shift_over(
    open_page: Callable[..., Page], shop: Callable[[], None]
) -> None:
    page = open_page(f"/lines/qc-l1/stops/{CHOSEN}&short=1", org="qichi", role="line-leader", seed=shop)
    first = page.locator(".stop").first
    expect(first).to_be_visible()
    station = first.locator(".stop-station").inner_text()
    first.locator(".stop-book > button").first.click()  # one touch; the page opened with the stop in view
    expect(page.get_by_text("1 stop booked.")).to_be_visible()
    page.locator("select[name=show]").select_option("booked")
    page.locator(".stop-filters").get_by_role("button", name="Show").click()
    expect(page.locator(".stop-booked").first).to_be_visible()
    assert station.startswith("OP40")
    for box in page.locator(".stop-pick input").all()[:2]:
        box.check()
    expect(page.locator("[data-bulk]")).to_be_visible()
    assert_axe_clean(page)

    page.locator(".line-tabs").get_by_role("link", name="Hand-over").click()
    page.locator(".ho-write textarea").fill("Gauge 7 goes to calibration")
    page.locator(".ho-kinds").get_by_text("Quality", exact=True).click()
    page.get_by_role("button", name="Write").click()
    expect(page.locator(".ho-note", has_text="Gauge 7 goes to calibration")).to_be_visible()
    page.get_by_role("button", name="I have read it and take over").click()
    expect(page.get_by_text("You took the shift over.")).to_be_visible()
    assert_axe_clean(page)

    page.locator(".line-tabs").get_by_role("link", name="KPIs").click()
    page.locator("#availability summary").click()
    expect(page.locator("#availability .kpi-open")).to_contain_text("Actual production time")
    page.locator("#availability").get_by_role("link", name="Intervals").first.click()
    expect(page.get_by_role("heading", name="Intervals")).to_be_visible()


@pytest.mark.parametrize(
    ("language", "theme", "width"),
    DRESSES if FOLDER else DRESSES[:2],
)
def test_pages_in_every_dress(
    open_page: Callable[..., Page], shop: Callable[[], None], language: str, theme: str, width: int
) -> None:
    page = open_page(
        f"/lines/qc-l1/report/{CHOSEN}", org="qichi", role="line-leader", seed=shop, language=language, theme=theme,
        width=width,
    )  # fmt: skip
    root = page.url.split("/lines/")[0]
    addresses = [f"/lines/qc-l1/{name}/{CHOSEN}" for name in PAGES]
    for address in [*addresses, f"/lines/qc-l1/{CHOSEN}", "/lines/kpi/", "/lines/reasons/"]:
        page.goto(root + address)
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        assert_fits(page)
        assert_axe_clean(page)
        picture(page, f"{address.split('?')[0].strip('/').replace('/', '-')}-{language}-{theme}-{width}")


@pytest.mark.parametrize(("width", "height", "theme"), [(1920, 1080, "light"), (3840, 2160, "dark")])
def test_walls_are_read_from_five_metres_and_fit(
    open_page: Callable[..., Page], shop: Callable[[], None], width: int, height: int, theme: str
) -> None:
    """20 minutes of arc at 5 m are 46 px on a 55-inch full-HD screen."""
    page = open_page(
        f"/lines/qc-l1/wall/{CHOSEN}", org="qichi", role="viewer", seed=shop, theme=theme, language="zh-hans",
        width=width, height=height,
    )  # fmt: skip
    least = 46 * width / 1920
    for address, parts in (
        (
            f"/lines/qc-l1/wall/{CHOSEN}",
            ".wall-fig span, .wall-fig em, .wall-list li, .wall-state b, .wall-top h1",
        ),
        ("/lines/wall/", ".wt-name, .wt-state b, .wt-made b, .wt-foot, .walls-top p"),
    ):
        page.goto(page.url.split("/lines/")[0] + address)
        expect(page.locator("h1")).to_be_visible()
        sizes = page.locator(parts).evaluate_all(
            "nodes => nodes.map(n => parseFloat(getComputedStyle(n).fontSize))"
        )
        assert min(sizes) >= least - 0.5
        assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
        assert_axe_clean(page)
        picture(page, f"wall-{address.split('/')[2]}-{theme}-{width}", full=False)
