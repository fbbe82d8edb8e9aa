"""Line types in a browser: drawn, opened, exported, changed; and the board of a line of every other type."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.axe import assert_axe_clean
from tests.browser.pictures import FOLDER, picture
from tests.contexts.shopfloor import plant
from tests.factories import registry as make

from gearpark.contexts.shopfloor import queries
from gearpark.contexts.shopfloor.public import LineWanted, ensure_line
from gearpark.engines.calendars import calendar_from, shipped
from gearpark.engines.lines import template, template_codes
from gearpark.kit.tenant import acting

SHIFT = calendar_from(shipped("two-shift-0630")).shift_of(date(2026, 11, 20), "early")
assert SHIFT is not None
CHOSEN = "?day=2026-11-20&shift=early"
LINES = {f"t-{i}": code for i, code in enumerate(template_codes())}
DRESSES = [("en", "light", 1440), ("zh-hans", "dark", 1440), ("zh-hans", "light", 390), ("en", "dark", 390)]
OPEN = "engineer"


def seed() -> None:
    """One line of every type, in one firm, all on the same calendar."""
    make.organisation("qichi")
    scope = make.scope_of("qichi")
    with acting(scope):
        for asset, code in LINES.items():
            shape = template(code)
            wanted = LineWanted(
                asset, f"{shape.title_en} 1", code, "two-shift-0630", shape.plan_per_shift, shape.title_zh
            )
            ensure_line(scope, wanted, org="qichi")


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One shift of one line of a type with charges, and of all types when pictures are kept."""
    monkeypatch.setenv("GEARPARK_HOME", str(tmp_path))
    queries.forget()
    for asset, code in LINES.items():
        if FOLDER or code == "gear-machining":
            plant.write(
                tmp_path / "lake",
                "qichi",
                plant.history(asset, SHIFT.start_us, SHIFT.end_us, seed=11, code=code),
            )
    yield
    queries.forget()


def test_types_are_listed_and_one_is_opened(open_page: Callable[..., Page]) -> None:
    page = open_page("/lines/types/", org="qichi", role=OPEN, seed=seed)
    expect(page.locator(".type-row")).to_have_count(len(LINES))
    assert_axe_clean(page)
    picture(page, "types-en-light")
    page.get_by_role("link", name="Gear machining line", exact=True).last.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Gear machining line")
    expect(page.locator("[data-drawing] [data-unit]")).to_have_count(len(template("gear-machining").devices))
    assert_axe_clean(page)
    page.locator('[data-unit="ht50a"]').click()
    assert page.url.endswith("#op-50")
    with page.expect_download() as sent:
        page.get_by_role("link", name="Export as TOML").click()
    assert sent.value.suggested_filename == "line-gear-machining.toml"


@pytest.mark.parametrize(("language", "theme", "width"), DRESSES)
def test_a_type_in_every_dress(open_page: Callable[..., Page], language: str, theme: str, width: int) -> None:
    codes = template_codes() if FOLDER else ("chip-packaging",)
    for code in codes:
        page = open_page(f"/lines/types/{code}/", org="qichi", role=OPEN, seed=seed, language=language, theme=theme,
                         width=width)  # fmt: skip
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        picture(page, f"type-{code}-{language}-{theme}-{width}")
    assert_axe_clean(page)


def test_set_up_shows_what_a_type_brings_and_an_own_type_is_kept(open_page: Callable[..., Page]) -> None:
    page = open_page("/lines/new/", org="qichi", role=OPEN, seed=seed)
    page.get_by_label("Line type").select_option("axle-shaft")
    expect(page.locator("#type-brief")).to_contain_text("Heat and upset flange")
    picture(page, "line-new-en-light")
    assert_axe_clean(page)
    page = open_page("/lines/new-type/?from=die-casting", org="qichi", role=OPEN, seed=seed)
    text = page.get_by_label("Document (TOML)").input_value()
    page.get_by_label("Document (TOML)").fill(text.replace("life_parts = 9000", "life_parts = 0"))
    page.get_by_role("button", name="Check and keep").click()
    expect(page.get_by_text("tool class 'DIE-GH': life_parts must be above 0")).to_be_visible()
    picture(page, "type-faults-en-light")
    page.get_by_label("Document (TOML)").fill(text.replace("life_parts = 9000", "life_parts = 8000"))
    page.get_by_role("button", name="Check and keep").click()
    expect(page.get_by_text("is kept as revision 1")).to_be_visible()
    assert_axe_clean(page)
    picture(page, "type-own-en-light")


@pytest.mark.usefixtures("lake")
def test_the_board_of_a_line_with_furnaces(open_page: Callable[..., Page]) -> None:
    codes = LINES if FOLDER else {a: c for a, c in LINES.items() if c == "gear-machining"}
    for asset, code in codes.items():
        page = open_page(f"/lines/{asset}/{CHOSEN}", org="qichi", role=OPEN, seed=seed)
        expect(page.locator("[data-drawing] [data-unit]")).to_have_count(len(template(code).devices))
        picture(page, f"board-{code}-en-light")
        if FOLDER:
            open_page(
                f"/lines/{asset}/{CHOSEN}",
                org="qichi",
                role=OPEN,
                seed=seed,
                language="zh-hans",
                theme="dark",
            )
            picture(page, f"board-{code}-zh-dark")
    assert_axe_clean(page)
