"""Random numbers by counter: a pure function of (key of the cell, second, purpose), so that nothing has to be kept."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..compiled import hot

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
PURPOSE = np.uint64(0xD1B54A32D192ED03)
MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
MIX_2 = np.uint64(0x94D049BB133111EB)
S30, S27, S31, S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
S16, S32, S48, LOW = np.uint64(16), np.uint64(32), np.uint64(48), np.uint64(0xFFFF)
TO_UNIT = 2.0**-53
SUM_MEAN = 2.0 * 65535.0
SUM_SD = 37837.2  # of four uniform 16-bit numbers

ROLL, BUBBLE, GLITCH, SHOT, FILM, STROKE, MOVE, SLOW, SENSE = range(9)
PURPOSES = 16


@hot
def bits(key: Any, t: Any, purpose: Any) -> Any:
    """64 random bits."""
    z = key + np.uint64(t) * GOLDEN + np.uint64(purpose) * PURPOSE
    z = (z ^ (z >> S30)) * MIX_1
    z = (z ^ (z >> S27)) * MIX_2
    return z ^ (z >> S31)


@hot
def unit(key: Any, t: Any, purpose: Any) -> Any:
    """Uniform on [0, 1)."""
    return float(bits(key, t, purpose) >> S11) * TO_UNIT


@hot
def normal(key: Any, t: Any, purpose: Any) -> Any:
    """Nearly normal (sum of four uniforms, within 3.46 standard deviations): mean 0, deviation 1."""
    z = bits(key, t, purpose)
    total = float(z & LOW) + float((z >> S16) & LOW) + float((z >> S32) & LOW) + float(z >> S48)
    return (total - SUM_MEAN) / SUM_SD


def key_of(seed: int, cells: int) -> np.ndarray[Any, Any]:
    """A key a cell."""
    return np.random.default_rng(seed).integers(0, 2**63, cells, dtype=np.uint64)
