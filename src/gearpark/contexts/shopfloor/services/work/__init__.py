"""Writes of orders and work: one transaction each, audited where a person decides."""

from .batch import record_runs
from .holds import clear_station, hold_station
from .line_orders import register_line_order
from .parts import hold_serial, release_serial
from .runs import finish_operation, rework, scrap, start_operation
from .serials import issue_serials

__all__ = [
    "clear_station",
    "finish_operation",
    "hold_serial",
    "hold_station",
    "issue_serials",
    "record_runs",
    "register_line_order",
    "release_serial",
    "rework",
    "scrap",
    "start_operation",
]
