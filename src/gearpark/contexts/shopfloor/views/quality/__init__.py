"""Pages of the quality room: parse, one call, render."""

from .chart import approve, chart, chart_new, close_signal, leave_out, signals
from .cockpit import cockpit
from .passrate import escape, passrate, set_target
from .sampling import inspect, resume, sampling, scheme, scheme_new
from .studies import studies, study, study_approve, study_new

__all__ = [
    "approve",
    "chart",
    "chart_new",
    "close_signal",
    "cockpit",
    "escape",
    "inspect",
    "leave_out",
    "passrate",
    "resume",
    "sampling",
    "scheme",
    "scheme_new",
    "set_target",
    "signals",
    "studies",
    "study",
    "study_approve",
    "study_new",
]
