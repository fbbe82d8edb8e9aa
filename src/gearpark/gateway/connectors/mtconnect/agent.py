"""Talking to an agent: single documents, and the endless multipart stream cut into documents."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from urllib.parse import urlencode

import aiohttp

from gearpark.base.problems import Problem

from ...wanted import shown
from .config import MAX_PART_BYTES, READ_BYTES, REQUEST_TIMEOUT_S

MAX_HEADER_BYTES = 8_192
ANSWERS = (200, 400, 404)  # agents send MTConnectError documents with these


class Agent:
    """One agent's address. ``url`` may end in a device name; then only that device is read."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self.streaming = False
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Agent:
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=REQUEST_TIMEOUT_S)
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    def _http(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise RuntimeError("use the agent in an async with block")
        return self._session

    async def document(self, path: str, **query: int) -> bytes:
        """One document. Raises ``mtconnect.unreachable``, ``mtconnect.http_status``, ``mtconnect.document_too_large``."""
        url = f"{self.url}/{path}" + (f"?{urlencode(query)}" if query else "")
        try:
            async with asyncio.timeout(REQUEST_TIMEOUT_S), self._http().get(url) as answer:
                if answer.status not in ANSWERS:
                    raise Problem(
                        "mtconnect.http_status", f"{shown(url)} answered {answer.status}.", status=502
                    )
                return await _limited(answer)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            words = str(error) or "no answer in time"
            raise Problem(
                "mtconnect.unreachable", f"{shown(url)} does not answer: {words}", status=502
            ) from error

    async def stream(self, dead_after_s: float, **query: int) -> AsyncGenerator[bytes, None]:
        """Documents of ``/sample`` as they come. Raises TimeoutError when none came for ``dead_after_s``.

        Ends when the agent closes the stream, or after one document when it does not stream at all.
        """
        url = f"{self.url}/sample?{urlencode(query)}"
        async with self._http().get(url) as answer:
            if answer.status not in ANSWERS:
                raise Problem("mtconnect.http_status", f"{shown(url)} answered {answer.status}.", status=502)
            self.streaming = answer.content_type in ("multipart/x-mixed-replace", "multipart/mixed")
            if not self.streaming:
                async with asyncio.timeout(dead_after_s):
                    body = await _limited(answer)
                yield body
                return
            parts = Parts(_boundary(answer.headers.get("Content-Type", "")))
            deadline = asyncio.get_running_loop().time() + dead_after_s
            while True:
                async with asyncio.timeout_at(deadline):
                    data = await answer.content.read(READ_BYTES)
                if not data:
                    return
                for part in parts.feed(data):
                    yield part
                    deadline = asyncio.get_running_loop().time() + dead_after_s


async def _limited(answer: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for piece in answer.content.iter_chunked(READ_BYTES):
        body += piece
        if len(body) > MAX_PART_BYTES:
            raise Problem(
                "mtconnect.document_too_large", f"A document of the agent has over {MAX_PART_BYTES} bytes."
            )
    return bytes(body)


def _boundary(content_type: str) -> bytes:
    for part in content_type.split(";"):
        name, _, value = part.strip().partition("=")
        if name.lower() == "boundary" and value:
            return value.strip('"').encode()
    raise Problem("mtconnect.stream_malformed", "The agent's stream names no boundary between its documents.")


class Parts:
    """Cuts a multipart byte stream. With Content-length: by length; without: at the next boundary."""

    def __init__(self, boundary: bytes) -> None:
        self._mark = b"--" + boundary
        self._held = bytearray()
        self._length: int | None = None  # of the part being read; None: not known
        self._inside = False

    def feed(self, data: bytes) -> list[bytes]:
        """Complete documents in ``data`` and what was held. Raises ``mtconnect.stream_malformed``."""
        self._held += data
        made: list[bytes] = []
        while (part := self._next()) is not None:
            made.append(part)
        if len(self._held) > MAX_PART_BYTES:
            raise Problem(
                "mtconnect.document_too_large", f"A document of the stream has over {MAX_PART_BYTES} bytes."
            )
        return made

    def _next(self) -> bytes | None:
        if not self._inside and not self._open():
            return None
        if self._length is not None:
            if len(self._held) < self._length:
                return None
            end = self._length
        else:
            end = self._held.find(b"\r\n" + self._mark)
            if end < 0:
                return None
        part = bytes(self._held[:end])
        del self._held[:end]
        self._inside = False
        return part

    def _open(self) -> bool:
        """Read up to the end of the next part's headers."""
        start = self._held.find(self._mark)
        if start < 0:
            if len(self._held) > MAX_HEADER_BYTES:
                raise Problem(
                    "mtconnect.stream_malformed", "The agent's stream holds data outside its documents."
                )
            return False
        end = self._held.find(b"\r\n\r\n", start)
        if end < 0:
            if len(self._held) - start > MAX_HEADER_BYTES:
                raise Problem(
                    "mtconnect.stream_malformed", "A document of the stream has no end of its headers."
                )
            return False
        head = bytes(self._held[start:end])
        self._length = None
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.strip().lower() == b"content-length" and value.strip().isdigit():
                self._length = int(value)
        if self._length is not None and self._length > MAX_PART_BYTES:
            raise Problem(
                "mtconnect.document_too_large", f"A document of the stream has {self._length} bytes."
            )
        del self._held[: end + 4]
        self._inside = True
        return True
