"""Browser tests: the real ASGI application on the test database, driven by headless Chromium.

Fixtures:

    app_url                 address of the served application
    open_page(path, ...)    a page of a signed-in person, its path may be asked for after the seed; ``role``, ``org``, ``language``, ``theme``, ``width``, ``height``,
                            ``seed`` (a function that commits data; once a module), ``signed_in=False`` for the door,
                            ``shared=True`` for a page that only looks: its context keeps its cache for the module
    assert_axe_clean(page)  no violation of WCAG 2.x A and AA (from ``tests.browser.axe``)

A page that logged an error, broke the content security policy or asked another host fails its test at the end.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import uvicorn
from django.conf import settings
from django.test import TransactionTestCase
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from tests.browser.looks import cookies
from tests.factories import registry as make

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 20.0
PAGE_TIMEOUT_MS = 15_000
NOT_OURS = ("the server responded with a status of 4",)  # pages that are meant to be refused


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)


def forget_readings() -> None:
    """What the application keeps in memory of another module's park."""
    from gearpark.contexts.statistics import queries

    queries.forget()


class _Server(uvicorn.Server):
    """uvicorn that says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = threading.Event()

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        self.listening.set()


@pytest.fixture(scope="module")
def app_url(committed_db: set[Any]) -> Iterator[str]:
    """The application as ``gearpark up`` serves it, on a free port, in a thread of this process."""
    from gearpark.config.asgi import application

    config = uvicorn.Config(
        application,
        host="127.0.0.1",
        port=0,
        log_level="warning",
        lifespan="off",
        timeout_graceful_shutdown=2,
    )
    server = _Server(config)
    thread = threading.Thread(target=server.run, name="test-web", daemon=True)
    thread.start()
    assert server.listening.wait(START_TIMEOUT_S), "the application did not start"
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(STOP_TIMEOUT_S)
    assert not thread.is_alive()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Headless Chromium; one a module, because its driver keeps an event loop in this thread."""
    patch = pytest.MonkeyPatch()
    patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # the driver's loop is not ours
    with sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield found
        found.close()
    patch.undo()


@pytest.fixture(scope="module")
def committed_db(django_db_setup: None, django_db_blocker: Any) -> Iterator[set[Any]]:
    """Real commits, shared by the tests of a module and emptied after it; yields the seeds done so far."""
    from django.db import connections

    with django_db_blocker.unblock():
        forget_readings()
        yield set()
        connections.close_all()
        TransactionTestCase._fixture_teardown(None)  # type: ignore[arg-type]  # ours: see tests/conftest.py


@pytest.fixture(scope="module")
def session_keys(committed_db: set[Any]) -> dict[tuple[str, str], str]:
    """(organisation, role) -> session of a person in that role, made when first asked for."""
    return {}


def _watch(page: Page, app_url: str, path: str, allowed: tuple[str, ...], faults: list[str]) -> None:
    """Note what goes wrong in the page, and every other host that it asks."""

    def note(kind: str, text: str) -> None:
        if not any(part in text for part in allowed):
            faults.append(f"{path}: {kind}: {text}")

    def asked(url: str) -> None:
        if not url.startswith((app_url, "data:", "blob:")):
            note("other host", url)

    page.on("console", lambda message: note("console", message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: note("script", str(error)))
    page.on("request", lambda request: asked(request.url))


@pytest.fixture(scope="module")
def shared_context(browser: Browser) -> Iterator[BrowserContext]:
    """One context for pages that only look: scripts and styles are fetched once."""
    found = browser.new_context(reduced_motion="reduce")
    yield found
    found.close()


@pytest.fixture
def open_page(
    committed_db: set[Any],
    session_keys: dict[tuple[str, str], str],
    app_url: str,
    browser: Browser,
    shared_context: BrowserContext,
) -> Iterator[Callable[..., Page]]:
    """``open_page("/firms/", language="zh-hans", theme="dark", width=390)`` -> a loaded page."""
    opened: list[Any] = []
    faults: list[str] = []

    def open_it(
        path: str | Callable[[], str] = "/",
        *,
        org: str = "qijiang-park",
        role: str = "park-admin",
        signed_in: bool = True,
        language: str = "en",
        theme: str = "light",
        width: int = 1440,
        height: int = 900,
        seed: Callable[[], object] | None = None,
        tolerate: tuple[str, ...] = (),
        shared: bool = False,
    ) -> Page:
        if seed is not None and seed not in committed_db:
            seed()
            committed_db.add(seed)
            forget_readings()
        address = path() if callable(path) else path
        context = shared_context if shared else browser.new_context(reduced_motion="reduce")
        context.clear_cookies()
        context.set_default_timeout(PAGE_TIMEOUT_MS)
        kept = cookies(language, theme)
        if signed_in:
            if (org, role) not in session_keys:
                session_keys[org, role] = make.signed_in(org, role).session.session_key
            kept[settings.SESSION_COOKIE_NAME] = session_keys[org, role]
        context.add_cookies([{"name": name, "value": value, "url": app_url} for name, value in kept.items()])
        page = context.new_page()
        opened.append(page if shared else context)
        page.set_viewport_size({"width": width, "height": height})
        _watch(page, app_url, address, (*NOT_OURS, *tolerate), faults)
        page.goto(app_url + address, wait_until="load")
        return page

    yield open_it
    for made in opened:
        made.close()
    assert not faults, "\n".join(faults)
