"""Reads of the quality room."""

from .charts import chart, charts, limits_of, samples_of, signal_info, signal_rows, signals
from .cockpit import cockpit
from .passrate import pass_counts, targets_of
from .sampling import lot_rows, next_plan, scheme, scheme_rows, schemes
from .studies import studies, study, study_rows
from .views import capability_of, chart_view

__all__ = [
    "capability_of",
    "chart",
    "chart_view",
    "charts",
    "cockpit",
    "limits_of",
    "lot_rows",
    "next_plan",
    "pass_counts",
    "samples_of",
    "scheme",
    "scheme_rows",
    "schemes",
    "signal_info",
    "signal_rows",
    "signals",
    "studies",
    "study",
    "study_rows",
    "targets_of",
]
