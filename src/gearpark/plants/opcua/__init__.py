"""The housing shop on the wire: one OPC UA server a line, built on the MachineTool companion model."""

from .server import LineServer

__all__ = ["LineServer"]
