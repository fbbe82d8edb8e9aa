"""Supervisor: makes what runs equal to what is wanted, one connection at a time, without a restart."""

from __future__ import annotations

import asyncio
import logging
import random
import zlib
from collections import defaultdict
from dataclasses import dataclass

from gearpark.base.wire import AssetInfo

from .bookmarks import BookmarkFile
from .forwarder import DataPipe
from .link import Link
from .runner import run_connection
from .wanted import ConnectionWanted, Wanted

STOP_TIMEOUT_S = 8.0
log = logging.getLogger(__name__)


@dataclass(slots=True)
class Running:
    """One connection's task and link."""

    link: Link
    task: asyncio.Task[None]


class Supervisor:
    """``reconcile(wanted)`` as often as the wanted state changes; ``stop()`` once."""

    def __init__(self, pipe: DataPipe, bookmarks: BookmarkFile, *, seed: int = 0) -> None:
        self.pipe, self.bookmarks = pipe, bookmarks
        self.wanted = Wanted("")
        self.running: dict[str, Running] = {}
        self._seed = seed
        self._declared: dict[str, tuple[AssetInfo, ...]] = {}
        self._lock = asyncio.Lock()

    def links(self) -> list[Link]:
        """Links in the order of their ids."""
        return [self.running[key].link for key in sorted(self.running)]

    async def reconcile(self, wanted: Wanted) -> dict[str, list[str]]:
        """Start, stop and reconfigure. Returns connection ids by what was done to them."""
        async with self._lock:
            return await self._reconcile(wanted)

    async def _reconcile(self, wanted: Wanted) -> dict[str, list[str]]:
        new = {entry.id: entry for entry in wanted.connections}
        gone = [key for key in self.running if key not in new]
        changed = [key for key, run in self.running.items() if key in new and new[key] != run.link.wanted]
        added = [key for key in new if key not in self.running]
        old = {key: self.running[key].link for key in gone + changed}
        await asyncio.gather(*(self._halt(key) for key in gone + changed))
        self.wanted = wanted
        for key in new.keys() & self.running.keys():  # equal but for what may be written
            self.running[key].link.wanted = new[key]
        self._declare()
        for key in changed + added:
            self._start(new[key], old.get(key))
        self.bookmarks.keep_only(frozenset(new))
        done = {"started": added, "changed": changed, "stopped": gone}
        if any(done.values()):
            log.info("connections: %s", ", ".join(f"{len(ids)} {what}" for what, ids in done.items()))
        for key, problem in wanted.rejected:
            log.warning("connection %s refused: %s", key, problem.sentence)
        return done

    def _declare(self) -> None:
        """The whole list of assets by organisation; two connections may feed one asset."""
        merged: dict[str, dict[str, AssetInfo]] = defaultdict(dict)
        for entry in self.wanted.connections:
            for asset in entry.assets:
                known = merged[entry.org].get(asset.id)
                merged[entry.org][asset.id] = asset if known is None else _merged(known, asset)
        lists = {org: tuple(assets.values()) for org, assets in merged.items()}
        for org in self._declared.keys() - lists.keys():
            lists[org] = ()
        for org, assets in lists.items():
            if self._declared.get(org) != assets:
                self.pipe.declare(org, assets)
                self._declared[org] = assets

    def _start(self, wanted: ConnectionWanted, old: Link | None) -> None:
        link = Link(wanted, self.pipe, self.bookmarks)
        if old is not None and old.wanted.url == wanted.url and old.wanted.protocol == wanted.protocol:
            link.adopt(old)
        rng = random.Random(self._seed ^ zlib.crc32(wanted.id.encode()))  # noqa: S311 - spreads retries, no secret
        task = asyncio.create_task(
            run_connection(link, rng=rng, on_lost=self._lost), name=f"connection {wanted.id}"
        )
        self.running[wanted.id] = Running(link, task)

    def _lost(self, link: Link) -> None:
        for asset in link.wanted.assets:
            self.pipe.offline(link.wanted.org, asset.id)

    async def _halt(self, key: str) -> None:
        run = self.running.pop(key)
        run.task.cancel()
        _, pending = await asyncio.wait([run.task], timeout=STOP_TIMEOUT_S)
        if pending:
            log.warning("connection %s did not stop within %.0f s", key, STOP_TIMEOUT_S)
        for asset in run.link.wanted.assets:
            self.pipe.offline(run.link.wanted.org, asset.id)

    def remember(self) -> None:
        """Bookmark every connection that is alive."""
        for run in self.running.values():
            if run.link.state in ("ok", "stalled"):
                run.link.remember()

    async def stop(self) -> None:
        """Stop every connection; each records that its values are unknown from now."""
        async with self._lock:
            await asyncio.gather(*(self._halt(key) for key in list(self.running)))
            self.bookmarks.flush()


def _merged(one: AssetInfo, two: AssetInfo) -> AssetInfo:
    names = {signal.name for signal in one.signals}
    extra = tuple(signal for signal in two.signals if signal.name not in names)
    return AssetInfo(one.id, one.type, one.name, one.path, one.signals + extra)
