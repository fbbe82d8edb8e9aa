"""Forms of the shop floor, one module a slice."""

from .lines import CalendarForm, LineForm, PlanForm

__all__ = ["CalendarForm", "LineForm", "PlanForm"]
