"""Cells: the variables that carry signals, written cheaply with their source time and kept as history."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from asyncua import ua
from asyncua.server.address_space import AttributeValue, NodeData
from asyncua.server.history import HistoryStorageInterface
from asyncua.server.monitored_item_service import MonitoredItemService

from gearpark.base.time import EPOCH, from_us

RETENTION_US = 72 * 3600 * 1_000_000
MAX_VALUES_PER_READ = 10_000
_GOOD = ua.StatusCode(ua.UInt32(0))
_MICROSECOND = timedelta(microseconds=1)
Convert = Callable[[Any], Any]


class Cell:
    """One variable. ``convert`` turns the simulation's value into the wire's; history keeps the simulation's."""

    __slots__ = ("convert", "history", "kind", "node_id", "statuses", "times", "value", "values")

    def __init__(self, node: NodeData, kind: ua.VariantType, convert: Convert, *, history: bool) -> None:
        self.node_id = node.nodeid
        self.value: AttributeValue = node.attributes[ua.AttributeIds.Value]
        self.kind, self.convert, self.history = kind, convert, history
        self.times: list[int] = []
        self.values: list[Any] = []
        self.statuses: dict[int, int] = {}

    def remember(self, at_us: int, value: Any, status: int = 0) -> None:
        """Keep as history. A second value of one instant replaces the first; an older one is not taken."""
        times = self.times
        if times and at_us <= times[-1]:
            if at_us == times[-1]:
                self.values[-1] = value
            return
        times.append(at_us)
        self.values.append(value)
        if status:
            self.statuses[at_us] = status

    def data_value(self, at_us: int, value: Any, status: int = 0) -> ua.DataValue:
        at: Any = from_us(at_us)
        code = ua.StatusCode(ua.UInt32(status)) if status else _GOOD
        variant = (
            ua.Variant(None, ua.VariantType.Null) if status else ua.Variant(self.convert(value), self.kind)
        )
        return ua.DataValue(variant, code, at, at)

    def set(self, at_us: int, value: Any, status: int = 0) -> None:
        """Set without telling anyone (before clients can be there)."""
        self.value.value = self.data_value(at_us, value, status)

    def write(self, at_us: int, value: Any, status: int = 0) -> list[Awaitable[None]]:
        """Set and tell every subscription; returns what has to be awaited (rarely anything)."""
        data = self.data_value(at_us, value, status)
        self.value.value = data
        late: list[Awaitable[None]] = []
        for handle, callback in list(self.value.datachange_callbacks.items()):
            service = getattr(callback, "__self__", None)
            if not isinstance(service, MonitoredItemService) or not _enqueue(service, handle, data):
                late.append(callback(handle, data))
        return late

    def trim(self, oldest_us: int) -> None:
        """Forget history before ``oldest_us``, but for the newest value that was still true then."""
        cut = max(bisect_right(self.times, oldest_us) - 1, 0)
        if cut:
            for at in self.times[:cut]:
                self.statuses.pop(at, None)
            del self.times[:cut], self.values[:cut]


def _enqueue(service: MonitoredItemService, handle: int, data: ua.DataValue) -> bool:
    """Queue a notification as asyncua would, without its two deep copies per value. False: take the long way.

    Only where the outcome is the same: no dead band has to be compared.
    """
    item_id = service._monitored_datachange.get(handle)
    item = service._monitored_items.get(item_id) if item_id is not None else None
    if item is None or item_id is None or service.isub._task is None:
        return False
    wanted = item.filter
    if wanted is not None and getattr(wanted, "DeadbandType", 1) != ua.DeadbandType.None_:
        return False
    if item.mode == ua.MonitoringMode.Disabled:
        return True
    held = item.mvalue.current_dvalue
    item.mvalue.old_dvalue, item.mvalue.current_dvalue = held, data
    by_time = wanted is not None and wanted.Trigger == ua.DataChangeTrigger.StatusValueTimestamp
    if not by_time and held is not None and held.Value == data.Value and held.StatusCode == data.StatusCode:
        return True  # only the time moved, and nobody asked for that
    queue = service.isub._triggered_datachanges.setdefault(item_id, [])
    if item.queue_size and len(queue) >= item.queue_size:
        queue.pop(0)
    queue.append(ua.MonitoredItemNotification(item.client_handle, data))
    return True


class CellHistory(HistoryStorageInterface):
    """Serves HistoryRead from the cells' memory; writing happens in ``Cell.remember``."""

    def __init__(self) -> None:
        super().__init__(MAX_VALUES_PER_READ)
        self.cells: dict[ua.NodeId, Cell] = {}

    async def init(self) -> None:
        """Nothing to open."""

    async def stop(self) -> None:
        """Nothing to close."""

    async def new_historized_node(self, node_id: ua.NodeId, period: timedelta | None, count: int = 0) -> None:
        """Cells are historized by their definition."""

    async def save_node_value(self, node_id: ua.NodeId, datavalue: ua.DataValue) -> None:
        """Cells remember by themselves."""

    async def new_historized_event(self, source_id: Any, evtypes: Any, period: Any, count: int = 0) -> None:
        """No events are kept."""

    async def save_event(self, event: Any) -> None:
        """No events are kept."""

    async def read_event_history(
        self, source_id: Any, start: Any, end: Any, nb_values: int, evfilter: Any
    ) -> tuple[list[Any], datetime | None]:
        return [], None

    async def read_node_history(
        self, node_id: ua.NodeId, start: datetime | None, end: datetime | None, nb_values: int
    ) -> tuple[list[ua.DataValue], datetime | None]:
        """Values with start <= source time <= end (backwards when start is missing or later than end)."""
        cell = self.cells.get(node_id)
        if cell is None:
            return [], None
        open_start, open_end = start is None or start.year < 1970, end is None or end.year < 1970
        low, high = _us(start, open_start, 0), _us(end, open_end, 1 << 62)
        backwards = open_start or (not open_end and low > high)
        if backwards:
            low, high = (0, high) if open_start else (high, low)
        first, last = bisect_left(cell.times, low), bisect_right(cell.times, high)
        limit = min(nb_values or MAX_VALUES_PER_READ, MAX_VALUES_PER_READ)
        picked = list(range(first, last))
        if backwards:
            picked.reverse()
        rest = picked[limit] if len(picked) > limit else None
        values = [
            cell.data_value(cell.times[i], cell.values[i], cell.statuses.get(cell.times[i], 0))
            for i in picked[:limit]
        ]
        return values, from_us(cell.times[rest]) if rest is not None else None


def _us(at: datetime | None, is_open: bool, otherwise: int) -> int:
    if is_open or at is None:
        return otherwise
    aware = at if at.tzinfo else at.replace(tzinfo=EPOCH.tzinfo)
    return (aware - EPOCH) // _MICROSECOND
