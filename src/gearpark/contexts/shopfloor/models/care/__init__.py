"""Tools, gauges, maintenance, spare parts and machines; calls for help are in ``models.calls``."""

from .files import MAX_FILE_BYTES, CareFile
from .gauges import Gauge, GaugeCheck, GaugeClass
from .machines import CareFollow, MachineDay, Mounting, PhysicalAsset
from .maintenance import ConditionZone, MaintenanceOrder, MaintenancePlan
from .spares import SpareMovement, SparePart, SpareReservation
from .tools import Tool, ToolClass, ToolForecast, ToolHour, ToolLife, ToolPreset, ToolWear

__all__ = [
    "MAX_FILE_BYTES",
    "CareFile",
    "CareFollow",
    "ConditionZone",
    "Gauge",
    "GaugeCheck",
    "GaugeClass",
    "MachineDay",
    "MaintenanceOrder",
    "MaintenancePlan",
    "Mounting",
    "PhysicalAsset",
    "SpareMovement",
    "SparePart",
    "SpareReservation",
    "Tool",
    "ToolClass",
    "ToolForecast",
    "ToolHour",
    "ToolLife",
    "ToolPreset",
    "ToolWear",
]
