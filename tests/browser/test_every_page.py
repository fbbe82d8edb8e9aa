"""Every page of the rail, on the demo park: opens, is accessible, fits a phone, in both themes and languages."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.urls import Resolver404, resolve
from django.utils import translation
from playwright.sync_api import Page, expect
from tests.browser.looks import assert_sound
from tests.browser.pictures import demo_park

from gearpark.config.nav import MAX_ENTRIES, RAIL

GROUPS = ("Park", "Plants", "Plan", "Trade", "Data", "System")
FRAMED = [
    entry.url for group in RAIL for entry in group.entries if entry.url not in ("/", "/wall/", "/api/v1/docs")
]
MORE = ["/firms/qichi/", "/lines/qc-l1/", "/assets/qc-l1/"]


def known(url: str) -> bool:
    try:
        resolve(url)
    except Resolver404:
        return False
    return True


def test_the_rail_has_six_groups_of_at_most_seven() -> None:
    with translation.override("en"):  # a client's request before this test may have left another language
        assert tuple(str(group.label) for group in RAIL) == GROUPS
    assert all(len(group.entries) <= MAX_ENTRIES for group in RAIL)


@pytest.mark.parametrize("url", [url for url in [*FRAMED, *MORE] if known(url)])
def test_page(open_page: Callable[..., Page], url: str) -> None:
    page = open_page(url, seed=demo_park, shared=True)
    here = page.locator(f'.rail a[aria-current][href="{url}"]')
    expect(here).to_have_count(1 if url in FRAMED else 0)
    assert_sound(page, url.strip("/").replace("/", "-"))
    expect(here).to_have_count(1 if url in FRAMED else 0)


def test_the_rail_is_a_bottom_bar_on_a_phone(open_page: Callable[..., Page]) -> None:
    page = open_page("/", width=390, height=844, seed=demo_park)
    bar = page.locator(".rail").bounding_box()
    assert bar is not None
    assert bar["y"] + bar["height"] == pytest.approx(844, abs=1)
    page.locator(".rail-tab").first.click()
    link = page.locator(".rail ul:popover-open a").nth(1)
    expect(link).to_be_visible()
    box = link.bounding_box()
    assert box is not None
    assert box["height"] >= 44


def test_search_hot_key(open_page: Callable[..., Page]) -> None:
    page = open_page("/", seed=demo_park)
    page.keyboard.press("/")
    expect(page.locator(".search input")).to_be_focused()
    page.keyboard.type("qichi")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/firms/\?q=qichi"))
