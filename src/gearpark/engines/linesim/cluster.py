"""Replications over a Ray cluster, when ``RAY_ADDRESS`` names one.

Blocks are cut so that each takes a second or more: below some ten milliseconds a task's own cost outweighs what it
brings. Random streams go by replication, so the rows are the same for any cut and any number of nodes. Every node needs
the same version of this package; its kernel is compiled there once and kept.
"""

from __future__ import annotations

import importlib.util
import math
import os
import time
from collections.abc import Callable
from typing import Any

from gearpark.base.problems import Problem

ADDRESS = "RAY_ADDRESS"
BLOCK_S = 1.0  # least time of a block, by the time one replication takes here
MAX_BLOCKS = 10_000


def wanted() -> bool:
    """A cluster is named."""
    return bool(os.environ.get(ADDRESS))


def blocks(count: int, each_s: float, cpus: int) -> list[tuple[int, int]]:
    """(first, how many) of blocks of ``BLOCK_S`` or more, no more of them than are of use."""
    least = max(1, math.ceil(BLOCK_S / max(each_s, 1e-9)))
    size = max(least, math.ceil(count / (4 * max(cpus, 1))), math.ceil(count / MAX_BLOCKS))
    return [(first, min(size, count - first)) for first in range(0, count, size)]


def _took_s(part: Callable[[int, int], Any]) -> float:
    start = time.perf_counter()
    part(0, 1)
    return time.perf_counter() - start


def spread(part: Callable[[int, int], Any], count: int) -> list[Any] | None:
    """Rows of ``part`` by block from the cluster, in order; None when the whole is too short to send out.

    Problem ``twin.no_ray`` when the library is not installed or the cluster does not answer.
    """
    each_s = _took_s(part)
    if each_s * count >= 2 * BLOCK_S:
        each_s = _took_s(part)  # the first one may have loaded the kernel
    if each_s * count < 2 * BLOCK_S:
        return None
    if importlib.util.find_spec("ray") is None:
        raise Problem(
            "twin.no_ray", f"{ADDRESS} is set, but Ray is not installed: pip install 'gearpark[ray]'."
        )
    import ray

    try:
        if not ray.is_initialized():
            ray.init(address=os.environ[ADDRESS], log_to_driver=False, configure_logging=False)
    except (ConnectionError, RuntimeError) as error:
        raise Problem(
            "twin.no_ray", f"The cluster at {os.environ[ADDRESS]} does not answer: {error}."
        ) from error
    task = ray.remote(max_retries=3)(part)
    cpus = int(ray.cluster_resources().get("CPU", 1))
    return list(ray.get([task.remote(first, many) for first, many in blocks(count, each_s, cpus)]))
