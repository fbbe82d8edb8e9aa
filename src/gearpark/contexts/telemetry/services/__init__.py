"""Writes of telemetry: one transaction each, audited."""

from .charts import delete_chart, save_chart
from .commands import allow_writing, withdraw_command, write_signal
from .connections import delete as delete_connection
from .connections import edit as edit_connection
from .connections import restore as restore_connection
from .connections import set_enabled
from .discovery import keep_choices, start_look
from .gateways import ensure_gateway, rotate_token, serve_config
from .lake_jobs import ask_job, run_job, task_name
from .looks import apply_look, check_look
from .onboarding import apply_proposal, plan

__all__ = [
    "allow_writing",
    "apply_look",
    "apply_proposal",
    "ask_job",
    "check_look",
    "delete_chart",
    "delete_connection",
    "edit_connection",
    "ensure_gateway",
    "keep_choices",
    "plan",
    "restore_connection",
    "rotate_token",
    "run_job",
    "save_chart",
    "serve_config",
    "set_enabled",
    "start_look",
    "task_name",
    "withdraw_command",
    "write_signal",
]
