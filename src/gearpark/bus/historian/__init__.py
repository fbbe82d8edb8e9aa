"""Historian process: bus -> lake, exactly once. `python -m gearpark.bus.historian`

Decodes what gateways publish, appends it to the lake, commits about once a second and only then acknowledges, so
that a gateway's journal never trims what is not stored. What cannot be understood goes to a quarantine file with a
reason; nothing that arrives can stop the process.
"""

from .ingest import Ingest
from .process import Historian, main
from .quarantine import Quarantine

__all__ = ["Historian", "Ingest", "Quarantine", "main"]
