"""Simulated lines of any type: a deterministic discrete-event simulation. No clock, no I/O inside.

``SimulatedLine`` is one line. Time is an integer of microseconds since 1970 UTC and only moves in ``run_until``; all
randomness comes from streams keyed by (seed, line, device, purpose), so the same seed gives the same history. What the
line is made of comes from its line type (``engines.lines``), how machines behave from ``data/behaviour.toml``.
"""

from .analogs import AnalogSampler
from .board import Change
from .knobs import Injection, parse_injection
from .simulation import SimulatedLine

__all__ = ["AnalogSampler", "Change", "Injection", "SimulatedLine", "parse_injection"]
