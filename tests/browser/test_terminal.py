"""The operator terminal in a real browser: instruction, checks, good and scrap; an hour without a server; refusals."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.browser.axe import assert_axe_clean, assert_fits
from tests.browser.pictures import picture
from tests.browser.work_shop import LINE, boss, shop_at_work

from gearpark.contexts.shopfloor.models import OperationRun, Serial, StepCheck, WorkOrder, WorkReport
from gearpark.contexts.shopfloor.services import work
from gearpark.kit.tenant import acting

Open = Callable[..., Page]
CONNECTED = re.compile("Connected|已连接")


def terminal(open_page: Open, station: str, **looks: object) -> Page:
    page = open_page(
        f"/terminal/{LINE}/{station}/", org="qichi", role="firm-admin", seed=shop_at_work, **looks
    )
    expect(page.locator("#t-chips")).to_contain_text(CONNECTED)
    return page


def be(page: Page, name: str) -> None:
    """Say who stands here."""
    page.locator(".t-person", has_text=name).click()
    expect(page.locator(".t-person.on")).to_contain_text(name)


@pytest.mark.parametrize(
    ("station", "language", "theme", "width", "height"),
    [
        ("op10a", "en", "light", 1280, 800),
        ("op40b", "zh-hans", "dark", 1280, 800),
        ("op10a", "zh-hans", "light", 390, 844),
    ],
)
def test_looks(open_page: Open, station: str, language: str, theme: str, width: int, height: int) -> None:
    page = terminal(open_page, station, language=language, theme=theme, width=width, height=height)
    if station == "op10a":
        be(page, "李娜")
        expect(page.locator(".t-step img")).to_have_js_property("complete", True)
    picture(page, f"terminal-{station}-{language}-{theme}-{width}", full=False)
    assert_fits(page)
    assert_axe_clean(page)
    for button in page.locator(".t-actions button").all():
        box = button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 48


def test_checks_open_the_way_to_good(open_page: Open) -> None:
    page = terminal(open_page, "op10a", width=1280, height=800)
    be(page, "李娜")
    beacon = page.locator("#t-beacon")
    expect(beacon).to_have_attribute("data-kind", "work")
    serial = beacon.locator("b").inner_text()
    expect(page.locator("#t-good")).to_be_disabled()
    page.locator("#t-check").click()  # confirm
    expect(page.locator(".t-text")).to_contain_text("flash")
    page.locator("#t-check").click()
    page.get_by_role("button", name="Nothing to see").click()
    page.locator("#t-check").click()
    for key in ("7", "1"):
        page.locator(".t-keys").get_by_role("button", name=key, exact=True).click()
    page.locator(".t-pad").get_by_role("button", name="Enter").click()
    expect(page.locator(".t-checked.wrong")).to_contain_text("71")  # beyond the limits
    expect(page.locator("#t-good")).to_be_disabled()
    page.locator("#t-check").click()
    page.locator(".t-number").fill("60")
    page.locator(".t-pad").get_by_role("button", name="Enter").click()
    picture(page, "terminal-ready-for-good", full=False)
    page.locator("#t-good").click()
    page.get_by_role("button", name="Undo").click()  # a slip of the glove
    page.locator("#t-good").click()
    expect(beacon).not_to_contain_text(serial)
    expect(page.locator("#t-waiting")).to_have_count(0, timeout=15_000)
    scope = boss()
    with acting(scope):
        run = OperationRun.objects.of(scope).get(serial__serial=serial, op=10)
        assert (run.result, run.by, run.instruction_id is not None) == ("good", "李娜 Li Na", True)
        assert StepCheck.objects.of(scope).filter(run=run).count() == 4
        assert WorkReport.objects.of(scope).filter(serial__serial=serial, kind="good").count() == 1


def test_an_hour_without_a_server(open_page: Open) -> None:
    """Work goes on offline, survives a reload, and counts once when the connection is back."""
    scope = boss()
    page = terminal(
        open_page, "op20a", width=1280, height=800, tolerate=("ERR_INTERNET_DISCONNECTED", "Failed to load")
    )
    be(page, "李娜") if page.locator(".t-person").count() > 1 else None
    expect(page.locator("html")).to_have_attribute("data-kept", "yes")
    row = page.locator(".t-row[data-serial]").first
    serial = row.get_attribute("data-serial") or ""
    with acting(scope):
        before = WorkReport.objects.of(scope).count()
    page.context.set_offline(True)
    row.locator("button").click()
    expect(page.locator("#t-beacon")).to_contain_text(serial)
    page.locator("#t-scrap").click()
    page.locator(".t-choices").get_by_role("button").first.click()
    expect(page.locator("#t-waiting")).to_contain_text("2 reports wait")
    expect(page.locator("#t-notes")).to_contain_text("No connection")
    picture(page, "terminal-offline", full=False)
    page.reload()
    expect(page.locator("#t-waiting")).to_contain_text("2 reports wait")
    expect(page.locator(f".t-row[data-serial='{serial}']")).to_have_count(0)
    with acting(scope):
        assert WorkReport.objects.of(scope).count() == before
    page.context.set_offline(False)
    expect(page.locator("#t-waiting")).to_have_count(0, timeout=20_000)
    expect(page.locator("#t-chips")).to_contain_text("Connected")
    with acting(scope):
        assert WorkReport.objects.of(scope).count() == before + 2
        assert Serial.objects.of(scope).get(serial=serial).status == "scrap"


def test_what_the_server_refuses_is_shown_and_kept(open_page: Open) -> None:
    scope = boss()
    page = terminal(open_page, "op30a", width=1280, height=800, tolerate=("ERR_INTERNET_DISCONNECTED",))
    row = page.locator(".t-row[data-serial]").first
    serial = row.get_attribute("data-serial") or ""
    page.context.set_offline(True)
    row.locator("button").click()
    expect(page.locator("#t-waiting")).to_contain_text("1 reports wait")
    with acting(scope):
        part = Serial.objects.of(scope).get(serial=serial)
    work.hold_serial(scope, part.pk, "seen on the way")
    page.context.set_offline(False)
    expect(page.locator("#t-refused")).to_contain_text("1 reports were refused", timeout=20_000)
    page.locator("#t-refused").click()
    expect(page.locator(".t-list .refused")).to_contain_text(f"Part {serial} is held.")
    picture(page, "terminal-refused", full=False)
    page.get_by_role("button", name="Discard").click()
    expect(page.locator("#t-refused")).to_have_count(0)


def test_a_badge_at_the_scanner_signs_on(open_page: Open) -> None:
    scope = boss()
    page = terminal(open_page, "wash70", width=1280, height=800)
    with acting(scope):
        order = WorkOrder.objects.of(scope).get(number="WO-DEMO")
        serial = Serial.objects.of(scope).filter(order=order, next_op=70, status="open")[0].serial
    page.keyboard.type("QC-1009")  # no field is touched: a scanner only types
    page.keyboard.press("Enter")
    expect(page.locator(".t-person")).to_have_count(2)
    page.keyboard.type(f"]d2012000079800001921{serial}")
    page.keyboard.press("Enter")
    expect(page.locator("#t-beacon")).to_contain_text(re.compile(f"{serial}|skill"))
    page.keyboard.type("NO-SUCH-CODE")
    page.keyboard.press("Enter")
    expect(page.locator("#t-toast")).to_contain_text("NO-SUCH-CODE")
