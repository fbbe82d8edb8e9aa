"""Writes of orders and work: one transaction each, audited where a person decides."""

from .batch import record_runs
from .closing import cancel_order, close_order
from .components import consume_component, issue_components, return_component
from .holds import clear_station, hold_station
from .instructions import (
    add_picture,
    delete_instruction_draft,
    draft_instruction,
    release_instruction,
    save_instruction,
)
from .line_orders import register_line_order
from .orders import change_order, create_order, hold_order, release_order, split_order, unhold_order
from .overrides import sign_override
from .parts import hold_serial, release_serial
from .people import grant_skill, save_skill, set_badge, sign_off, sign_on, who_signs_on
from .products import save_product
from .programs import add_program, release_program, retire_program
from .queue import move_order
from .routings import delete_draft, draft_routing, release_routing, retire_routing, save_operations
from .runs import finish_operation, rework, scrap, start_operation
from .serials import issue_serials

__all__ = [
    "add_picture",
    "add_program",
    "cancel_order",
    "change_order",
    "clear_station",
    "close_order",
    "consume_component",
    "create_order",
    "delete_draft",
    "delete_instruction_draft",
    "draft_instruction",
    "draft_routing",
    "finish_operation",
    "grant_skill",
    "hold_order",
    "hold_serial",
    "hold_station",
    "issue_components",
    "issue_serials",
    "move_order",
    "record_runs",
    "register_line_order",
    "release_instruction",
    "release_order",
    "release_program",
    "release_routing",
    "release_serial",
    "retire_program",
    "retire_routing",
    "return_component",
    "rework",
    "save_instruction",
    "save_operations",
    "save_product",
    "save_skill",
    "scrap",
    "set_badge",
    "sign_off",
    "sign_on",
    "sign_override",
    "split_order",
    "start_operation",
    "unhold_order",
    "who_signs_on",
]
