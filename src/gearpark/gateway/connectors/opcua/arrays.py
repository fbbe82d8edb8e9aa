"""Whole arrays of a server: subscribed as frames of one instant, and written, over the connector's session and pump.

For programs that control: single signals go through ``connector``; arrays are no values of the historian.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from asyncua import ua

from gearpark.base.problems import Problem

from .config import KEEP_ALIVE_COUNT, LIFETIME_COUNT, QUEUE_SIZE, REQUEST_TIMEOUT_S, WATCH_EVERY_S
from .session import OpcSession
from .subscription import Pump, SubscriptionLost
from .values import BAD, SEVERITY, micros, status_of

PUBLISHING_MS = 50.0  # what it may add to a control loop
SILENCE_S = 3.0  # no publish answer for this long: the link is down
MAX_ARRAYS = 100


@dataclass(frozen=True, slots=True)
class Frame:
    """New values of one source time; what did not change since the last frame is not in it."""

    at_us: int
    values: Mapping[str, Any]


OnFrame = Callable[[Frame], Awaitable[None]]


class ArrayLink:
    """``run`` until cancelled or a fault; ``write`` meanwhile.

    names   name -> address (``nsu=...;s=...``) of what is subscribed
    targets name -> address of what may be written
    """

    def __init__(self, url: str, names: Mapping[str, str], targets: Mapping[str, str]) -> None:
        if len(names) > MAX_ARRAYS:
            raise Problem(
                "opcua.arrays", f"{len(names)} arrays are asked for; at most {MAX_ARRAYS} are read."
            )
        self.url, self._names, self._targets = url, dict(names), dict(targets)
        self._session: OpcSession | None = None
        self._handles: dict[int, str] = {}
        self._on_frame: OnFrame | None = None

    @property
    def connected(self) -> bool:
        return self._session is not None

    async def run(self, on_frame: OnFrame) -> None:
        """Connect, subscribe, hand on frames in order. Raises OSError, TimeoutError, UaError or a Problem on a fault."""
        session = OpcSession(self.url, REQUEST_TIMEOUT_S)
        await session.open()
        self._on_frame = on_frame
        pump = Pump(session, self._take)
        tasks: list[asyncio.Task[None]] = []
        try:
            await self._subscribe(session)
            self._session = session
            tasks = [asyncio.create_task(pump.run()), asyncio.create_task(session.renew())]
            await _watch(pump, tasks)
        except asyncio.CancelledError:
            self._session = None
            for task in tasks:
                task.cancel()
            await session.close()
            raise
        finally:
            self._session = None
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            session.abandon()

    async def _subscribe(self, session: OpcSession) -> None:
        asked = ua.CreateSubscriptionParameters()
        asked.RequestedPublishingInterval = PUBLISHING_MS
        asked.RequestedMaxKeepAliveCount = KEEP_ALIVE_COUNT
        asked.RequestedLifetimeCount = LIFETIME_COUNT
        asked.MaxNotificationsPerPublish = 0
        asked.PublishingEnabled = True
        made = await session.ua.create_subscription(asked, callback=lambda result: None)
        params = ua.CreateMonitoredItemsParameters()
        params.SubscriptionId = made.SubscriptionId
        params.TimestampsToReturn = ua.TimestampsToReturn.Both
        params.ItemsToCreate = []
        self._handles = {}
        for handle, (name, address) in enumerate(self._names.items(), start=1):
            self._handles[handle] = name
            params.ItemsToCreate.append(_item(handle, session.node_id(address)))
        results = await session.ua.create_monitored_items(params)
        refused = [
            f"{name}: {result.StatusCode.name}"
            for name, result in zip(self._names, results, strict=True)
            if not result.StatusCode.is_good()
        ]
        if refused:
            raise Problem("opcua.arrays", f"The server does not offer {'; '.join(refused[:5])}.")

    async def _take(self, result: ua.PublishResult) -> None:
        """One publish answer: its values in the order of their source times."""
        by_time: dict[int, dict[str, Any]] = defaultdict(dict)
        for data in result.NotificationMessage.NotificationData or ():
            if isinstance(data, ua.StatusChangeNotification) and not data.Status.is_good():
                raise SubscriptionLost(f"the server ended the subscription: {data.Status.name}")
            if not isinstance(data, ua.DataChangeNotification):
                continue
            for one in data.MonitoredItems:
                value, name = one.Value, self._handles.get(one.ClientHandle)
                if name is None or status_of(value) & SEVERITY == BAD or value.Value is None:
                    continue
                by_time[micros(value.SourceTimestamp) or 0][name] = value.Value.Value
        for at_us in sorted(by_time):
            assert self._on_frame is not None
            await self._on_frame(Frame(at_us, by_time[at_us]))

    async def write(self, name: str, values: Sequence[float]) -> None:
        """Write an array of doubles, whole or not at all. Problem ``opcua.arrays`` when there is no link or it is refused."""
        session = self._session
        if session is None:
            raise Problem("opcua.arrays", f"{self.url} is not connected; {name} was not written.", status=503)
        one = ua.WriteValue()
        one.NodeId, one.AttributeId = session.node_id(self._targets[name]), ua.AttributeIds.Value
        one.Value = ua.DataValue(ua.Variant(list(values), ua.VariantType.Double), StatusCode=None)
        answer = (await session.ua.write(ua.WriteParameters([one])))[0]
        if int(answer.value) & SEVERITY == BAD:
            raise Problem("opcua.arrays", f"The server refused {name}: {answer.name}.", status=502)


def _item(handle: int, node_id: ua.NodeId) -> ua.MonitoredItemCreateRequest:
    wanted = ua.MonitoringParameters()
    wanted.ClientHandle, wanted.QueueSize, wanted.DiscardOldest = handle, QUEUE_SIZE, True
    wanted.SamplingInterval = 0.0  # every value, as the server has it
    watch = ua.DataChangeFilter()
    watch.Trigger = ua.DataChangeTrigger.StatusValueTimestamp
    wanted.Filter = watch
    read = ua.ReadValueId()
    read.NodeId, read.AttributeId = node_id, ua.AttributeIds.Value
    request = ua.MonitoredItemCreateRequest()
    request.ItemToMonitor, request.MonitoringMode = read, ua.MonitoringMode.Reporting
    request.RequestedParameters = wanted
    return request


async def _watch(pump: Pump, tasks: list[asyncio.Task[None]]) -> None:
    """Return never: raise when publishing ends or stays silent."""
    began_s = time.monotonic()
    while True:
        done, _ = await asyncio.wait(tasks, timeout=WATCH_EVERY_S, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            raise task.exception() or ConnectionError("publishing ended")
        quiet_s = time.monotonic() - max([began_s, *pump.heard_s.values()])
        if quiet_s > SILENCE_S:
            raise ConnectionError(f"no publish answer for {quiet_s:.1f} s")
