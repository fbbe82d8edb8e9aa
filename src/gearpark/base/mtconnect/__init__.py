"""MTConnect XML: device models (``MTConnectDevices``), streams (``MTConnectStreams``) and errors.

Namespaces differ by version (1.1 to 2.x) and by vendor extension, so elements are matched by local name.
Documents with a DTD or entities are refused before anything is expanded.
Source: ANSI/MTC1.4 parts 2 and 3; checked against the NIST test bed and the cppagent demo.
"""

from __future__ import annotations

from .devices import MtcDevice, MtcItem, extra_fields, read_devices
from .documents import MAX_XML_BYTES, parse_xml
from .streams import StreamHeader, StreamObservation, Streams, read_streams
from .values import condition_level, condition_text, kind_of, signal_info, unit_of, value_of

__all__ = [
    "MAX_XML_BYTES",
    "MtcDevice",
    "MtcItem",
    "StreamHeader",
    "StreamObservation",
    "Streams",
    "condition_level",
    "condition_text",
    "extra_fields",
    "kind_of",
    "parse_xml",
    "read_devices",
    "read_streams",
    "signal_info",
    "unit_of",
    "value_of",
]
