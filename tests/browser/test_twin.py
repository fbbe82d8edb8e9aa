"""The twin in a browser: a model is drawn, run, dragged and changed; a study is read; a run is played."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.browser.axe import assert_axe_clean
from tests.browser.pictures import demo_park, picture
from tests.factories.registry import scope_of

from gearpark.contexts.twin.queries.runs import run_rows
from gearpark.contexts.twin.services.runs import perform
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
