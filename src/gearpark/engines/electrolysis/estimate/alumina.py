"""Alumina of each cell: the controller's own estimate, with all that its curve leaves unsaid."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..parameters import Parameters

Array = np.ndarray[Any, Any]


def alumina(e: Parameters, k: Array) -> Array:
    """Alumina, %: the controllers' own, less what it is known to be too high by."""
    return np.asarray(k["x"][:, 0] - e["alumina_bias_pct"])


def alumina_sd(e: Parameters, k: Array) -> Array:
    """Standard deviation of the controllers' alumina, %.

    The filter knows the noise of the resistance only; bath mass, metering and the point of the anode effect differ between
    cells of one type, and one curve is read for all of them.
    """
    return np.asarray(np.sqrt(k["cov"][:, 0, 0] + e["alumina_own_pct"] ** 2))
