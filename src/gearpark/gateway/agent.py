"""Agent: the gateway process put together: wanted state, supervisor, pipe, health and requests."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from pathlib import Path
from typing import Any

from gearpark.base.problems import Problem
from gearpark.bus.client import Message, MqttClient

from .bookmarks import BookmarkFile
from .commands import Commands
from .forwarder import DataPipe
from .health import gateway_health
from .link import Link
from .sources import CoreSource, FileSource
from .supervisor import Supervisor
from .writes import Writer

HEALTH_EVERY_S = 2.0
log = logging.getLogger(__name__)


class Agent:
    """``run()`` until cancelled. ``pipe`` is started and stopped here."""

    def __init__(
        self,
        name: str,
        source: FileSource | CoreSource,
        pipe: DataPipe,
        bookmarks: Path,
        mqtt_url: str,
        *,
        health_every_s: float = HEALTH_EVERY_S,
        token_file: Path | None = None,
    ) -> None:
        self.name, self.source, self.pipe = name, source, pipe
        self.marks = BookmarkFile(bookmarks)
        self.supervisor = Supervisor(pipe, self.marks)
        self.health_every_s = health_every_s
        writer = Writer(bookmarks.with_name(f"{name}-writes.db"), self._by_id, token_file)
        self.commands = Commands(
            name, self.supervisor, lambda topic, payload: self.bus.publish(topic, payload, 1), writer
        )
        self.health_topic = f"{self.commands.prefix}/health"
        self._loop: asyncio.AbstractEventLoop | None = None
        self.bus = MqttClient(
            mqtt_url,
            f"gearpark-gateway-{name}",
            subscribe=[(self.commands.topic, 1)],
            will=self._will,
            on_message=self._message,
        )

    def _by_id(self) -> dict[str, Link]:
        return {key: run.link for key, run in self.supervisor.running.items()}

    def _will(self) -> Message:
        gone = {"gateway": self.name, "online": False, "connections": []}
        return Message(self.health_topic, json.dumps(gone).encode(), 1, True)

    def _message(self, topic: str, payload: bytes) -> None:
        """On the bus client's thread: hand over and return."""
        loop = self._loop
        if loop is not None and topic == self.commands.topic:
            with contextlib.suppress(RuntimeError):  # the loop is closing
                loop.call_soon_threadsafe(self.commands.accept, payload)

    def health(self) -> dict[str, Any]:
        """The document published every two seconds."""
        notes = "; ".join(note for note in (self.source.note, self.marks.damaged) if note)
        sup = self.supervisor
        return gateway_health(self.name, sup.wanted, sup.links(), self.pipe.stats(), notes)

    async def run(self) -> None:
        """Everything, until cancelled; then stop in order: sources, pipe, bus."""
        self._loop = asyncio.get_running_loop()
        await self.pipe.start()
        self.bus.start()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._follow())
                group.create_task(self._report())
        finally:
            await self.commands.stop()
            await self.supervisor.stop()
            await self.source.close()
            await self.pipe.stop()
            self._loop = None
            await asyncio.to_thread(self.bus.stop, [self._will()])

    async def _follow(self) -> None:
        """Bring what runs in line with what is wanted, for ever."""
        while True:
            wanted = await self.source.poll()
            try:
                if wanted is not None:
                    await self.supervisor.reconcile(wanted)
            except Problem as problem:  # the journal, for one; what runs goes on, the next change tries again
                log.error("the wanted connections could not all be taken up: %s", problem.sentence)
            await asyncio.sleep(self.source.every_s)

    async def _report(self) -> None:
        while True:
            self.supervisor.remember()
            self.bus.publish(
                self.health_topic, json.dumps(self.health(), ensure_ascii=False).encode(), 0, True
            )
            await asyncio.sleep(self.health_every_s)
