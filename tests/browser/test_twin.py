"""The twin in a browser: a model is drawn, run, dragged and changed; a study is read; a run is played."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.browser.axe import assert_axe_clean
from tests.browser.pictures import demo_park, picture
from tests.contexts.shopfloor.plant import history, write
from tests.factories.registry import scope_of

from gearpark.base import home
from gearpark.base.time import to_us
from gearpark.contexts.twin.queries.models import model_of_line
from gearpark.contexts.twin.queries.runs import run_rows
from gearpark.contexts.twin.services.runs import ask, perform
from gearpark.contexts.twin.types import Asked, ModelInfo, Question
from gearpark.kit.tenant import acting

ORG = "qichi"


def seed() -> None:
    """The demo's models with their first answers worked out."""
    from gearpark.config.demo.park import park_scope
    from gearpark.config.demo.twin import load_twin

    demo_park()
    load_twin(park_scope())
    work()


def work() -> None:
    """What the worker does: answer every run that waits."""
    scope = scope_of(ORG)
    with acting(scope):
        waiting = list(run_rows(scope).filter(status="waiting").values_list("pk", flat=True))
    for key in sorted(waiting):
        perform(scope, key)


Open = Callable[..., Page]


@pytest.mark.parametrize(
    ("language", "theme", "width"),
    [("en", "light", 1440), ("zh-hans", "dark", 1440), ("en", "dark", 390), ("zh-hans", "light", 390)],
)
def test_looks(open_page: Open, language: str, theme: str, width: int) -> None:
    given: dict[str, Any] = {
        "role": "engineer",
        "org": ORG,
        "language": language,
        "theme": theme,
        "width": width,
        "seed": seed,
        "shared": True,
    }
    name = f"twin-{language}-{theme}-{width}"
    page = open_page("/twin/", **given)
    picture(page, f"{name}-list")
    keys = {
        row.inner_text().strip(): row.get_attribute("href")
        for row in page.locator("table a[href^='/twin/']").all()
    }
    automated = next(url for text, url in keys.items() if "automated" in text)
    page.goto(page.url.split("/twin/")[0] + str(automated))
    expect(page.locator("[data-drawing]")).to_be_visible()
    picture(page, f"{name}-model")
    assert_axe_clean(page)
    page.goto(page.url + "edit/")
    page.locator("[data-node='op20']").click()
    expect(page.locator("#tw-cycle")).to_have_value("10.5 min")
    picture(page, f"{name}-edit")
    assert_axe_clean(page)
    study = next(url for text, url in keys.items() if "etrofit" in text or "study" in text.lower())
    page.goto(page.url.split("/twin/")[0] + str(study))
    expect(page.locator(".tw-steps").first).to_be_attached()
    picture(page, f"{name}-study")
    assert_axe_clean(page)
    page.goto(page.url.split("/twin/")[0] + "/twin/lines/qc-l1/")
    picture(page, f"{name}-forecast")


def _key(page: Page, name: str) -> str:
    return str(page.locator(f"table a:has-text('{name}')").first.get_attribute("href"))


def test_a_line_is_drawn_and_changed(open_page: Open) -> None:
    page = open_page("/twin/", role="engineer", org=ORG, seed=seed)
    page.goto(page.url.split("/twin/")[0] + _key(page, "Housing line by hand") + "edit/")
    node = page.locator("[data-node='op30']")
    box = node.locator("[data-body]").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + 30, box["y"] + 120, steps=4)
    with page.expect_response("**/places/") as kept:
        page.mouse.up()
    assert kept.value.ok
    row = float(node.get_attribute("data-row") or 0)
    assert row > 0
    page.reload()
    expect(page.locator("[data-node='op30']")).to_have_attribute("data-row", f"{row:g}")

    page.locator("[data-node='op30']").focus()
    page.keyboard.press("Enter")
    page.locator("#tw-cycle").fill("9 parsec")
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_role("alert")).to_contain_text("parsec")
    expect(page.locator("#tw-cycle")).to_have_value("9 parsec")
    page.locator("#tw-cycle").fill("9 min")
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_role("status")).to_have_text("Kept as revision 2.")

    page.locator(".tw-tools select[name='table']").select_option("buffers")
    page.locator(".tw-tools input[name='name']").fill("rack")
    page.locator(".tw-tools select[name='after']").select_option("op20")
    page.get_by_role("button", name="Put in").click()
    expect(page.locator("[data-node='rack']")).to_be_visible()
    expect(page.locator("#tw-capacity")).to_have_value("5")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("[data-node='rack']")).to_have_count(0)
    page.get_by_role("button", name="Money").click()
    page.locator("#tw-text").fill("margin: 100 CNY\nhours: 4000 h\n")
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_role("status")).to_have_text("Kept as revision 5.")
    page.get_by_role("link", name="Done").click()
    expect(page.get_by_text("revision 5")).to_be_visible()


def test_a_run_is_asked_followed_and_played(open_page: Open) -> None:
    page = open_page("/twin/", role="line-leader", org=ORG, seed=seed)
    root = page.url.split("/twin/")[0]
    model = _key(page, "Shaft line")
    page.goto(root + model)
    page.get_by_role("button", name="Run", exact=True).first.click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    work()
    expect(page.get_by_role("heading", name="Where the time of the stations goes")).to_be_visible()
    page.goto(root + model)
    page.locator("input[name='hours']").fill("1")
    page.get_by_role("button", name="Animate").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    work()
    page.locator("[data-seek]").wait_for()
    page.locator("[data-seek]").fill("1000")
    expect(page.locator("[data-told]")).to_have_text("1:00:00")
    assert int(page.locator("[data-good]").inner_text()) > 0
    page.locator("[data-seek]").fill("0")
    page.get_by_role("button", name="Play").click()
    expect(page.locator("[data-told]")).not_to_have_text("0:00:00")
    picture(page, "twin-played")
    page.get_by_role("button", name="Play").click()


UNTIL = datetime(2026, 11, 21, 22, 30, tzinfo=UTC)
DAYS = 6


def seed_history() -> None:
    """The models, six days of housing line 1 in the lake, and its model held against them."""
    seed()
    start = UNTIL - timedelta(days=DAYS)
    write(home.folder("lake"), ORG, history("qc-l1", to_us(start), to_us(UNTIL), seed=3), commits=6)
    ask(scope_of(ORG), _model().id, Asked(Question.CALIBRATE, days=DAYS, until=UNTIL))
    work()


def _model() -> ModelInfo:
    """The model of housing line 1."""
    scope = scope_of(ORG)
    with acting(scope):
        found = model_of_line(scope, "qc-l1")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("language", "theme", "width"),
    [("en", "light", 1440), ("zh-hans", "dark", 1440), ("en", "dark", 390), ("zh-hans", "light", 390)],
)
def test_a_calibration_is_read(open_page: Open, language: str, theme: str, width: int) -> None:
    given: dict[str, Any] = {"language": language, "theme": theme, "width": width, "shared": True}
    page = open_page("/twin/runs/?question=calibrate", role="engineer", org=ORG, seed=seed_history, **given)
    page.locator("table a[href^='/twin/runs/']").first.click()
    expect(page.locator(".tw-fit").first).to_be_visible()
    picture(page, f"twin-calibration-{language}-{theme}-{width}")
    assert_axe_clean(page)


def test_a_model_is_calibrated_and_kept(open_page: Open) -> None:
    page = open_page("/twin/", role="engineer", org=ORG, seed=seed_history)
    page.goto(f"{page.url}{_model().id}/")
    page.locator("input[name='days']").fill("3")
    page.locator("input[name='until']").fill("2026-11-20T06:30")
    page.get_by_role("button", name="Calibrate from the line").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    work()
    before = _model().revision
    page.get_by_role("button", name="Keep the calibrated model as a new revision").click()
    expect(page.get_by_text(f"Kept as revision {before + 1}.")).to_be_visible()


def test_a_viewer_only_looks(open_page: Open) -> None:
    page = open_page("/twin/", role="viewer", org=ORG, seed=seed)
    expect(page.get_by_role("link", name="New model")).to_have_count(0)
    page.goto(page.url.split("/twin/")[0] + _key(page, "Housing line, automated"))
    expect(page.get_by_role("button", name="Run")).to_have_count(0)
    expect(page.get_by_role("link", name="Download (YAML)")).to_be_visible()
