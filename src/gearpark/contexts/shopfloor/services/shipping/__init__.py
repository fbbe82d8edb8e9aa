"""Writes of shipping: packing good parts into units, and sending units off."""

from .shipments import add_unit, cancel_shipment, make_shipment, remove_unit, send_shipment
from .units import (
    close_unit,
    open_unit,
    pack,
    pack_carrier,
    put_on_pallet,
    reopen_unit,
    save_pack_rule,
    take_off_pallet,
    undo_unit,
    unpack,
)

__all__ = [
    "add_unit",
    "cancel_shipment",
    "close_unit",
    "make_shipment",
    "open_unit",
    "pack",
    "pack_carrier",
    "put_on_pallet",
    "remove_unit",
    "reopen_unit",
    "save_pack_rule",
    "send_shipment",
    "take_off_pallet",
    "undo_unit",
    "unpack",
]
