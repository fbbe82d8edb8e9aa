"""Reads of calls for help."""

from .standing import call, call_escalations, call_infos, call_rows, open_calls, standing_calls
from .stats import BOUNDS_S, CallStats, Times, call_stats
from .types import active_types, call_rule_rows, call_type, call_type_rows, reasons_of

__all__ = [
    "BOUNDS_S",
    "CallStats",
    "Times",
    "active_types",
    "call",
    "call_escalations",
    "call_infos",
    "call_rows",
    "call_rule_rows",
    "call_stats",
    "call_type",
    "call_type_rows",
    "open_calls",
    "reasons_of",
    "standing_calls",
]
