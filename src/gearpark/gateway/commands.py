"""Requests over the bus: discover, test, diagnostics, write. JSON in, JSON out, one answer topic a request.

``gearpark/gateway/<gateway>/request`` ``{"id", "op", "args"}`` ->
``gearpark/gateway/<gateway>/response/<id>`` ``{"id", "ok": true, "result"}`` or ``{"id", "ok": false, "problem"}``.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from gearpark.base.problems import NotFound, Problem

from .connectors import load, manifest, protocols, quality
from .health import connection_health
from .runner import sentence_of
from .supervisor import Supervisor
from .wanted import check_url, parse_connection
from .writes import Writer

MAX_AT_ONCE = 4  # requests worked on together; more are refused with a sentence
MAX_WRITES = 64  # writes to machines do not wait behind somebody's look around
MAX_REQUEST_BYTES = 4 * 1024 * 1024
REQUEST_TIMEOUT_S = 75.0
REQUEST_ID = re.compile(r"[A-Za-z0-9_.:-]{1,80}")
log = logging.getLogger(__name__)


class Commands:
    """Answers requests. ``publish(topic, payload)`` sends the answer."""

    def __init__(
        self,
        gateway: str,
        supervisor: Supervisor,
        publish: Callable[[str, bytes], object],
        writer: Writer | None = None,
    ) -> None:
        self.prefix = f"gearpark/gateway/{gateway}"
        self._supervisor, self._publish, self._writer = supervisor, publish, writer
        self._tasks: set[asyncio.Task[None]] = set()
        self._writes: set[asyncio.Task[None]] = set()
        self._ops: dict[str, Callable[[Mapping[str, Any]], Awaitable[Any]]] = {
            "discover": self._discover,
            "test": self._test,
            "diagnostics": self._diagnostics,
            "protocols": self._protocols,
            "write": self._write,
        }

    @property
    def topic(self) -> str:
        """Where requests arrive."""
        return f"{self.prefix}/request"

    def accept(self, payload: bytes) -> None:
        """Take one request (on the loop). Unreadable ones are logged: there is no address to answer to."""
        try:
            if len(payload) > MAX_REQUEST_BYTES:
                raise ValueError(f"{len(payload)} bytes")
            request = json.loads(payload)
            name = str(request["id"])
            if not REQUEST_ID.fullmatch(name):
                raise ValueError("id")
        except (ValueError, KeyError, TypeError) as error:
            log.warning("a gateway request cannot be read: %s", error)
            return
        tasks, most = (
            (self._writes, MAX_WRITES) if request.get("op") == "write" else (self._tasks, MAX_AT_ONCE)
        )
        if len(tasks) >= most:
            busy = Problem("gateway.busy", f"The gateway works on {most} requests; ask again.", status=503)
            self._answer(name, problem=busy)
            return
        task = asyncio.create_task(self._work(name, request), name=f"request {name}")
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    async def _work(self, name: str, request: Mapping[str, Any]) -> None:
        try:
            result = await self.do(str(request.get("op")), request.get("args") or {})
        except Problem as problem:
            self._answer(name, problem=problem)
        except Exception as error:
            log.exception("gateway request %s", request.get("op"))
            self._answer(name, problem=Problem("gateway.request_failed", sentence_of(error), status=502))
        else:
            self._answer(name, result=result)

    async def do(self, op: str, args: Any) -> Any:
        """Run one operation. Raises Problem."""
        work = self._ops.get(op)
        if work is None or not isinstance(args, Mapping):
            raise Problem("gateway.request_unknown", f"{op!r} is none of {', '.join(self._ops)}.")
        try:
            async with asyncio.timeout(REQUEST_TIMEOUT_S):
                return await work(args)
        except TimeoutError as error:
            raise Problem(
                "gateway.request_timeout", f"{op} took longer than {REQUEST_TIMEOUT_S:.0f} s.", status=504
            ) from error

    def _answer(self, name: str, *, result: Any = None, problem: Problem | None = None) -> None:
        body: dict[str, Any] = {"id": name, "ok": problem is None}
        if problem is None:
            body["result"] = result
        else:
            body["problem"] = problem.as_dict()
        self._publish(f"{self.prefix}/response/{name}", json.dumps(body, ensure_ascii=False).encode())

    async def _discover(self, args: Mapping[str, Any]) -> Any:
        protocol, url = str(args.get("protocol") or ""), str(args.get("url") or "")
        check_url(protocol, url)
        return (await load(protocol).discover(url)).as_dict()

    async def _test(self, args: Mapping[str, Any]) -> Any:
        wanted = parse_connection(args.get("connection"))
        return await load(wanted.protocol).test(wanted)

    async def _diagnostics(self, args: Mapping[str, Any]) -> Any:
        """By ``connection_id`` of a running connection, or for a ``connection`` document."""
        name = args.get("connection_id")
        if name is None:
            wanted = parse_connection(args.get("connection"))
            return {"connector": await load(wanted.protocol).diagnostics(wanted)}
        run = self._supervisor.running.get(str(name))
        if run is None:
            raise NotFound("gateway.connection_unknown", f"No connection {name!r} runs on this gateway.")
        wanted = run.link.wanted
        return {
            "health": connection_health(run.link),
            "connector": await load(wanted.protocol).diagnostics(wanted),
            "quality": quality(wanted.protocol),
        }

    async def _protocols(self, args: Mapping[str, Any]) -> Any:
        return [{**manifest(name), "quality": quality(name)} for name in protocols()]

    async def _write(self, args: Mapping[str, Any]) -> Any:
        """One command of the core's to one signal; see ``gateway.writes`` for what it may answer."""
        if self._writer is None:
            raise Problem("gateway.request_unknown", "This gateway only reads.")
        return await self._writer.write(args)

    async def stop(self) -> None:
        """Give up what is under way. A write that was sent stays in the ledger and is told when asked again."""
        tasks = [*self._tasks, *self._writes]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._writer is not None:
            self._writer.close()
