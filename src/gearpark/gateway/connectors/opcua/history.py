"""Back-fill: values the server kept while nobody listened, read with HistoryRead and flagged as historical."""

from __future__ import annotations

import logging

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


async def backfill(session: OpcSession, link: Link, items: list[Item], since_us: dict[str, int]) -> int:
    """Read what lies between the newest stored source time and the first live value of each historized item.

    since_us  tag -> newest source time stored before this run; a tag without one gets the last day.
    Returns how many values were put.
    A server that refuses history is noted in the health document, not an error.
    """
    wanted = [item for item in items if not item.error]
    if not wanted:
        return 0
    total = 0
    oldest_us = link.now_us() - int(MAX_BACKFILL_S * 1e6)
    first_us = link.now_us() - int(FIRST_BACKFILL_S * 1e6)
    for item in await historized(session, wanted):
        start_us = max(since_us[item.tag] + 1, oldest_us) if since_us.get(item.tag) else first_us
        end_us = item.first_live_us or link.source_now_us()
        if end_us > start_us:
            total += await _read(session, link, item, start_us, end_us)
    if total:
        link.notes["history"] = f"{total} values read back from the server's history"
        log.info("connection %s: %s", link.wanted.id, link.notes["history"])
    return total


async def _read(session: OpcSession, link: Link, item: Item, start_us: int, end_us: int) -> int:
    details = ua.ReadRawModifiedDetails()
    details.IsReadModified = False
    details.StartTime = from_us(start_us)
    details.EndTime = from_us(end_us)
    details.NumValuesPerNode = MAX_VALUES_PER_READ
    details.ReturnBounds = False
    continuation: bytes | None = None
    total = 0
    while total < MAX_VALUES_PER_SIGNAL:
        answer = await _ask(session, item, details, continuation)
        if answer is None:
            link.notes["history"] = f"the server refused history of {item.tag}"
            return total
        values, continuation = answer
        made = [seen for data in values if (seen := _observation(link, item, data)) is not None]
        made = [seen for seen in made if start_us <= seen.at_us < end_us]
        await link.put(made, historical=True)
        total += len(made)
        if not continuation:
            return total
    return total


async def _ask(
    session: OpcSession, item: Item, details: ua.ReadRawModifiedDetails, continuation: bytes | None
) -> tuple[list[ua.DataValue], bytes | None] | None:
    node = ua.HistoryReadValueId()
    node.NodeId = item.node_id
    node.ContinuationPoint = continuation
    params = ua.HistoryReadParameters()
    params.HistoryReadDetails = details
    params.TimestampsToReturn = ua.TimestampsToReturn.Both
    params.ReleaseContinuationPoints = False
    params.NodesToRead.append(node)
    try:
        result = (await session.ua.history_read(params))[0]
    except ua.UaStatusCodeError:
        return None
    if not result.StatusCode.is_good() or result.HistoryData is None:
        return None
    return list(result.HistoryData.DataValues or []), result.ContinuationPoint or None


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
