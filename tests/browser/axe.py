"""Accessibility: axe-core (vendored, MPL-2.0) run in the page through the debugger, past the page's own policy."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import cycle
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect
from tests.browser.pictures import picture

SOURCE = next((Path(__file__).parent / "vendor").glob("axe-*.min.js"))
TAGS = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
COLOURS = {"type": "rule", "values": ["color-contrast"]}
WIDE, PHONE = 1440, 390


def in_turn(pages: Iterable[str]) -> list[tuple[str, str]]:
    """(language, page): every other page in Chinese, so that a long list is seen in both without being opened twice."""
    return list(zip(cycle(("en", "zh-hans")), pages, strict=False))


def violations(page: Page, rules: dict[str, Any] = TAGS) -> list[str]:
    """One line per violation: rule, impact, and the first elements."""
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(SOURCE.read_text(encoding="utf-8"))
    options = {"runOnly": rules, "resultTypes": ["violations"], "preload": False}
    found = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{item['id']} ({item['impact']}): {item['help']}; "
        + " | ".join(
            f"{node['target']} {' '.join(check['message'] for check in [*node['any'], *node['all'], *node['none']])[:160]}"
            for node in item["nodes"][:4]
        )
        for item in found["violations"]
    ]


def assert_axe_clean(page: Page, rules: dict[str, Any] = TAGS) -> None:
    """No WCAG 2.x A or AA violation on the page as it stands."""
    found = violations(page, rules)
    assert not found, f"{page.url}\n" + "\n".join(found)


def assert_fits(page: Page) -> None:
    """Nothing scrolls sideways but tables in their own frame."""
    wide, room = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert wide <= room, f"{page.url} is {wide} px wide in a window of {room} px"


def assert_sound(page: Page, name: str, *, full: bool = True) -> None:
    """One main heading; fits and is accessible, light on a phone and then, without a new load, dark on a desk."""
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    page.set_viewport_size({"width": PHONE, "height": 844})
    picture(page, f"{name}-light-{PHONE}", full=full)
    assert_fits(page)
    assert_axe_clean(page)
    page.set_viewport_size({"width": WIDE, "height": 900})
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    picture(page, f"{name}-dark-{WIDE}", full=full)
    assert_fits(page)
    assert_axe_clean(page, COLOURS)
