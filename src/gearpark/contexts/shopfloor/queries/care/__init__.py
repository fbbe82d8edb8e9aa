"""Reads of care: what must not be used, what is due, what happened to a machine."""

from .blocks import gauge_blocks, line_blocks, tool_blocks

__all__ = ["gauge_blocks", "line_blocks", "tool_blocks"]
