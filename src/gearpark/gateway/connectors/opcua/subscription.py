"""Subscriptions of one session, and the pump that keeps them publishing.

Publish answers are handled strictly in order. A notification is acknowledged to the server only after its values are
durable in the journal, so the server can send it again after a fault.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from asyncua import ua
from asyncua.ua.uaerrors import BadNoSubscription, BadTimeout, BadTooManyPublishRequests

from gearpark.base.wire import Observation, SignalInfo, Status

from ...link import Link
from .config import (
    ITEMS_PER_CALL,
    ITEMS_PER_SUBSCRIPTION,
    LIFETIME_COUNT,
    PUBLISH_IN_FLIGHT,
    QUEUE_SIZE,
    SAMPLING_MS,
    Settings,
)
from .session import OpcSession
from .values import BAD, NUMBERS, OVERFLOW, SEVERITY, Unusable, convert, micros, status_of

T = TypeVar("T")
WAITING = int(Status.BAD_WAITING_FOR_INITIAL_DATA)
log = logging.getLogger(__name__)


@dataclass(slots=True)
class Item:
    """One monitored signal. ``words`` translates enumeration numbers; ``error`` says why it is not monitored."""

    tag: str
    signal: SignalInfo
    node_id: ua.NodeId
    numeric: bool = True
    words: dict[int, str] | None = None
    error: str = ""
    first_live_us: int = 0  # source time of the first value of this run: back-fill ends before it

    def __post_init__(self) -> None:
        self.numeric = self.signal.kind in NUMBERS


@dataclass(slots=True)
class Subscribed:
    """One subscription on the server."""

    id: int
    publishing_s: float
    items: dict[int, Item] = field(default_factory=dict)


class SubscriptionLost(Exception):
    """The server ended a subscription; it has to be built again."""


def chunks(things: list[T], size: int) -> Iterator[list[T]]:
    """Consecutive lists of at most ``size``."""
    for start in range(0, len(things), size):
        yield things[start : start + size]


class SubscriptionSet:
    """The wanted items as subscriptions of at most 1000 items each."""

    _handles = itertools.count(1)  # unique in the process: a late notification never hits another signal

    def __init__(self, session: OpcSession, settings: Settings, items: list[Item]) -> None:
        self.session, self.settings, self.items = session, settings, items
        self.live: list[Subscribed] = []

    async def build(self) -> None:
        """Create everything. Items the server refuses get ``error``; a refused subscription raises."""
        for part in list(chunks(self.items, ITEMS_PER_SUBSCRIPTION)) or [
            []
        ]:  # an empty one still keeps alive
            subscribed = await self._subscribe()
            self.live.append(subscribed)
            for group in chunks(part, ITEMS_PER_CALL):
                await self._monitor(subscribed, group)

    async def retry_missing(self) -> int:
        """Try items that failed before; returns how many are monitored now."""
        missing = [item for item in self.items if item.error]
        if not missing or not self.live:
            return 0
        for group in chunks(missing, ITEMS_PER_CALL):
            room = [one for one in self.live if len(one.items) + len(group) <= ITEMS_PER_SUBSCRIPTION]
            target = room[0] if room else await self._subscribe()
            if target not in self.live:
                self.live.append(target)
            await self._monitor(target, group)
        return sum(not item.error for item in missing)

    async def _subscribe(self) -> Subscribed:
        params = ua.CreateSubscriptionParameters()
        params.RequestedPublishingInterval = self.settings.publishing_interval_ms
        params.RequestedMaxKeepAliveCount = self.settings.keep_alive_count
        params.RequestedLifetimeCount = max(LIFETIME_COUNT, 3 * self.settings.keep_alive_count)
        params.MaxNotificationsPerPublish = 0
        params.PublishingEnabled = True
        made = await self.session.ua.create_subscription(params, callback=lambda result: None)
        return Subscribed(int(made.SubscriptionId), float(made.RevisedPublishingInterval) / 1000)

    async def _monitor(self, subscribed: Subscribed, items: list[Item]) -> None:
        requests = []
        for item in items:
            handle = next(self._handles)
            subscribed.items[handle] = item
            self.session.handles[handle] = item
            requests.append(_request(handle, item, self.settings))
        params = ua.CreateMonitoredItemsParameters()
        params.SubscriptionId = subscribed.id
        params.TimestampsToReturn = ua.TimestampsToReturn.Both
        params.ItemsToCreate = requests
        results = await self.session.ua.create_monitored_items(params)
        for request, item, result in zip(requests, items, results, strict=True):
            item.error = "" if result.StatusCode.is_good() else result.StatusCode.name
            if item.error:
                handle = request.RequestedParameters.ClientHandle
                del subscribed.items[handle], self.session.handles[handle]

    async def delete(self) -> None:
        """Forget the subscriptions; a server that does not know them any more is fine."""
        gone = {handle for one in self.live for handle in one.items}
        ids = [one.id for one in self.live]
        self.live = []
        for handle in gone:
            self.session.handles.pop(handle, None)
        await drop(self.session, ids)


async def drop(session: OpcSession, ids: list[int]) -> None:
    """Delete subscriptions by id; errors of the server are only logged."""
    if not ids:
        return
    try:
        await session.ua.delete_subscriptions(ids)
    except (ua.UaError, OSError, TimeoutError) as error:
        log.debug("old subscriptions %s: %s", ids, error)
    for key in ids:
        session.last_sequence.pop(key, None)


def _request(handle: int, item: Item, settings: Settings) -> ua.MonitoredItemCreateRequest:
    interval_s = item.signal.interval_s
    wanted = ua.MonitoringParameters()
    wanted.ClientHandle = handle
    wanted.QueueSize = QUEUE_SIZE
    wanted.DiscardOldest = True
    wanted.SamplingInterval = SAMPLING_MS if interval_s is None else min(1000.0 * interval_s, 1000.0) / 2
    if interval_s is not None:  # a steady value with a new source time is news: it proves the source is alive
        watch = ua.DataChangeFilter()
        watch.Trigger = ua.DataChangeTrigger.StatusValueTimestamp
        wanted.Filter = watch
    read = ua.ReadValueId()
    read.NodeId = item.node_id
    read.AttributeId = ua.AttributeIds.Value
    request = ua.MonitoredItemCreateRequest()
    request.ItemToMonitor = read
    request.MonitoringMode = ua.MonitoringMode.Reporting
    request.RequestedParameters = wanted
    return request


class Pump:
    """Keeps publish requests under way and hands each answer to ``Intake`` in order."""

    def __init__(self, session: OpcSession, handle: Callable[[ua.PublishResult], Awaitable[None]]) -> None:
        self.session, self._handle = session, handle
        self.heard_s: dict[int, float] = {}  # subscription id -> monotonic time of its newest answer
        self._limit = PUBLISH_IN_FLIGHT

    async def run(self) -> None:
        """Until cancelled or the session fails. Raises SubscriptionLost, OSError, UaError."""
        flying: deque[asyncio.Task[ua.PublishResponse]] = deque()
        acknowledged: list[ua.SubscriptionAcknowledgement] = []
        try:
            while True:
                while len(flying) < self._limit:
                    sending, acknowledged = acknowledged, []
                    flying.append(asyncio.ensure_future(self.session.ua.publish(sending)))
                response = await self._next(flying)
                if response is not None:
                    acknowledged += await self._take(response.Parameters)
        finally:
            for task in flying:
                task.cancel()
            await asyncio.gather(*flying, return_exceptions=True)

    async def _next(self, flying: deque[asyncio.Task[ua.PublishResponse]]) -> ua.PublishResponse | None:
        task = flying.popleft()
        try:
            return await task
        except BadTimeout:
            return None
        except BadTooManyPublishRequests:
            self._limit = max(1, self._limit - 1)
            return None
        except BadNoSubscription:
            raise SubscriptionLost("the server says there is no subscription") from None
        except asyncio.CancelledError:
            task.cancel()
            raise

    async def _take(self, result: ua.PublishResult) -> list[ua.SubscriptionAcknowledgement]:
        key = int(result.SubscriptionId)
        self.heard_s[key] = time.monotonic()
        message = result.NotificationMessage
        if not message.NotificationData:
            return []
        await self._handle(result)
        self.session.last_sequence[key] = int(message.SequenceNumber)
        return [ua.SubscriptionAcknowledgement(SubscriptionId=key, SequenceNumber=message.SequenceNumber)]


class Intake:
    """Decodes notifications into observations. The hot path: one call a publish answer, no task a value."""

    def __init__(self, session: OpcSession, link: Link) -> None:
        self.session, self.link = session, link
        self.confirmed_us: int | None = None  # the server's clock just before the subscriptions were built
        self._untimed: set[str] = set()

    async def handle(self, result: ua.PublishResult) -> None:
        """One publish answer: its values go to the link; lost ones are recorded as gaps first."""
        message = result.NotificationMessage
        published_us = micros(message.PublishTime)
        if published_us is not None:
            self.link.clock(published_us)
        made: list[Observation] = []
        ended = ""
        for data in message.NotificationData or ():
            if isinstance(data, ua.DataChangeNotification):
                self.decode(data.MonitoredItems, made)
            elif isinstance(data, ua.StatusChangeNotification) and not data.Status.is_good():
                ended = data.Status.name
        if made:
            await self.link.put(made, confirmed_us=self.confirmed_us)
        if ended:
            raise SubscriptionLost(f"the server ended the subscription: {ended}")

    def decode(self, notifications: Any, made: list[Observation]) -> None:
        """Append one observation a notification; unusable values are counted with their reason."""
        handles, reject, keep = self.session.handles, self.link.reject, made.append
        for notification in notifications:
            item = handles.get(notification.ClientHandle)
            if item is None:
                continue  # a subscription that was just deleted
            data = notification.Value
            status = status_of(data)
            at_us = micros(data.SourceTimestamp) or self._server_time(item, data)
            value = None
            if status & SEVERITY != BAD:
                try:
                    value = convert(
                        None if data.Value is None else data.Value.Value, item.numeric, item.words
                    )
                except Unusable as reason:
                    reject(str(reason), f"{item.tag} ({item.node_id})")
                    continue
            elif status == WAITING:
                continue  # not a value yet
            if status & OVERFLOW == OVERFLOW and status & SEVERITY != BAD:
                self.link.counters.overflow += 1
                self.link.counters.gaps += 1
                keep(Observation(item.tag, at_us - 1, None, int(Status.BAD_DATA_LOST)))
            if not item.first_live_us:
                item.first_live_us = at_us
            keep(Observation(item.tag, at_us, value, status))

    def _server_time(self, item: Item, data: ua.DataValue) -> int:
        self._untimed.add(item.tag)
        at_us = micros(data.ServerTimestamp)
        whose = "the server's" if at_us is not None else "the gateway's"
        self.link.notes["time"] = f"{len(self._untimed)} signals without a source time; {whose} time is used"
        return self.link.now_us() if at_us is None else at_us
