"""Where the wanted state comes from: a file, or the core's API; the last good copy survives an unreachable core."""

from __future__ import annotations

import asyncio
import json
import logging
from pathlib import Path
from typing import Any

import aiohttp

from gearpark.base.problems import Problem

from .wanted import Wanted, parse

FILE_EVERY_S = 1.0
PULL_EVERY_S = 2.0
PULL_TIMEOUT_S = 10.0
MAX_DOCUMENT_BYTES = 32 * 1024 * 1024
log = logging.getLogger(__name__)


class FileSource:
    """A JSON file, read again when its time or size changes."""

    every_s = FILE_EVERY_S

    def __init__(self, path: Path) -> None:
        self.path, self.note = path, ""
        self._stamp: tuple[int, int] | None = None

    async def poll(self) -> Wanted | None:
        """The wanted state when it changed, else None. A bad file leaves ``note`` and the old state in force."""
        try:
            stat = self.path.stat()
            stamp = (stat.st_mtime_ns, stat.st_size)
            if stamp == self._stamp:
                return None
            wanted = parse(_document(await asyncio.to_thread(self.path.read_bytes)))
            self._stamp, self.note = stamp, ""
            return wanted
        except (OSError, ValueError, Problem) as error:
            self.note = _once(self.note, f"{self.path}: {_words(error)}")
            return None

    async def close(self) -> None:
        """Nothing to close."""


class CoreSource:
    """``GET {core}/api/v1/telemetry/gateways/<name>/config`` with a bearer token and an ETag."""

    every_s = PULL_EVERY_S

    def __init__(self, core: str, name: str, token_file: Path | None, cache: Path) -> None:
        self.url = f"{core.rstrip('/')}/api/v1/telemetry/gateways/{name}/config"
        self.token_file, self.cache, self.note = token_file, cache, ""
        self._etag = ""
        self._session: aiohttp.ClientSession | None = None
        self._cold = True

    async def poll(self) -> Wanted | None:
        """The wanted state when it changed. While the core is away: the cached copy once, then None."""
        try:
            pulled = await self._pull()
            if pulled is None:
                self.note, self._cold = "", False
                return None
            body, etag = pulled
            wanted = parse(_document(body))
        except (OSError, ValueError, Problem, aiohttp.ClientError, TimeoutError) as error:
            self.note = _once(self.note, f"{self.url}: {_words(error)}")
            return await self._cached()
        self._etag = etag
        self._keep(body)
        self.note, self._cold = "", False
        return wanted

    async def _pull(self) -> tuple[bytes, str] | None:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PULL_TIMEOUT_S))
        headers = {"Accept": "application/json"}
        if self.token_file is not None and self.token_file.exists():
            token = (await asyncio.to_thread(self.token_file.read_text, "utf-8")).strip()
            headers["Authorization"] = f"Bearer {token}"
        if self._etag:
            headers["If-None-Match"] = self._etag
        async with self._session.get(self.url, headers=headers) as answer:
            if answer.status == 304:
                return None
            if answer.status != 200:
                raise Problem("gateway.core_refused", f"the core answered {answer.status}")
            parts = bytearray()
            async for part in answer.content.iter_any():
                parts += part
                if len(parts) > MAX_DOCUMENT_BYTES:
                    raise Problem("gateway.config_unreadable", "the core's answer is too long")
            body = bytes(parts)
            etag = answer.headers.get("ETag", "")
        return None if etag and etag == self._etag else (body, etag)

    def _keep(self, body: bytes) -> None:
        try:
            self.cache.parent.mkdir(parents=True, exist_ok=True)
            part = self.cache.with_suffix(".part")
            part.write_bytes(body)
            part.replace(self.cache)
        except OSError as error:
            log.warning("configuration not cached: %s", error)

    async def _cached(self) -> Wanted | None:
        if not self._cold:
            return None
        self._cold = False
        try:
            wanted = parse(_document(await asyncio.to_thread(self.cache.read_bytes)))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, Problem) as error:
            log.warning("cached configuration not usable: %s", error)
            return None
        log.info("the core is away; running the last good configuration of %s", self.cache)
        return wanted

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


def _document(body: bytes) -> Any:
    if len(body) > MAX_DOCUMENT_BYTES:
        raise Problem(
            "gateway.config_unreadable", f"The configuration is larger than {MAX_DOCUMENT_BYTES} bytes."
        )
    return json.loads(body)


def _words(error: BaseException) -> str:
    return error.sentence if isinstance(error, Problem) else f"{type(error).__name__}: {error}"


def _once(old: str, new: str) -> str:
    if new != old:
        log.warning("%s", new)
    return new
