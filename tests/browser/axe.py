"""Accessibility: axe-core (vendored, MPL-2.0) run in the page through the debugger, past the page's own policy."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

SOURCE = next((Path(__file__).parent / "vendor").glob("axe-*.min.js"))
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
OPTIONS = {
    "runOnly": {"type": "tag", "values": TAGS},
    "resultTypes": ["violations"],
}  # the others are not spelt out


def violations(page: Page) -> list[str]:
    """One line per violation: rule, impact, and the first elements."""
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(SOURCE.read_text(encoding="utf-8"))
    found = page.evaluate("options => axe.run(document, options)", OPTIONS)
    return [
        f"{item['id']} ({item['impact']}): {item['help']}; "
        + " | ".join(
            f"{node['target']} {' '.join(check['message'] for check in [*node['any'], *node['all'], *node['none']])[:160]}"
            for node in item["nodes"][:4]
        )
        for item in found["violations"]
    ]


def assert_axe_clean(page: Page) -> None:
    """No WCAG 2.x A or AA violation on the page as it stands."""
    found = violations(page)
    assert not found, f"{page.url}\n" + "\n".join(found)


def assert_fits(page: Page) -> None:
    """Nothing scrolls sideways but tables in their own frame."""
    wide, room = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert wide <= room, f"{page.url} is {wide} px wide in a window of {room} px"
