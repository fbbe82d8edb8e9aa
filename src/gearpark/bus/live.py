"""LiveValues: the newest value of every tag, for pages. One per process, fed by its own thread.

Newest means newest *source* time: late, repeated or back-filled data never moves a value back. A value is stale when
its machine or gateway died, our own link is down, or nothing fresh came within twice the expected interval.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from gearpark.base.limits import MAX_FUTURE_S
from gearpark.base.wire import Quality, Status, Value, quality_of

from .client import bus_url
from .host import HostState
from .hostlink import HostLink
from .naming import is_control, tag_of
from .nodes import Alive, Data, Dead, Event, NodeKey

log = logging.getLogger(__name__)
HOST_ID = "gearpark-web"
STALE_FACTOR = 2.0  # expected intervals without a fresh value
MIN_STALE_S = 3.0  # shorter silences are the network's
MAX_TAGS = 500_000
MAX_KEYS_PER_DEVICE = 20_000
TICK_S = 0.5
RATE_WINDOW_S = 10.0
MAX_SUBSCRIPTIONS = 500
RETURN_S = 10.0  # after our link came back, nodes have this long to be born again
# Statuses of a birth metric that has no value: ours, and what the codec makes of a null without any status.
UNKNOWN_YET = frozenset((int(Status.BAD_WAITING_FOR_INITIAL_DATA), int(Status.BAD_NO_DATA)))
LINK_GRACE_S = 3.0  # a reconnect this quick is not shown
Key = tuple[str, str]  # organisation, tag


class LiveValue(NamedTuple):
    """stale: do not trust it to be current; `quality` says so too. received_us: when this process heard it."""

    at_us: int
    value: Value
    status: int
    quality: Quality
    received_us: int
    stale: bool = False


class Flow(NamedTuple):
    """Data flow of one organisation."""

    points_per_s: float
    points: int
    tags: int


@dataclass(slots=True)
class _Entry:
    at_us: int
    value: Value
    status: int
    received_us: int
    device: tuple[NodeKey, str]
    silence_us: int  # stale after; 0 = the source reports changes only


class Subscription:
    """Changed tags, gathered until somebody asks: `await subscription.next()`. Close it when done."""

    def __init__(self, live: LiveValues, keys: Iterable[Key], loop: asyncio.AbstractEventLoop) -> None:
        self.keys = frozenset(keys)
        self._live, self._loop = live, loop
        self._changed: set[Key] = set()
        self._woken = asyncio.Event()
        self._lock = threading.Lock()

    async def next(self, timeout_s: float, gather_s: float = 0.0) -> dict[Key, LiveValue]:
        """Tags changed since the last call, with their values now; empty after `timeout_s` without a change.

        gather_s  wait this long after the first change, so that a page gets one message and not many
        """
        try:
            async with asyncio.timeout(timeout_s):
                await self._woken.wait()
        except TimeoutError:
            return {}
        if gather_s:
            await asyncio.sleep(gather_s)
        with self._lock:
            changed, self._changed = self._changed, set()
            self._woken.clear()
        return self._live.latest(changed)

    def close(self) -> None:
        self._live._close(self)

    def _mark(self, key: Key) -> None:
        with self._lock:
            first = not self._changed
            self._changed.add(key)
        if first:
            try:
                self._loop.call_soon_threadsafe(self._woken.set)
            except RuntimeError:  # the loop is closed: so is its reader
                self._live._close(self)


class LiveValues:
    """`start()`, then `latest`; every method may be called from any thread."""

    def __init__(self, url: str | None = None, host_id: str = HOST_ID) -> None:
        self._lock = threading.RLock()
        self._entries: dict[Key, _Entry] = {}
        self._dead: set[tuple[NodeKey, str]] = set()
        self._intervals: dict[tuple[NodeKey, str], dict[str, float]] = {}
        self._keys: dict[tuple[NodeKey, str], dict[str, Key]] = {}
        self._subscriptions: dict[Key, set[Subscription]] = {}
        self._open = 0
        self._rates: dict[str, deque[tuple[float, int]]] = {}
        self._points: Counter[str] = Counter()
        self._tags: Counter[str] = Counter()
        self._stale_now: set[Key] = set()
        self.counts: Counter[str] = Counter()
        self._state = HostState(self._event, self._send)
        self._down_since_s: float | None = time.monotonic()
        self._up_since_s = 0.0
        self._link = HostLink(
            url or bus_url(), host_id, on_message=self._heard, on_up=self._up, on_down=self._down
        )
        self._stopping = threading.Event()
        self._ticker = threading.Thread(target=self._tick, name="live-values", daemon=True)

    def start(self) -> None:
        """Connect in the background; values come with the births that gateways then send."""
        self._link.start()
        self._ticker.start()

    def stop(self) -> None:
        self._stopping.set()
        self._link.stop()
        if self._ticker.is_alive():
            self._ticker.join()

    @property
    def connected(self) -> bool:
        """The bus is heard now, or was until a moment ago."""
        down_s = self._down_since_s
        return down_s is None or (self._link.client.connects > 0 and time.monotonic() - down_s < LINK_GRACE_S)

    # --- reading -------------------------------------------------------------------------------------------------

    def latest(self, keys: Iterable[Key]) -> dict[Key, LiveValue]:
        """(organisation, tag) -> newest value, for those ever heard."""
        now_us = time.time_ns() // 1000
        linked = self.connected
        found: dict[Key, LiveValue] = {}
        with self._lock:
            for key in keys:
                entry = self._entries.get(key)
                if entry is not None:
                    found[key] = self._value(entry, now_us, linked)
        return found

    def tags_of(self, org: str) -> list[str]:
        """Tags of an organisation ever heard."""
        with self._lock:
            return sorted(tag for owner, tag in self._entries if owner == org)

    def org_of(self, tag: str) -> list[str]:
        """Organisations that a tag was heard from (one, unless two firms use the same asset id)."""
        with self._lock:
            return sorted(org for org in self._points if (org, tag) in self._entries)

    def flow(self) -> dict[str, Flow]:
        """Organisation -> points a second over the last seconds, points since start, tags."""
        with self._lock:
            return {
                org: Flow(_rate(self._rates.get(org)), points, self._tags[org])
                for org, points in self._points.items()
            }

    def nodes(self) -> list[dict[str, object]]:
        """Edge nodes heard, with what they do against the specification."""
        with self._lock:
            return [
                {
                    "org": node.key.group,
                    "node": node.key.node,
                    "online": node.online,
                    "devices": len([name for name in node.devices if name]),
                    "dead_devices": len(node.dead_devices),
                    "seq_gaps": node.seq_gaps,
                    "rebirths_asked": node.rebirths_asked,
                    "messages": node.messages,
                    "deviations": dict(node.deviations),
                }
                for node in self._state.nodes.values()
            ]

    def subscribe(self, keys: Sequence[Key]) -> Subscription:
        """Changes of these tags (values, and turning stale or fresh), for the running event loop."""
        subscription = Subscription(self, keys, asyncio.get_running_loop())
        with self._lock:
            if self._open >= MAX_SUBSCRIPTIONS:
                raise RuntimeError(f"{MAX_SUBSCRIPTIONS} subscriptions are open; close some")
            self._open += 1
            for key in subscription.keys:
                self._subscriptions.setdefault(key, set()).add(subscription)
        return subscription

    def _close(self, subscription: Subscription) -> None:
        with self._lock:
            closed = False
            for key in subscription.keys:
                watchers = self._subscriptions.get(key)
                if watchers and subscription in watchers:
                    closed = True
                    watchers.discard(subscription)
                    if not watchers:
                        del self._subscriptions[key]
            self._open -= closed

    def _value(self, entry: _Entry, now_us: int, linked: bool) -> LiveValue:
        stale = not linked or self._is_dead(entry.device)
        if entry.silence_us and now_us - entry.received_us > entry.silence_us:
            stale = True
        quality = quality_of(entry.status)
        return LiveValue(
            entry.at_us,
            entry.value,
            entry.status,
            Quality.STALE if stale and quality is not Quality.BAD else quality,
            entry.received_us,
            stale,
        )

    def _is_dead(self, device: tuple[NodeKey, str]) -> bool:
        return device in self._dead or (device[0], "") in self._dead

    # --- the bus' thread -----------------------------------------------------------------------------------------

    def _heard(self, topic: str, payload: bytes) -> None:
        with self._lock:
            self._state.handle(topic, payload, time.time_ns() // 1000, time.monotonic())

    def _send(self, topic: str, payload: bytes) -> None:
        self._link.client.publish(topic, payload)

    def _up(self) -> None:
        self._up_since_s = time.monotonic()
        self._down_since_s = None

    def _down(self) -> None:
        self._down_since_s = time.monotonic()
        with self._lock:
            self._state.link_lost()

    def _event(self, event: Event) -> None:
        if isinstance(event, Data):
            self._take(event)
        elif isinstance(event, Alive):
            self._dead.discard((event.key, ""))
            self._dead.discard((event.key, event.device))
            self._intervals[event.key, event.device] = {
                name: info.properties["interval_s"]
                for name, info in event.metrics.items()
                if isinstance(info.properties.get("interval_s"), float)
            }
        elif isinstance(event, Dead) and event.reason != "link":
            self._dead.add((event.key, event.device))

    def _take(self, data: Data) -> None:
        if data.journalled and not data.device:
            return  # a gateway's own metrics steer its session
        org, device = data.key.group, (data.key, data.device)
        keys = self._keys.setdefault(device, {})
        latest_us = data.received_us + int(MAX_FUTURE_S * 1e6)
        entries, watched = self._entries, self._subscriptions
        if not data.birth:
            self._points[org] += len(data.names)
        for name, at_us, value, status in zip(
            data.names, data.at_us, data.values, data.statuses, strict=True
        ):
            key = keys.get(name) or self._key(data, keys, name)
            if at_us is None or key is None:
                continue
            if at_us > latest_us:
                self.counts["future_points"] += 1
                continue
            entry = entries.get(key)
            if data.birth and value is None and status in UNKNOWN_YET:
                # Born without a value: nothing new is known, and the birth's own time says nothing about the source.
                if entry is not None:
                    entry.device, entry.silence_us = device, self._silence_us(device, name)
                continue
            if entry is None:
                if len(entries) >= MAX_TAGS:
                    self.counts["tags_over_limit"] += 1
                    continue
                entries[key] = _Entry(
                    at_us, value, status, data.received_us, device, self._silence_us(device, name)
                )
                self._tags[org] += 1
            elif at_us > entry.at_us or (at_us == entry.at_us and not data.birth):
                # At one instant the later arrival counts: a correction, or the same value again.
                entry.at_us, entry.value, entry.status = at_us, value, status
                entry.received_us, entry.device = data.received_us, device
            else:
                if data.birth:
                    entry.device, entry.silence_us = device, self._silence_us(device, name)
                self.counts["late_points"] += not data.birth
                continue
            if key in watched:
                for subscription in tuple(watched[key]):
                    subscription._mark(key)

    def _key(self, data: Data, keys: dict[str, Key], name: str) -> Key | None:
        """(organisation, tag) of a metric, remembered; None when it makes no tag."""
        made = None if is_control(data.device, name) else tag_of(data.device or data.key.node, name)
        if made is None:
            return None
        if len(keys) < MAX_KEYS_PER_DEVICE:
            keys[name] = (data.key.group, made)
        return (data.key.group, made)

    def _silence_us(self, device: tuple[NodeKey, str], name: str) -> int:
        interval_s = self._intervals.get(device, {}).get(name)
        return int(max(interval_s * STALE_FACTOR, MIN_STALE_S) * 1e6) if interval_s else 0

    # --- the ticker's thread -------------------------------------------------------------------------------------

    def _tick(self) -> None:
        while not self._stopping.wait(TICK_S):
            now_s = time.monotonic()
            with self._lock:
                self._state.tick(now_s)
                self._bury_silent(now_s)
                for org, points in self._points.items():
                    rates = self._rates.setdefault(org, deque())
                    rates.append((now_s, points))
                    while rates[0][0] < now_s - RATE_WINDOW_S:
                        rates.popleft()
                self._mark_stale()

    def _bury_silent(self, now_s: float) -> None:
        """Nodes that did not come back after our link did are gone, whatever we last heard of them."""
        if self._down_since_s is None and now_s - self._up_since_s > RETURN_S:
            self._dead |= {(node.key, "") for node in self._state.nodes.values() if not node.online}

    def _mark_stale(self) -> None:
        """Tell watchers of tags that turned stale, or fresh again, without a new value."""
        now_us, linked = time.time_ns() // 1000, self.connected
        stale = {
            key
            for key in self._subscriptions
            if key in self._entries and self._value(self._entries[key], now_us, linked).stale
        }
        for key in stale ^ self._stale_now:
            for subscription in tuple(self._subscriptions.get(key, ())):
                subscription._mark(key)
        self._stale_now = stale


def _rate(samples: deque[tuple[float, int]] | None) -> float:
    if not samples or len(samples) < 2:
        return 0.0
    (begin_s, first), (end_s, last) = samples[0], samples[-1]
    return (last - first) / (end_s - begin_s) if end_s > begin_s else 0.0
