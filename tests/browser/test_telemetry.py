"""Telemetry in the browser: namespace with live values, tag chart with zoom, connections, add a machine, jobs."""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.axe import assert_axe_clean, assert_fits
from tests.contexts.telemetry import support
from tests.contexts.telemetry.test_wizard import machine_server, process
from tests.factories import registry as make

from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.bus.sparkplug import DataType
from gearpark.contexts.telemetry import public as telemetry
from gearpark.contexts.telemetry import queries, services
from gearpark.kit.tenant import acting

SIGNALS = {
    "load": (DataType.DOUBLE, 1.0),
    "item_state": (DataType.STRING, None),
    "part_count": (DataType.DOUBLE, None),
}
SHOTS = os.environ.get("GEARPARK_SHOTS", "")
FIRM: Scope = make.scope_of("qichi")
PARK: Scope = make.scope_of("qijiang-park", park=True)
WORDS = ("Executing", "Executing", "NotExecuting", "Executing", "OutOfService")


def shoot(page: Page, name: str) -> None:
    """A picture for people to look at, when GEARPARK_SHOTS names a folder."""
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


@pytest.fixture(scope="module")
def home_folder(committed_db: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The lake and the gateways' tokens of this module; its database rows live as long."""
    folder = tmp_path_factory.mktemp("home")
    patch = pytest.MonkeyPatch()
    patch.setenv("GEARPARK_HOME", str(folder))
    yield folder
    patch.undo()


@pytest.fixture(scope="module")
def ear(home_folder: Path) -> Iterator[str]:
    """A real broker, and this process listening to it."""
    with support.broker() as url:
        telemetry.stop_live()  # whatever the web application started before listens elsewhere
        telemetry.start_live(url)
        support.until(telemetry.bus_connected, what="the ear")
        yield url
        telemetry.stop_live()


def machines() -> None:
    """Three machines of one line, with an hour of history of the first."""
    support.onboard(FIRM, PARK, "l1-op10a", "l1-op10b", "l1-op20a", org_path="qichi/qiaohe/machining/l1")
    now = time.time_ns() // 1000
    hour = [
        (now - (3600 - k) * 1_000_000, 50 + 30 * math.sin(k / 300) + 8 * math.sin(k / 7), 0)
        for k in range(3600)
    ]
    hour = [point for k, point in enumerate(hour) if not 1500 < k < 1700]
    support.store("qichi", "l1-op10a/load", hour)
    states = [(now - (3600 - 120 * k) * 1_000_000, WORDS[k % len(WORDS)], 0) for k in range(30)]
    support.store("qichi", "l1-op10a/item_state", states)
    support.store(
        "qichi", "l1-op10a/part_count", [(at, float(k // 330), 0) for k, (at, _, _) in enumerate(hour)]
    )


class Talking:
    """An edge node that says a new load ten times a second until the block ends."""

    def __init__(self, url: str) -> None:
        self.edge = support.Edge(url, "qichi", "l1-op10a", SIGNALS)
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._talk, daemon=True)

    def _talk(self) -> None:
        number = 0
        while not self.done.wait(0.1):
            number += 1
            now = time.time_ns() // 1000
            self.edge.say(
                load=(now, 40.0 + number % 10),
                item_state=(now, "Executing"),
                part_count=(now, float(number // 10)),
            )

    def __enter__(self) -> Talking:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.done.set()
        self.thread.join()
        self.edge.stop()


def test_namespace_tree_search_live_and_keyboard(ear: str, open_page: Callable[..., Page]) -> None:
    page = open_page("/uns/", org="qichi", role="firm-admin", seed=machines)
    tree = page.get_by_role("tree")
    expect(tree.get_by_role("treeitem")).to_have_count(2)
    tree.locator("summary").nth(1).focus()
    page.keyboard.press("ArrowRight")
    expect(tree.get_by_role("treeitem")).to_have_count(3)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url("**/uns/?path=qichi/qiaohe")
    expect(page.locator("[data-tag-row]")).to_have_count(9)
    with Talking(ear):
        row = page.locator("[data-tag-row]", has_text="op10a").filter(has_text="load")
        expect(row.locator("[data-quality]")).to_have_attribute("data-quality", "good", timeout=10_000)
        first = row.locator("live-value b").inner_text()
        expect(row.locator("live-value b")).not_to_have_text(first)
        shoot(page, "uns-en-light-1440")
        assert_axe_clean(page)
    expect(row.locator("[data-quality]")).to_have_attribute("data-quality", "stale", timeout=10_000)
    page.get_by_placeholder("Asset, signal, title or unit").fill("op20a part")
    expect(page.locator("[data-tag-row]")).to_have_count(1)
    page.locator("[data-tag-row] a").first.click()
    page.wait_for_url("**/chart/?tag=l1-op20a/part_count")


def test_chart_zooms_by_itself_and_shows_words(ear: str, open_page: Callable[..., Page]) -> None:
    path = "/chart/?tag=l1-op10a/load&tag=l1-op10a/part_count&tag=l1-op10a/item_state&last=3600"
    page = open_page(path, org="qichi", role="firm-admin", seed=machines)
    expect(page.locator("park-chart canvas")).to_have_count(1)
    shoot(page, "chart-en-light-1440")
    expect(page.locator(".strip rect").first).to_be_visible()
    shoot(page, "chart-en-light-1440")
    assert_axe_clean(page)
    spans = []
    page.on("response", lambda answer: spans.append(answer.json()) if "/chart/data/" in answer.url else None)
    canvas = page.locator("park-chart canvas").bounding_box()
    assert canvas is not None
    middle, height = canvas["x"] + canvas["width"] / 2, canvas["y"] + canvas["height"] / 2
    for _ in range(
        3
    ):  # draw over a tenth of the time axis: an hour, six minutes, half a minute, some seconds
        with page.expect_response(lambda answer: "/chart/data/" in answer.url and "start=" in answer.url):
            page.mouse.move(middle - canvas["width"] / 20, height)
            page.mouse.down()
            page.mouse.move(middle + canvas["width"] / 20, height, steps=4)
            page.mouse.up()
    assert spans[-1]["end_us"] - spans[-1]["start_us"] < 60_000_000
    assert spans[-1]["series"][0]["grain_s"] == 0
    page.get_by_role("button", name="Show as table").click()
    expect(page.locator("park-chart .chart-table table")).to_be_visible()
    page.get_by_label("Add a signal").fill("op10b load")
    expect(page.locator("#found a")).to_have_count(1)
    page.locator("#found a").click()
    expect(page.locator(".chip")).to_have_count(4)
    page.get_by_text("Kept charts").click()
    page.get_by_label("Keep this one as").fill("Four")
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.locator(".chip")).to_have_count(4)


def test_add_a_machine_from_address_to_first_values(
    ear: str, home_folder: Path, app_url: str, open_page: Callable[..., Page]
) -> None:
    def gateway() -> None:
        with acting(PARK):
            token = telemetry.ensure_gateway(PARK, "gw1")
        file = home_folder / "secrets" / "gateway-gw1.token"
        file.parent.mkdir(exist_ok=True)
        file.write_text(token)

    where = {"GEARPARK_MQTT": ear, "GEARPARK_HOME": str(home_folder)}
    page = open_page("/connections/", org="qichi", role="firm-admin", seed=gateway)
    shoot(page, "connections-empty-en-light-1440")
    with (
        machine_server() as address,
        process("gearpark.gateway", "--name", "gw1", "--core", app_url, **where),
    ):
        support.until(lambda: "gw1" in queries.gateway_health(), what="the gateway's first word")
        page.get_by_role("link", name="Add a machine").first.click()
        page.wait_for_url("**/connections/add/")
        shoot(page, "add-en-light-1440")
        assert_axe_clean(page)
        page.get_by_label("Address").fill(address)
        page.get_by_role("button", name="Look", exact=True).click()
        expect(page.get_by_label("Asset id")).to_be_visible(timeout=30_000)
        shoot(page, "look-en-light-1440")
        assert_axe_clean(page)
        page.get_by_label("Name of this connection").fill("Press shop")
        page.get_by_label("Asset id").fill("press-7")
        page.get_by_label("Place (site/area/line/unit)").fill("qiaohe/press-shop/p7")
        page.get_by_role("button", name="Dry run").click()
        expect(page.get_by_text("Nothing is stored yet")).to_be_visible()
        shoot(page, "check-en-light-1440")
        assert_axe_clean(page)
        page.get_by_role("button", name="Go", exact=True).click()
        page.wait_for_url("**/connections/press-shop/?new=1")
        row = page.locator("[data-tag-row]").filter(has_text="part_count")
        expect(row.locator("[data-quality]")).to_have_attribute("data-quality", "good", timeout=30_000)
        expect(page.locator("#health .state-value")).to_contain_text("OK", timeout=15_000)
        shoot(page, "connection-en-light-1440")
        assert_axe_clean(page)
        page.goto(app_url + "/connections/")
        expect(page.locator("tbody tr").filter(has_text="Press shop")).to_contain_text("OK")
        shoot(page, "connections-en-light-1440")
        assert_axe_clean(page)


def ran_jobs() -> None:
    for job in ("rollup", "compaction", "retention"):
        services.run_job(job, now_utc())


@pytest.mark.parametrize(
    ("language", "theme", "width"),
    [("zh-hans", "dark", 1440), ("zh-hans", "light", 390), ("en", "dark", 390)],
)
def test_pages_in_both_languages_and_themes(
    ear: str, open_page: Callable[..., Page], language: str, theme: str, width: int
) -> None:
    look = {"language": language, "theme": theme, "width": width}
    chart = "/chart/?tag=l1-op10a/load&tag=l1-op10a/item_state&last=3600"
    paths = {
        "uns": "/uns/?path=qichi/qiaohe",
        "chart": chart,
        "connections": "/connections/",
        "jobs": "/jobs/",
    }
    paths["add"] = "/connections/add/"
    seeds = {"uns": machines, "jobs": ran_jobs}
    with Talking(ear):
        for name, path in paths.items():
            page = open_page(path, seed=seeds.get(name), **look)
            if name == "uns":
                expect(page.locator("[data-quality='good']").first).to_be_visible()
            if name == "chart":
                expect(page.locator(".strip rect").first).to_be_visible()
            shoot(page, f"{name}-{language}-{theme}-{width}")
            assert_axe_clean(page)
            assert_fits(page)
