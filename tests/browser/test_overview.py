"""The overview and the wall screen on the demo park."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.browser.axe import assert_axe_clean, assert_fits
from tests.browser.pictures import demo_park, picture


@pytest.mark.parametrize(
    ("language", "theme", "width"),
    [("en", "light", 1440), ("zh-hans", "dark", 1440), ("en", "dark", 390), ("zh-hans", "light", 390)],
)
def test_overview(open_page: Callable[..., Page], language: str, theme: str, width: int) -> None:
    page = open_page("/", language=language, theme=theme, width=width, seed=demo_park)
    figures = page.locator(".over-figs .fig-value b")
    assert "248" in figures.all_inner_texts()
    assert {"195", "84"} <= set(figures.all_inner_texts())
    expect(page.locator(".z-group")).to_have_count(3)
    assert page.locator(".z-firm").count() >= 195
    expect(page.locator(".line-table tbody tr")).to_have_count(7)
    expect(page.locator(".z-board .z-lamp")).to_have_count(7)
    assert_axe_clean(page)
    assert_fits(page)
    picture(page, f"overview-{language}-{theme}-{width}")


def test_figures_open_to_where_they_come_from(open_page: Callable[..., Page]) -> None:
    page = open_page("/", seed=demo_park)
    page.locator(".line-table tbody a").first.click()
    expect(page).to_have_url(re.compile(r"/lines/qc-l1/"))
    page.go_back()
    page.locator(".over-figs a", has_text="Above size").click()
    expect(page).to_have_url(re.compile(r"/firms/\?state=above-size"))


def test_parts_come_by_the_event_stream(open_page: Callable[..., Page]) -> None:
    page = open_page("/", seed=demo_park)
    expect(page.locator("html")).to_have_attribute("data-parts", "live")
    expect(page.locator(".stale-note")).to_be_hidden()


@pytest.mark.parametrize(
    ("width", "height", "theme", "language"),
    [
        (1920, 1080, "dark", "zh-hans"),
        (1920, 1080, "light", "en"),
        (3840, 1080, "dark", "en"),
        (390, 844, "dark", "zh-hans"),
    ],
)
def test_wall_screen(
    open_page: Callable[..., Page], width: int, height: int, theme: str, language: str
) -> None:
    page = open_page("/wall/", width=width, height=height, theme=theme, language=language, seed=demo_park)
    expect(page.locator(".w-figs b", has_text="248")).to_be_visible()
    assert_fits(page)
    if width >= 1920:
        sizes = page.evaluate(
            "[...document.querySelectorAll('.w-figs b, .w-table b, .w-facts b')].map(e => parseFloat(getComputedStyle(e).fontSize))"
        )
        assert min(sizes) >= 46  # 29 mm at five metres
        words = page.evaluate(
            "[...document.querySelectorAll('.w-screen p, .w-screen td, .w-screen dt, .w-screen small, .w-screen h2')].map(e => parseFloat(getComputedStyle(e).fontSize))"
        )
        assert min(words) >= 24
        assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    assert_axe_clean(page)
    picture(page, f"wall-{language}-{theme}-{width}", full=False)


def test_wall_screen_can_be_paused(open_page: Callable[..., Page]) -> None:
    page = open_page("/wall/", width=1920, height=1080, seed=demo_park)
    expect(page.locator(".w-panel.on")).to_have_count(1)
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Rotate")).to_have_attribute("aria-pressed", "true")
    before = page.locator(".w-panel.on").get_attribute("data-scene")
    page.keyboard.press("ArrowRight")
    assert page.locator(".w-panel.on").get_attribute("data-scene") != before


def test_the_clock_is_true(open_page: Callable[..., Page]) -> None:
    page = open_page("/wall/", seed=demo_park)
    page.wait_for_function("document.querySelector('.w-clock time').textContent.length === 8")
    shown, true = page.evaluate(
        "[document.querySelector('.w-clock time').textContent,"
        " new Intl.DateTimeFormat('en-GB', {timeZone: 'Asia/Shanghai', hour: '2-digit', minute: '2-digit', second: '2-digit'}).format(Date.now())]"
    )
    seconds = [
        sum(int(part) * 60 ** (2 - k) for k, part in enumerate(text.split(":"))) for text in (shown, true)
    ]
    assert abs(seconds[0] - seconds[1]) <= 1
