"""Writes of the shop floor: one transaction each."""

from .demo import ensure_demo_lines, ensure_line
from .line_types import move_lines, retire_line_type, save_line_type
from .setup import save_calendar, save_line, set_plan

__all__ = [
    "ensure_demo_lines",
    "ensure_line",
    "move_lines",
    "retire_line_type",
    "save_calendar",
    "save_line",
    "save_line_type",
    "set_plan",
]
