"""Random streams: splitmix64, one state a stream.

A stream's first state is a hash of (seed, replication) joined with a hash of (entity, purpose); both are mixed
thoroughly. Streams started at multiples of one number would be shifted copies of one another.
"""

from __future__ import annotations

import hashlib
from typing import Any

GOLDEN = 0x9E3779B97F4A7C15
MIX_1 = 0xBF58476D1CE4E5B9
MIX_2 = 0x94D049BB133111EB
MASK = (1 << 64) - 1
HALF_STEP = 2.0**-52


def key_of(entity: str, purpose: str) -> int:
    """Key of a stream: stays the same when other entities come and go."""
    digest = hashlib.blake2b(f"{entity}\x1f{purpose}".encode(), digest_size=8)
    return int.from_bytes(digest.digest(), "little")


def mix(z: int) -> int:
    """splitmix64 of one word."""
    z = (z + GOLDEN) & MASK
    z = ((z ^ (z >> 30)) * MIX_1) & MASK
    z = ((z ^ (z >> 27)) * MIX_2) & MASK
    return z ^ (z >> 31)


def uniform(U: Any, k: int) -> float:
    """Next number of stream ``k``, inside (0, 1)."""
    z = (U[k] + GOLDEN) & MASK
    U[k] = z
    z = ((z ^ (z >> 30)) * MIX_1) & MASK
    z = ((z ^ (z >> 27)) * MIX_2) & MASK
    z = z ^ (z >> 31)
    return ((z >> 12) + 0.5) * HALF_STEP


def base_of(seed: int, replication: int) -> int:
    """What all streams of one replication share."""
    return mix((mix(seed & MASK) + replication) & MASK)


def reseed(U: Any, keys: Any, where: Any, seed: int, replication: int) -> None:
    """Start every stream: ``keys`` and ``seed`` are mixed already."""
    base = mix((seed + replication) & MASK)
    for k in range(len(where)):
        U[where[k]] = mix(base ^ keys[k])
