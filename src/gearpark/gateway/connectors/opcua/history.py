"""Back-fill: values the server kept while nobody listened, read with HistoryRead and flagged as historical."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from asyncua import ua

from gearpark.base.time import from_us
from gearpark.base.wire import Observation

from ...link import Link
from .config import READ_PER_CALL
from .session import OpcSession
from .subscription import Item, chunks
from .values import BAD, SEVERITY, Unusable, convert, micros, status_of

MAX_BACKFILL_S = 31 * 86_400.0
FIRST_BACKFILL_S = 86_400.0  # of a signal that was never stored
MAX_VALUES_PER_READ = 5_000
NODES_PER_READ = 20
MAX_VALUES_PER_SIGNAL = 1_000_000
HISTORY_READ_BIT = 0x04  # AccessLevel, Part 3, 8.57
log = logging.getLogger(__name__)


async def historized(session: OpcSession, items: list[Item]) -> list[Item]:
    """Items whose access level allows HistoryRead."""
    found: list[Item] = []
    for group in chunks(items, READ_PER_CALL):
        answers = await session.ua.read_attributes(
            [item.node_id for item in group], ua.AttributeIds.UserAccessLevel
        )
        for item, answer in zip(group, answers, strict=True):
            level = answer.Value.Value if answer.Value is not None else None
            if isinstance(level, int) and level & HISTORY_READ_BIT:
                found.append(item)
    return found


@dataclass(slots=True)
class Window:
    """What is wanted of one item: values at ``start_us`` or later and before ``end_us``."""

    item: Item
    start_us: int
    end_us: int
    continuation: bytes | None = None
    more: bool = False
    read: int = 0


async def backfill(session: OpcSession, link: Link, items: list[Item], since_us: dict[str, int]) -> int:
    """Read what lies between the newest stored source time and the first live value of each historized item.

    since_us  tag -> newest source time stored before this run; a tag without one gets the last day.
    Returns how many values were put.
    A server that refuses history is noted in the health document, not an error.
    """
    now_us = link.now_us()
    oldest_us, first_us = now_us - int(MAX_BACKFILL_S * 1e6), now_us - int(FIRST_BACKFILL_S * 1e6)
    windows = []
    for item in await historized(session, [item for item in items if not item.error]):
        known_us = since_us.get(item.tag)
        start_us = max(known_us + 1, oldest_us) if known_us else first_us
        end_us = item.first_live_us or link.source_now_us()
        if end_us > start_us:
            windows.append(Window(item, start_us, end_us))
    total = 0
    windows.sort(key=lambda window: window.start_us)  # one call has one time span: neighbours share it best
    for group in chunks(windows, NODES_PER_READ):
        total += await _read(session, link, group)
    if total:
        link.notes["history"] = f"{total} values read back from the server's history"
        log.info("connection %s: %s", link.wanted.id, link.notes["history"])
    return total


async def _read(session: OpcSession, link: Link, group: list[Window]) -> int:
    """Everything of these windows, call after call; a server that takes fewer nodes is asked one by one."""
    details = ua.ReadRawModifiedDetails()
    details.IsReadModified = False
    details.EndTime = from_us(max(window.end_us for window in group))
    details.NumValuesPerNode = MAX_VALUES_PER_READ
    details.ReturnBounds = False
    total = 0
    pending = group
    while pending:
        details.StartTime = from_us(min(window.start_us for window in pending))
        try:
            results = await session.ua.history_read(_parameters(details, pending))
        except ua.UaStatusCodeError as error:
            if len(group) == 1:
                link.notes["history"] = f"the server refused history of {group[0].item.tag}: {error}"[:200]
                return total
            return total + sum([await _read(session, link, [window]) for window in pending])
        following = []
        made: list[Observation] = []
        for window, result in zip(pending, results, strict=True):
            made += _values(link, window, result)
            if window.more and window.read < MAX_VALUES_PER_SIGNAL:
                following.append(window)
        await link.put(made, historical=True)
        total += len(made)
        pending = following
    return total


def _parameters(details: ua.ReadRawModifiedDetails, windows: list[Window]) -> ua.HistoryReadParameters:
    params = ua.HistoryReadParameters()
    params.HistoryReadDetails = details
    params.TimestampsToReturn = ua.TimestampsToReturn.Both
    params.ReleaseContinuationPoints = False
    for window in windows:
        node = ua.HistoryReadValueId()
        node.NodeId = window.item.node_id
        node.ContinuationPoint = window.continuation
        params.NodesToRead.append(node)
    return params


def _values(link: Link, window: Window, result: ua.HistoryReadResult) -> list[Observation]:
    """One node's answer. Moves the window on: some servers cut long answers without a continuation point."""
    window.continuation, window.more = None, False
    if not result.StatusCode.is_good() or result.HistoryData is None:
        link.notes["history"] = f"the server refused history of {window.item.tag}: {result.StatusCode.name}"
        return []
    values = list(result.HistoryData.DataValues or [])
    window.continuation = result.ContinuationPoint or None
    window.more = bool(window.continuation) or len(values) >= MAX_VALUES_PER_READ
    window.read += len(values)
    seen = [one for data in values if (one := _observation(link, window.item, data)) is not None]
    made = [one for one in seen if window.start_us <= one.at_us < window.end_us]
    if seen:
        window.start_us = max(window.start_us, max(one.at_us for one in seen) + 1)
    return made


def _observation(link: Link, item: Item, data: ua.DataValue) -> Observation | None:
    at_us = micros(data.SourceTimestamp) or micros(data.ServerTimestamp)
    status = status_of(data)
    if at_us is None:
        link.reject("history_without_time", item.tag)
        return None
    if status & SEVERITY == BAD:
        return Observation(item.tag, at_us, None, status)
    try:
        value = convert(None if data.Value is None else data.Value.Value, item.numeric, item.words)
    except Unusable as reason:
        link.reject(str(reason), item.tag)
        return None
    return Observation(item.tag, at_us, value, status)
