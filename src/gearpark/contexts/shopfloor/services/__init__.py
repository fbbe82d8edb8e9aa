"""Writes of the shop floor: one transaction each."""

from .demo import ensure_demo_lines
from .setup import save_calendar, save_line, set_plan

__all__ = ["ensure_demo_lines", "save_calendar", "save_line", "set_plan"]
