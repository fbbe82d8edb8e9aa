"""Signing in and out, language, theme."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.browser.axe import assert_axe_clean, assert_fits
from tests.factories import registry as make

PASSWORD = "forty two gears turn"  # of a person who exists in this test only


def test_sign_in_and_out(open_page: Callable[..., Page]) -> None:
    page = open_page(
        "/wall/", signed_in=False, seed=lambda: make.person("qijiang-park", "park-admin", "lin", PASSWORD)
    )
    expect(page).to_have_title("Sign in · Gearpark")
    page.get_by_label("Sign-in name").fill("lin")
    page.get_by_label("Password").fill("wrong " + PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    assert_axe_clean(page)
    page.get_by_label("Sign-in name").fill("lin")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_title("Wall screen · Gearpark")  # the page that was asked for
    page.goto(page.url.replace("/wall/", "/"))
    page.locator(".person summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_title("Sign in · Gearpark")


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_door_in_both_themes_and_languages(
    open_page: Callable[..., Page], language: str, theme: str, width: int
) -> None:
    page = open_page("/sign-in/", signed_in=False, language=language, theme=theme, width=width)
    expect(page.get_by_role("heading", level=1)).to_have_text("登录" if language == "zh-hans" else "Sign in")
    assert_axe_clean(page)
    assert_fits(page)


def test_language_and_theme_switch_stay(open_page: Callable[..., Page]) -> None:
    page = open_page("/")
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_role("button", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    page.locator(".theme-button").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    dark = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    page.locator(".theme-button").click()  # as the system
    page.locator(".theme-button").click()  # light
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") != dark


def test_unknown_page_says_so_in_words(open_page: Callable[..., Page]) -> None:
    page = open_page("/no-such-page/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing here")
    assert_axe_clean(page)


def test_what_is_hidden_takes_no_room(open_page: Callable[..., Page]) -> None:
    page = open_page("/sign-in/", signed_in=False)
    shown = page.evaluate(
        "(() => { const b = document.createElement('button'); b.hidden = true; document.body.append(b);"
        " return getComputedStyle(b).display; })()"
    )
    assert shown == "none"
