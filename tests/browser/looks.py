"""A page in its looks: language, theme, width."""

from __future__ import annotations

from django.conf import settings
from playwright.sync_api import Page, expect
from tests.browser.axe import assert_axe_clean, assert_fits
from tests.browser.pictures import picture

DESK, PHONE = ("en", "light", 1440), ("zh-hans", "dark", 390)
HEIGHT = 900


def cookies(language: str, theme: str) -> dict[str, str]:
    """What a browser keeps of a person's choice of language and theme."""
    return {settings.LANGUAGE_COOKIE_NAME: language, "gearpark_theme": theme}


def assert_sound(page: Page, name: str, *, full: bool = True) -> None:
    """One main heading, fits, accessible; first as ``DESK``, the page as opened, then loaded again as ``PHONE``."""
    for language, theme, width in (DESK, PHONE):
        if (language, theme, width) != DESK:
            site, chosen = page.evaluate("location.origin"), cookies(language, theme)
            page.context.add_cookies([{"name": key, "value": chosen[key], "url": site} for key in chosen])
            page.set_viewport_size({"width": width, "height": HEIGHT})
            page.reload(wait_until="load")
        expect(page.locator("html")).to_have_attribute("data-theme", theme)
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        picture(page, f"{name}-{language}-{theme}-{width}", full=full)
        assert_fits(page)
        assert_axe_clean(page)
