"""Reads of calls for help."""

from .standing import call, call_infos, call_rows, open_calls, standing_calls

__all__ = ["call", "call_infos", "call_rows", "open_calls", "standing_calls"]
