"""Tables of logistics: places and what stands on them, transport tasks and vehicles, shipping units."""

from .fleet import Message, Vehicle, VehicleOrder
from .places import Carrier, CarrierItem, Numbering, Place, Site, Stock
from .shipping import PackRule, Shipment, ShippingUnit, UnitItem
from .tasks import Piece, Rule, Task, TaskStep

__all__ = [
    "Carrier",
    "CarrierItem",
    "Message",
    "Numbering",
    "PackRule",
    "Piece",
    "Place",
    "Rule",
    "Shipment",
    "ShippingUnit",
    "Site",
    "Stock",
    "Task",
    "TaskStep",
    "UnitItem",
    "Vehicle",
    "VehicleOrder",
]
