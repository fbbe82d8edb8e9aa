"""Writes of logistics: each one transaction, audited; what a vehicle or a rule does is kept as steps of the task."""

from .carriers import book_stock, empty_carrier, fill_carrier, move_carrier, save_carriers
from .places import propose_site, save_place, save_site, sync_places
from .rules import propose_rules, remove_rule, save_rule, switch_rule
from .tasks import cancel_task, make_task, reassign_task, report_step, retry_task, take_over
from .vehicles import look_for_vehicles, save_vehicle, take_in

__all__ = [
    "book_stock",
    "cancel_task",
    "empty_carrier",
    "fill_carrier",
    "look_for_vehicles",
    "make_task",
    "move_carrier",
    "propose_rules",
    "propose_site",
    "reassign_task",
    "remove_rule",
    "report_step",
    "retry_task",
    "save_carriers",
    "save_place",
    "save_rule",
    "save_site",
    "save_vehicle",
    "switch_rule",
    "sync_places",
    "take_in",
    "take_over",
]
