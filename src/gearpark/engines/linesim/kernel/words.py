"""Random streams on machine words: what ``random`` says on Python integers, for the compiler."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..marks import hot
from .random import GOLDEN, HALF_STEP, MIX_1, MIX_2

W_GAMMA, W_MIX_1, W_MIX_2 = np.uint64(GOLDEN), np.uint64(MIX_1), np.uint64(MIX_2)
W_12, W_27, W_30, W_31 = np.uint64(12), np.uint64(27), np.uint64(30), np.uint64(31)


@hot
def mix(z: Any) -> Any:
    """splitmix64 of one word."""
    z = z + W_GAMMA
    z = (z ^ (z >> W_30)) * W_MIX_1
    z = (z ^ (z >> W_27)) * W_MIX_2
    return z ^ (z >> W_31)


@hot
def uniform(U: Any, k: int) -> float:
    """Next number of stream ``k``, inside (0, 1)."""
    z = U[k] + W_GAMMA
    U[k] = z
    z = (z ^ (z >> W_30)) * W_MIX_1
    z = (z ^ (z >> W_27)) * W_MIX_2
    z = z ^ (z >> W_31)
    return (np.int64(z >> W_12) + 0.5) * HALF_STEP


@hot
def reseed(U: Any, keys: Any, where: Any, seed: Any, replication: int) -> None:
    """Start every stream: ``keys`` and ``seed`` are mixed already."""
    base = mix(seed + np.uint64(replication))
    for k in range(len(where)):
        word = mix(base ^ keys[k])
        U[where[k]] = word
