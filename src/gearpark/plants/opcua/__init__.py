"""Simulated lines on the wire: one OPC UA server a line, built on the Machinery and MachineTool companion models."""

from .server import LineServer

__all__ = ["LineServer"]
