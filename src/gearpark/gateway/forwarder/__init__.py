"""Forwarder: journalled rows over the bus as Sparkplug B edge sessions, until the historian acknowledges them.

Connectors use `Pipe` (it follows `DataPipe`)::

    pipe = Pipe(folder, gateway="gw1", mqtt_url="mqtt://127.0.0.1:18830")
    await pipe.start()
    pipe.declare("qichi", assets)
    await pipe.put("qichi", [Observation("qc-l1-op10a/power_kw", at_us, 12.5)])
    await pipe.stop()
"""

from gearpark.gateway.journal.types import JournalStats

from .forwarder import Forwarder
from .interface import DataPipe, LinkStats, PipeStats
from .pipe import Pipe

__all__ = ["DataPipe", "Forwarder", "JournalStats", "LinkStats", "Pipe", "PipeStats"]
