"""Line types as data with a small reader: what stands on a line, how parts flow, what is done with what.

A template says which stations, buffers and transports a line has and where they stand in the drawing; which operations
they do with which tools, gauges and skills; which characteristics they make and measure; why they stop and why parts
are scrapped. Plants are simulated on it, boards draw from it, orders and quality take their defaults from it.
"""

from .catalogue import asset_type, asset_types, signals_of
from .process import (
    Basis,
    Characteristic,
    Commissioning,
    Container,
    GaugeClass,
    Kind,
    Material,
    Operation,
    Phase,
    Reliability,
    ScrapReason,
    Skill,
    Special,
    SpecialState,
    StopReason,
    ToolClass,
    Use,
)
from .template import read_template, template, template_codes, template_text
from .types import (
    STORE,
    AssetType,
    Buffer,
    Device,
    Flow,
    LineTemplate,
    Loss,
    Place,
    Rail,
    Role,
    Station,
    Transport,
    Variant,
)

__all__ = [
    "STORE",
    "AssetType",
    "Basis",
    "Buffer",
    "Characteristic",
    "Commissioning",
    "Container",
    "Device",
    "Flow",
    "GaugeClass",
    "Kind",
    "LineTemplate",
    "Loss",
    "Material",
    "Operation",
    "Phase",
    "Place",
    "Rail",
    "Reliability",
    "Role",
    "ScrapReason",
    "Skill",
    "Special",
    "SpecialState",
    "Station",
    "StopReason",
    "ToolClass",
    "Transport",
    "Use",
    "Variant",
    "asset_type",
    "asset_types",
    "read_template",
    "signals_of",
    "template",
    "template_codes",
    "template_text",
]
