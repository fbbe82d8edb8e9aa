"""Wanted state from the core: token, ETag, an unreachable core, the cached copy."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from tests.gateway.rig import free_port

from gearpark.gateway.sources import CoreSource, FileSource

GOOD = {
    "gateway": "gw1",
    "connections": [{"id": "c1", "org": "qichi", "protocol": "shdr", "url": "shdr://h:1", "assets": []}],
}


class Core:
    """A core that serves one document."""

    def __init__(self) -> None:
        self.port = free_port()
        self.body, self.status, self.etag = json.dumps(GOOD), 200, '"1"'
        self.seen: list[dict[str, str]] = []
        self.runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def _answer(self, request: web.Request) -> web.Response:
        self.seen.append(dict(request.headers))
        if request.headers.get("If-None-Match") == self.etag:
            return web.Response(status=304)
        return web.Response(text=self.body, status=self.status, headers={"ETag": self.etag})

    async def start(self) -> None:
        app = web.Application()
        app.router.add_get("/api/v1/telemetry/gateways/gw1/config", self._answer)
        self.runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", self.port).start()

    async def stop(self) -> None:
        if self.runner is not None:
            await self.runner.cleanup()


@pytest.fixture
async def core() -> AsyncIterator[Core]:
    made = Core()
    await made.start()
    yield made
    await made.stop()


def source(core: Core, folder: Path) -> CoreSource:
    return CoreSource(core.url, "gw1", folder / "token", folder / "cache.json")


async def test_token_and_etag(core: Core, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("secret\n", "utf-8")
    pulled = source(core, tmp_path)
    found = await pulled.poll()
    assert found is not None
    assert [one.id for one in found.connections] == ["c1"]
    assert await pulled.poll() is None
    assert core.seen[0]["Authorization"] == "Bearer secret"
    core.etag, core.body = '"2"', json.dumps({**GOOD, "connections": []})
    changed = await pulled.poll()
    assert changed is not None
    assert changed.connections == ()
    await pulled.close()


async def test_the_last_good_copy_runs_while_the_core_is_away(core: Core, tmp_path: Path) -> None:
    first = source(core, tmp_path)
    assert await first.poll() is not None
    await first.close()
    await core.stop()
    again = source(core, tmp_path)
    found = await again.poll()
    assert found is not None
    assert [one.id for one in found.connections] == ["c1"]
    assert await again.poll() is None
    assert core.url in again.note
    await again.close()


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, "{ not json"), (200, "[]"), (401, "no"), (500, "oh"), (200, '{"connections": 7}')],
)
async def test_a_bad_answer_keeps_the_state_and_is_tried_again(
    core: Core, tmp_path: Path, status: int, body: str
) -> None:
    pulled = source(core, tmp_path)
    assert await pulled.poll() is not None
    core.etag, core.status, core.body = '"2"', status, body
    assert await pulled.poll() is None
    assert pulled.note
    core.status, core.body = 200, json.dumps({**GOOD, "connections": []})
    changed = await pulled.poll()
    assert changed is not None
    assert changed.connections == ()
    assert pulled.note == ""
    await pulled.close()


async def test_a_file_is_read_when_it_changes(tmp_path: Path) -> None:
    path = tmp_path / "wanted.json"
    reading = FileSource(path)
    assert await reading.poll() is None
    assert "wanted.json" in reading.note
    path.write_text(json.dumps(GOOD), "utf-8")
    found: Any = await reading.poll()
    assert [one.id for one in found.connections] == ["c1"]
    assert await reading.poll() is None
    path.write_text("{", "utf-8")
    assert await reading.poll() is None
    assert reading.note
