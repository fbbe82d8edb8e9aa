"""Writes of the quality room: one transaction each, audited."""

from .charts import add_charts, approve_limits, leave_out, save_chart
from .demo import ensure_demo_charts, ensure_demo_studies, freeze_demo_limits
from .follow import EVERY_S, follow
from .judge import judge_chart
from .passrate import record_escape, set_target
from .samples import add_measurement
from .sampling import inspect_lot, resume, save_scheme
from .signals import close_signal
from .studies import COLUMNS, approve_study, save_study

__all__ = [
    "COLUMNS",
    "EVERY_S",
    "add_charts",
    "add_measurement",
    "approve_limits",
    "approve_study",
    "close_signal",
    "ensure_demo_charts",
    "ensure_demo_studies",
    "follow",
    "freeze_demo_limits",
    "inspect_lot",
    "judge_chart",
    "leave_out",
    "record_escape",
    "resume",
    "save_chart",
    "save_scheme",
    "save_study",
    "set_target",
]
