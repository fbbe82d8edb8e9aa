"""Writes of calls for help: one transaction each, audited and told."""

from .clock import call_by_alarms, escalate
from .flow import (
    accept_call,
    attach_photo,
    cancel_call,
    close_call,
    contain_call,
    on_site,
    order_for_call,
    raise_call,
)
from .types import drop_call_rule, save_call_reason, save_call_rule, save_call_type

__all__ = [
    "accept_call",
    "attach_photo",
    "call_by_alarms",
    "cancel_call",
    "close_call",
    "contain_call",
    "drop_call_rule",
    "escalate",
    "on_site",
    "order_for_call",
    "raise_call",
    "save_call_reason",
    "save_call_rule",
    "save_call_type",
]
