"""Replications over a Ray cluster of two nodes on this machine, beside threads: the same rows, and how long both take."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import time
from typing import Any

from gearpark.engines.linesim.cluster import ADDRESS
from gearpark.engines.linesim.experiment import simulate
from gearpark.engines.linesim.model import Line

REPLICATIONS = 24


def measure(line: Line) -> dict[str, Any]:
    """``ray_nodes``, ``ray_same_rows``, ``ray_s`` and ``threads_s``; empty where Ray is not installed (extra ``ray``)."""
    if importlib.util.find_spec("ray") is None:
        return {}
    import ray
    from ray.cluster_utils import Cluster

    threads, threads_s = _run(line)
    nodes = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    nodes.add_node(num_cpus=1)
    nodes.wait_for_nodes()
    kept = os.environ.get(ADDRESS)
    os.environ[ADDRESS] = nodes.address
    try:
        _run(line)  # both nodes load the kernel
        spread, ray_s = _run(line)
        count = sum(node["Alive"] for node in ray.nodes())
    finally:
        os.environ.pop(ADDRESS)
        if kept is not None:
            os.environ[ADDRESS] = kept
        ray.shutdown()
        nodes.shutdown()
    return {"ray_nodes": count, "ray_same_rows": threads == spread, "ray_s": ray_s, "threads_s": threads_s}


def _run(line: Line) -> tuple[str, float]:
    start = time.perf_counter()
    answer = simulate(
        line, replications=REPLICATIONS, seed=4, engine="events", warm_s=0.0, workers=os.cpu_count() or 1
    )
    spent = round(time.perf_counter() - start, 2)
    return hashlib.blake2b(answer.rows.tobytes(), digest_size=8).hexdigest(), spent
