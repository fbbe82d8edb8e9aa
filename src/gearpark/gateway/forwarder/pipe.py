"""Pipe: the durable way from connectors to the historian, journal and forwarder behind one door."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path

from gearpark.base.problems import Problem
from gearpark.base.wire import AssetInfo, Observation, Quality, quality_of
from gearpark.bus.client import bus_url
from gearpark.gateway.journal import Journal
from gearpark.gateway.journal.buckets import clean
from gearpark.gateway.journal.problems import closed
from gearpark.gateway.journal.types import DEFAULT_BUDGET_BYTES, FLUSH_S, JournalStats, Policy

from .births import is_text
from .forwarder import Forwarder
from .interface import PipeStats
from .session import HISTORIAN_HOST, Session


class Pipe:
    """See `DataPipe` for the contract of each method.

    folder        where `<gateway>.db` lies
    mqtt_url      the bus; default ``GEARPARK_MQTT`` or the embedded broker
    budget_bytes  what the journal may hold; policy says what happens beyond: ``refuse`` new data (the source keeps
                  it) or ``drop_oldest`` with explicit BadDataLost records
    """

    def __init__(
        self,
        folder: Path,
        gateway: str,
        mqtt_url: str | None = None,
        *,
        budget_bytes: int = DEFAULT_BUDGET_BYTES,
        policy: Policy = "refuse",
        flush_s: float = FLUSH_S,
        host_id: str = HISTORIAN_HOST,
    ) -> None:
        self.folder, self.gateway = folder, gateway
        self._url = mqtt_url or bus_url()
        self._budget, self._policy, self._flush_s = budget_bytes, policy, flush_s
        self._host_id = host_id
        self._journal: Journal | None = None
        self._forwarder: Forwarder | None = None

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, self._start)

    def _start(self) -> None:
        self._journal = Journal.open(
            self.folder / f"{self.gateway}.db",
            self.gateway,
            budget_bytes=self._budget,
            policy=self._policy,
            flush_s=self._flush_s,
        )
        self._forwarder = Forwarder(self._journal, self._url, self._host_id)
        self._forwarder.start()

    async def stop(self) -> None:
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, self._stop)

    def _stop(self) -> None:
        forwarder, journal = self._forwarder, self._journal
        self._forwarder = self._journal = None  # from here on, puts are refused
        if forwarder is not None:
            forwarder.stop()
        if journal is not None:
            journal.close()

    async def put(self, org: str, observations: Sequence[Observation], historical: bool = False) -> None:
        if not observations:
            return
        journal, session = self._parts(org)
        done = journal.put(session.source, observations, historical)
        assets, good = set(), set()
        last = session.last
        for observation in observations:
            name, at_us = observation.tag, observation.at_us
            asset = name[: name.index("/")]
            assets.add(asset)
            if quality_of(observation.status) is Quality.GOOD:
                good.add(asset)
            known = last.get(name)
            if known is None or at_us >= known[0]:
                value, status, _ = clean(observation)
                last[name] = (at_us, value, status)
        session.saw(assets, good)
        await asyncio.wrap_future(done)

    def declare(self, org: str, assets: Iterable[AssetInfo]) -> None:
        journal, session = self._parts(org)
        wanted = list(assets)
        for asset in wanted:
            for signal in asset.signals:
                journal.know(session.source, asset.id, signal.name, is_text(signal))
        session.declare(wanted)

    def offline(self, org: str, asset: str) -> None:
        self._parts(org)[1].set_online(asset, False)

    def online(self, org: str, asset: str) -> None:
        self._parts(org)[1].set_online(asset, True)

    def stats(self) -> PipeStats:
        journal, forwarder = self._journal, self._forwarder
        if journal is None or forwarder is None:
            return PipeStats(JournalStats(state="closed"))
        return PipeStats(journal.stats(), forwarder.stats())

    def _parts(self, org: str) -> tuple[Journal, Session]:
        if self._journal is None or self._forwarder is None:
            raise closed()
        if not org or "/" in org or "+" in org or "#" in org:
            raise Problem("journal.org", f"{org!r} cannot be an organisation's slug.")
        return self._journal, self._forwarder.session(self._journal.source(org))
