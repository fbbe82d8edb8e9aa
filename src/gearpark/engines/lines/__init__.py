"""Line templates and the signals of each asset type, as data with a small reader.

A template says which stations, buffers and transports a line has, where they stand in the drawing, how parts flow
and what the ideal cycle is. The simulated plants run on it and the line board draws from it, so both tell one story.
"""

from .catalogue import asset_type, asset_types, signals_of
from .template import template, template_codes
from .types import (
    AssetType,
    Buffer,
    Device,
    Flow,
    LineTemplate,
    Loss,
    Place,
    Rail,
    Station,
    Transport,
    Variant,
)

__all__ = [
    "AssetType",
    "Buffer",
    "Device",
    "Flow",
    "LineTemplate",
    "Loss",
    "Place",
    "Rail",
    "Station",
    "Transport",
    "Variant",
    "asset_type",
    "asset_types",
    "signals_of",
    "template",
    "template_codes",
]
