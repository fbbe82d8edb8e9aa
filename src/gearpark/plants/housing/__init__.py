"""The housing shop: machining lines as a deterministic discrete-event simulation. No clock, no I/O inside.

``HousingLine`` is one line. Time is an integer of microseconds since 1970 UTC and only moves in ``run_until``; all
randomness comes from streams keyed by (seed, line, device, purpose), so the same seed gives the same history.
"""

from .analogs import AnalogSampler
from .board import Change
from .knobs import Injection, parse_injection
from .line import HousingLine

__all__ = ["AnalogSampler", "Change", "HousingLine", "Injection", "parse_injection"]
