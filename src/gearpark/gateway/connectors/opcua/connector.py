"""OPC UA: wanted items become subscriptions; whatever happens to them, they are built again.

Faults and answers: socket dropped or server restarted -> the runner dials again and the session is resumed if the
server still has it (queued and unacknowledged notifications are fetched, Part 4, 6.7); session forgotten -> a new one;
subscription expired, or no publish answer for 2.5 keep-alives -> rebuilt in place; single signals without fresh values
for twice their interval -> recorded as unknown, the subscription is rebuilt with growing pauses.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable
from datetime import datetime
from typing import Any

from asyncua import ua

from gearpark.base.problems import Problem
from gearpark.base.wire import Value

from ...limits import MAX_LISTED, REBUILD_FIRST_S, REBUILD_MAX_S
from ...link import Link
from ...proposals import Proposal
from ...wanted import ConnectionWanted, check_url
from .config import DRAIN_S, GRACE_S, MISSING_RETRY_S, WATCH_EVERY_S, Settings, settings_of
from .diagnostics import diagnose, try_out
from .discovery import discover_server
from .enums import name_values
from .history import backfill
from .session import OpcSession
from .subscription import Intake, Item, Pump, SubscriptionLost, SubscriptionSet, drop
from .values import micros, standard
from .writing import Ready, read_value, write_value

log = logging.getLogger(__name__)


async def run(link: Link) -> None:
    """Feed ``link`` until cancelled; raises on a fault that needs a new socket."""
    settings = settings_of(link.wanted)
    session = link.kept if isinstance(link.kept, OpcSession) else None
    try:
        if session is None:
            session = OpcSession(link.wanted.shown_url, settings.request_timeout_s)
            link.kept = session
            await session.open()
            resumed = False
        else:
            resumed = await session.resume()
        await _Work(link, settings, session).run(resumed)
    except asyncio.CancelledError:
        if session is not None:
            await session.close()
        raise
    except BaseException:
        if session is not None:
            session.abandon()
        raise


async def discover(url: str) -> Proposal:
    """Machines and signals at an OPC UA endpoint."""
    check_url("opcua", url)
    return await discover_server(url)


async def test(wanted: ConnectionWanted) -> dict[str, Any]:
    """Reach the server and read every wanted signal once."""
    return await try_out(wanted)


async def diagnostics(wanted: ConnectionWanted) -> dict[str, Any]:
    """What the server says of itself, and the state of the wanted signals."""
    return await diagnose(wanted)


async def write(link: Link, tag: str, value: float | bool | str, ready: Ready) -> None:
    """Write one signal over the session that runs."""
    await write_value(link, tag, value, ready)


async def read(link: Link, tag: str) -> Value:
    """Ask the machine for one signal's value now."""
    return await read_value(link, tag)


class _Work:
    """One run on one socket."""

    def __init__(self, link: Link, settings: Settings, session: OpcSession) -> None:
        self.link, self.settings, self.session = link, settings, session
        self.intake = Intake(session, link)
        self.pump = Pump(session, self.intake.handle)
        self.items: list[Item] = []
        self.subscriptions: SubscriptionSet | None = None
        self._pumps: tuple[asyncio.Task[None], ...] = ()
        self._rebuild_after_s = 0.0
        self._rebuild_pause_s = REBUILD_FIRST_S
        self._built_s = 0.0
        self._silences = 0

    async def run(self, resumed: bool) -> None:
        since_us = {name: state.last_us for name, state in self.link.tags.items()}
        self.items = self._resolve()
        await name_values(self.session, self.items)
        old = await self._republish() if resumed else []
        pumping = await self._build()
        tasks = [asyncio.create_task(one) for one in self._side_jobs(since_us, old)]
        try:
            await self._watch(pumping, tasks)
        finally:
            for task in (*tasks, *self._pumps):
                task.cancel()
            await asyncio.gather(*tasks, *self._pumps, return_exceptions=True)

    def _side_jobs(self, since_us: dict[str, int], old: list[int]) -> list[Any]:
        jobs: list[Awaitable[Any]] = [self.session.renew(), self._backfill(since_us), self._retry_missing()]
        if old:
            jobs.append(self._drain(old))
        return jobs

    def _resolve(self) -> list[Item]:
        items, bad = [], []
        for name, state in self.link.tags.items():
            try:
                items.append(Item(name, state.signal, self.session.node_id(state.signal.address)))
            except Problem as problem:
                bad.append(f"{name}: {problem.sentence}")
        self._note("addresses", bad)
        return items

    def _note(self, topic: str, lines: list[str]) -> None:
        if not lines:
            self.link.notes.pop(topic, None)
            return
        more = f" and {len(lines) - MAX_LISTED} more" if len(lines) > MAX_LISTED else ""
        self.link.notes[topic] = "; ".join(lines[:MAX_LISTED]) + more

    # --- building ----------------------------------------------------------------------------------------------

    async def _build(self) -> asyncio.Task[None]:
        """Subscriptions and a fresh pump; the answers' clock starts now."""
        for task in self._pumps:
            task.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)
        if self.subscriptions is not None:
            await self.subscriptions.delete()
        self.intake.confirmed_us = await self._server_clock()
        self.subscriptions = SubscriptionSet(self.session, self.settings, self.items)
        await self.subscriptions.build()
        self._note("missing", [f"{item.tag}: {item.error}" for item in self.items if item.error])
        moment = time.monotonic()
        self._built_s = moment
        self.pump.heard_s = {one.id: moment for one in self.subscriptions.live}
        task = asyncio.create_task(self.pump.run())
        self._pumps = (task,)
        return task

    async def _server_clock(self) -> int:
        """The server's own clock, which dates what it confirms; ours (with its known offset) if it has none."""
        node = standard(ua.ObjectIds.Server_ServerStatus_CurrentTime)
        answer = (await self.session.ua.read_attributes([node], ua.AttributeIds.Value))[0]
        value = answer.Value.Value if answer.Value is not None else None
        at_us = micros(value) if isinstance(value, datetime) else None
        if at_us is None:
            return self.link.source_now_us()
        self.link.clock(at_us)
        return at_us

    async def _republish(self) -> list[int]:
        """After resuming: take over the old subscriptions and fetch what was sent but never arrived."""
        old = sorted({*self.session.last_sequence})
        if not old:
            return []
        params = ua.TransferSubscriptionsParameters()
        params.SubscriptionIds = [ua.UInt32(key) for key in old]
        params.SendInitialValues = False
        try:
            answers = await self.session.ua.transfer_subscriptions(params)
        except ua.UaStatusCodeError as error:
            log.info("connection %s: subscriptions not transferred (%s)", self.link.wanted.id, error)
            return []
        fetched = 0
        for key, answer in zip(old, answers, strict=False):
            if answer.StatusCode.is_good():
                fetched += await self._fetch(
                    key, [int(number) for number in answer.AvailableSequenceNumbers or ()]
                )
        if fetched:
            self.link.notes["republished"] = f"{fetched} notifications fetched again after the link came back"
        return old

    async def _fetch(self, key: int, available: list[int]) -> int:
        last = self.session.last_sequence.get(key, 0)
        fetched = 0
        for number in sorted(number for number in available if number > last):
            try:
                message = await self.session.ua.republish(key, number)
            except ua.UaStatusCodeError:
                continue  # gone meanwhile: the fresh subscription starts from the newest value
            if message.NotificationData:
                await self.intake.handle(ua.PublishResult(ua.UInt32(key), NotificationMessage=message))
                fetched += 1
            self.session.last_sequence[key] = number
        return fetched

    async def _drain(self, old: list[int]) -> None:
        await asyncio.sleep(DRAIN_S)
        await drop(self.session, old)

    # --- side jobs ---------------------------------------------------------------------------------------------

    async def _backfill(self, since_us: dict[str, int]) -> None:
        """Live first: history is asked for once every item had the chance of a first value."""
        await asyncio.sleep(3 * self.settings.publishing_interval_ms / 1000)
        try:
            await backfill(self.session, self.link, self.items, since_us)
        except (ua.UaError, TimeoutError) as error:
            self.link.notes["history"] = f"history not read: {type(error).__name__} {error}"[:200]

    async def _retry_missing(self) -> None:
        while True:
            await asyncio.sleep(MISSING_RETRY_S)
            if self.subscriptions is not None and any(item.error for item in self.items):
                await self.subscriptions.retry_missing()
                self._note("missing", [f"{item.tag}: {item.error}" for item in self.items if item.error])

    # --- watching ----------------------------------------------------------------------------------------------

    async def _watch(self, pumping: asyncio.Task[None], others: list[asyncio.Task[Any]]) -> None:
        while True:
            await asyncio.wait([pumping], timeout=WATCH_EVERY_S)
            for task in others:
                error = task.exception() if task.done() and not task.cancelled() else None
                if error is not None:
                    raise error
            if pumping.done():
                error = pumping.exception() or ConnectionError("publishing ended")
                if not isinstance(error, SubscriptionLost):
                    raise error
                pumping = await self._rebuild(str(error), lost=True)
                continue
            silent = self._silent()
            if silent:
                self._silences += 1
                if self._silences > 1:
                    raise ConnectionError(f"{silent}, also after a rebuild")
                pumping = await self._rebuild(silent, lost=True)
                continue
            pumping = await self._judge(pumping)

    async def _judge(self, pumping: asyncio.Task[None]) -> asyncio.Task[None]:
        """Set the state; rebuild, with growing pauses, while expected signals stay silent."""
        stale = self.link.stale()
        if stale:
            await self.link.mark_lost(stale)
        if not self._answered():
            return pumping
        self._silences = 0
        tags, broken = self.link.tags, {item.tag for item in self.items if item.error}
        frozen = [name for name in self.link.unknown() if tags[name].signal.interval_s and name not in broken]
        if not frozen:
            if self.link.say("ok"):
                log.info("connection %s (%s) is up", self.link.wanted.id, self.link.wanted.shown_url)
            self._rebuild_pause_s, self._rebuild_after_s = REBUILD_FIRST_S, 0.0
            return pumping
        moment = time.monotonic()
        if moment - self._built_s < GRACE_S:
            return pumping
        sentence = f"{len(frozen)} of {len(tags)} signals give no fresh value, first {frozen[0]}"
        if self.link.say("stalled", sentence):
            log.warning(
                "connection %s (%s) stalled: %s", self.link.wanted.id, self.link.wanted.shown_url, sentence
            )
        if moment < self._rebuild_after_s:
            return pumping
        return await self._rebuild(sentence, lost=False)

    def _answered(self) -> bool:
        """True once every subscription of this build has been heard."""
        live = self.subscriptions.live if self.subscriptions is not None else []
        return all(self.pump.heard_s.get(one.id, 0.0) > self._built_s for one in live)

    def _silent(self) -> str:
        live = self.subscriptions.live if self.subscriptions is not None else []
        moment = time.monotonic()
        if self.link.busy:  # not asking because the journal is slow is no silence of the server
            self.pump.heard_s.update({one.id: moment for one in live})
            return ""
        for one in live:
            quiet_s = moment - self.pump.heard_s.get(one.id, moment)
            if quiet_s > max(self.settings.silence_s, one.publishing_s * self.settings.keep_alive_count * 2):
                return f"no publish answer for {quiet_s:.1f} s"
        return ""

    async def _rebuild(self, why: str, *, lost: bool) -> asyncio.Task[None]:
        self._rebuild_after_s = time.monotonic() + self._rebuild_pause_s
        self._rebuild_pause_s = min(2 * self._rebuild_pause_s, REBUILD_MAX_S)
        if self.link.say("stalled", why):
            log.warning(
                "connection %s (%s) stalled: %s", self.link.wanted.id, self.link.wanted.shown_url, why
            )
        if lost:
            await self.link.mark_lost()
        self.link.last_error = why
        self.link.reconnects += 1
        return await self._build()
