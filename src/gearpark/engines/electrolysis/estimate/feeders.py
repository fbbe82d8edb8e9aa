"""Feeder health: is a feeder's hole closed.

The breaker's contact signal is missed at times and false at others; which of both a row of strikes speaks for is a matter
of Bayes' rule. How much of what is fed arrives is the controller's own estimate (``control/observe.py``), judged with the
other causes.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..parameters import Parameters

Array = np.ndarray[Any, Any]
SOUND, CLOSED, UNKNOWN = range(3)
VERDICTS = ("sound", "closed", "unknown")
LEAST_STRIKES = 6


def closed_probability(e: Parameters, strikes: Array, contacts: Array) -> Array:
    """Probability that a hole is closed, of strikes and those of them with contact (any shape). Without strikes: the prior."""
    usual, closed, before = e["contact_usual"], e["contact_closed"], e["closed_before"]
    misses = np.asarray(strikes) - contacts
    log_closed = contacts * np.log(closed) + misses * np.log1p(-closed) + np.log(before)
    log_sound = contacts * np.log(usual) + misses * np.log1p(-usual) + np.log1p(-before)
    return np.asarray(1.0 / (1.0 + np.exp(np.clip(log_sound - log_closed, -500.0, 500.0))))


def verdicts(e: Parameters, strikes: Array, contacts: Array) -> Array:
    """A place in ``VERDICTS`` for each feeder; one that struck less than ``LEAST_STRIKES`` times is unknown."""
    each = np.where(closed_probability(e, strikes, contacts) >= e["closed_told"], CLOSED, SOUND)
    each[np.asarray(strikes) < LEAST_STRIKES] = UNKNOWN
    return each
