"""Machine states: from signals to intervals that cover a period exactly.

``mapping("machinery-1")`` or ``mapping("mtconnect-1")`` gives the versioned table of rules; ``intervals`` applies it.
"""

from .intervals import StateInterval, intervals, microseconds_by_state, seconds_by_state
from .mapping import MAPPINGS, STATES, Mapping, Rule, bind_mtconnect, mapping
from .report import report

__all__ = [
    "MAPPINGS",
    "STATES",
    "Mapping",
    "Rule",
    "StateInterval",
    "bind_mtconnect",
    "intervals",
    "mapping",
    "microseconds_by_state",
    "report",
    "seconds_by_state",
]
