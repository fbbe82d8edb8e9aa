"""Words and looks of logistics."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from ...types.moves import (
    CarrierKind,
    Flow,
    Means,
    PlaceKind,
    RuleKind,
    TaskInfo,
    TaskKind,
    TaskState,
    VehicleInfo,
    Watch,
)
from ...types.shipping import ShipmentState, UnitKind, UnitState

STATES = {
    TaskState.NEW: _("Waiting"),
    TaskState.ASSIGNED: _("Assigned"),
    TaskState.ACCEPTED: _("Accepted"),
    TaskState.PICKED: _("Picked"),
    TaskState.DROPPED: _("Dropped"),
    TaskState.DONE: _("Done"),
    TaskState.FAILED: _("Failed"),
    TaskState.CANCELLED: _("Cancelled"),
}
STATE_LOOKS = {
    TaskState.NEW: "waiting",
    TaskState.ASSIGNED: "connecting",
    TaskState.ACCEPTED: "running",
    TaskState.PICKED: "running",
    TaskState.DROPPED: "running",
    TaskState.DONE: "good",
    TaskState.FAILED: "failed",
    TaskState.CANCELLED: "stopped",
}
KINDS = {
    TaskKind.OUTPUT: _("Finished parts away"),
    TaskKind.SUPPLY: _("Material to the line"),
    TaskKind.EMPTY: _("Empty carrier to the line"),
    TaskKind.RETURN: _("Empty carrier back"),
    TaskKind.MANUAL: _("By hand"),
}
MEANS = {Means.AGV: _("Vehicle"), Means.PERSON: _("People"), Means.WMS: _("Warehouse system")}
PLACES = {
    PlaceKind.STATION: _("Station"),
    PlaceKind.BUFFER: _("Buffer"),
    PlaceKind.HANDOVER: _("Hand-over"),
    PlaceKind.STORE: _("Store"),
    PlaceKind.DOCK: _("Dock"),
    PlaceKind.PARK: _("Parking"),
}
FLOWS = {Flow.NONE: "", Flow.IN: _("in"), Flow.OUT: _("out"), Flow.INNER: _("between")}
CARRIERS = {
    CarrierKind.CONTAINER: _("Container"),
    CarrierKind.PALLET: _("Pallet"),
    CarrierKind.TRAY: _("Tray"),
    CarrierKind.RACK: _("Rack"),
}
RULES = {RuleKind.OUTPUT: _("Finished parts away"), RuleKind.SUPPLY: _("Material to the line")}
WATCHES = {
    Watch.PIECES: _("finished parts, as reported"),
    Watch.LEVEL: _("the buffer's level, as the machine says"),
    Watch.STOCK: _("the stock booked there"),
}
UNITS = {UnitKind.BOX: _("Box"), UnitKind.PALLET: _("Pallet")}
UNIT_STATES = {
    UnitState.OPEN: _("Being packed"),
    UnitState.CLOSED: _("Closed"),
    UnitState.SHIPPED: _("Shipped"),
    UnitState.UNDONE: _("Undone"),
}
UNIT_LOOKS = {
    UnitState.OPEN: "setup",
    UnitState.CLOSED: "good",
    UnitState.SHIPPED: "stopped",
    UnitState.UNDONE: "stopped",
}
SHIPMENT_STATES = {
    ShipmentState.DRAFT: _("Draft"),
    ShipmentState.SENT: _("Sent"),
    ShipmentState.CANCELLED: _("Cancelled"),
}
SHIPMENT_LOOKS = {
    ShipmentState.DRAFT: "setup",
    ShipmentState.SENT: "good",
    ShipmentState.CANCELLED: "stopped",
}
STEPS = {
    "new": _("waits"),
    "assigned": _("given to"),
    "accepted": _("taken up"),
    "picked": _("picked"),
    "dropped": _("dropped"),
    "done": _("done"),
    "failed": _("failed"),
    "cancelled": _("cancelled"),
}
TABS = (
    ("logistics", _("Shop")),
    ("tasks", _("Tasks")),
    ("vehicles", _("Vehicles")),
    ("carriers", _("Carriers")),
    ("places", _("Places")),
    ("wip", _("Work in process")),
    ("move-rules", _("Rules")),
    ("units", _("Shipping units")),
    ("shipments", _("Shipments")),
)
SLOT, SLOT_COLUMNS, MAX_SLOTS = 26, 12, 240  # of the picture of what is in a carrier or unit
STAMP = "%Y-%m-%d %H:%M:%S"


def language() -> str:
    return get_language() or "en"


def named(row: Any) -> str:
    """A row with two names, in the reader's language."""
    chinese = language().startswith("zh")
    return str((row.name_zh if chinese else row.name_en) or row.name_en or row.name_zh)


def when(at: datetime | None) -> str:
    return timezone.localtime(at).strftime(STAMP) if at else ""


def tabs(here: str) -> list[dict[str, Any]]:
    """The pages of logistics with the open one marked."""
    return [{"url": reverse(f"shopfloor:{name}"), "word": word, "here": name == here} for name, word in TABS]


def word(words: Mapping[Any, Any], key: Any) -> str:
    """A word of one of the tables above; an unknown key stands for itself."""
    kind = type(next(iter(words)))
    try:
        return str(words[kind(key)])
    except (KeyError, ValueError):
        return str(key)


def trouble(text: str) -> str:
    """Why a task waits or failed, in words."""
    code, _colon, rest = text.partition(":")
    rest = rest.strip()
    known = {
        "no_carrier": _t("no fitting carrier at %(place)s") % {"place": rest},
        "lost": _t("the vehicle is lost"),
        "unanswered": _t("the vehicle did not answer"),
        "refused": _t("the vehicle refused or failed") + (f": {rest}" if rest else ""),
        "tries": _t("too many tries"),
        "given back": _t("given back"),
    }
    return known.get(code, text)


def vehicle_look(one: VehicleInfo) -> str:
    """State look of a vehicle."""
    if one.lost or not one.online:
        return "no_data"
    if any(error.get("level") == "FATAL" for error in one.errors) or one.e_stop not in ("", "NONE"):
        return "down"
    if one.task or one.driving:
        return "running"
    if one.mode and one.mode != "AUTOMATIC":
        return "setup"
    return "planned_stop" if one.charging else "idle"


def vehicle_word(one: VehicleInfo) -> str:
    """What a vehicle does, in a word."""
    if one.lost or not one.online:
        return _t("No contact")
    if any(error.get("level") == "FATAL" for error in one.errors):
        return _t("Fault")
    if one.e_stop not in ("", "NONE"):
        return _t("Emergency stop")
    if one.task:
        return _t("On a task")
    if one.driving:
        return _t("Driving")
    if one.mode and one.mode != "AUTOMATIC":
        return _t("Not automatic")
    return _t("Charging") if one.charging else _t("Idle")


def slots(load: int, capacity: int) -> dict[str, Any]:
    """Room for parts as squares, the taken ones first."""
    places = min(max(capacity, load), MAX_SLOTS)
    columns, rows = min(max(places, 1), SLOT_COLUMNS), max(1, -(-places // SLOT_COLUMNS))
    return {
        "cells": [
            {"x": SLOT * (n % SLOT_COLUMNS), "y": SLOT * (n // SLOT_COLUMNS), "full": n < load}
            for n in range(places)
        ],
        "width": SLOT * columns - 4,
        "height": SLOT * rows - 4,
    }


def overdue(task: TaskInfo, now: datetime) -> bool:
    return task.ended_at is None and task.due_at < now
