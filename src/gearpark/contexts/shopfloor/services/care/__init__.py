"""Writes of care: one transaction each, audited."""

from .checks import calibration_check, master_check
from .files import keep_certificate, keep_photo
from .follow_machines import follow_machines, open_due_jobs
from .follow_tools import follow_tools
from .forecasts import keep_forecasts
from .gauges import move_gauge, save_gauge, save_gauge_class
from .jobs import cancel_job, check_point, finish_job, open_job, plan_job, start_job
from .machines import save_physical, swap
from .plans import save_plan, save_zone
from .spares import move_spare, reserve_spare, save_spare
from .tools import (
    back_from_regrind,
    change_tool,
    mark_tool,
    mount_tool,
    preset_tool,
    save_tool,
    save_tool_class,
    send_to_regrind,
    unmount_tool,
)
from .usage import measure_wear, report_usage

__all__ = [
    "back_from_regrind",
    "calibration_check",
    "cancel_job",
    "change_tool",
    "check_point",
    "finish_job",
    "follow_machines",
    "follow_tools",
    "keep_certificate",
    "keep_forecasts",
    "keep_photo",
    "mark_tool",
    "master_check",
    "measure_wear",
    "mount_tool",
    "move_gauge",
    "move_spare",
    "open_due_jobs",
    "open_job",
    "plan_job",
    "preset_tool",
    "report_usage",
    "reserve_spare",
    "save_gauge",
    "save_gauge_class",
    "save_physical",
    "save_plan",
    "save_spare",
    "save_tool",
    "save_tool_class",
    "save_zone",
    "send_to_regrind",
    "start_job",
    "swap",
    "unmount_tool",
]
