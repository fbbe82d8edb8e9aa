"""Buffer allocation: two problems with known optima, solved from several seeds.

Three exponential stations in a row; the speed of each and the room between them are shared out. Small: speeds of 20 in
all, room of 18 (21,660 designs; Pichitlamken, Nelson and Hong); large: speeds of 50, room of 48 (57,624 designs). The
best output is known exactly, and so is that of any answer: both from the Markov chain of the line, solved here.

bap_small_s, bap_large_s   a whole optimisation, model file already read; median over the seeds, kernels warm
bap_found                  answers whose exact output is the optimum's within the indifference of the task (0.2 %)
bap_exact                  of them those that are the optimum itself or its mirror image
bap_runs                   answers asked for: 20 seeds a problem, 50 when ``full``
"""

from __future__ import annotations

import os
import statistics
import time
from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import spsolve

from gearpark.engines.linesim.model import Line, build_line, read_document
from gearpark.engines.linesim.optimize import optimize, prepare

SEEDS, FULL_SEEDS = 20, 50
INDIFFERENCE = 0.002
SMALL, LARGE = (
    (20, 18, "most", 5.776122),
    (50, 48, "exactly", 15.697585),
)  # speeds, room, bound of speeds, optimum
SAME = 1e-6
PATHS = ("s1.speed", "s2.speed", "s3.speed", "s2.buffer", "s3.buffer")


def problem(speeds: int, room: int, bound: str) -> Line:
    """The line with everything shared out evenly, and its task."""
    text = f"""schema: 1
name: Three stations
run: {{time: 1000 s, warmup: 100 s, replications: 20}}
stations:
  s1: {{cycle: exp(1 s)}}
  s2: {{cycle: exp(1 s), buffer: {room // 2}}}
  s3: {{cycle: exp(1 s), buffer: {room - room // 2}}}
optimize:
  vary:
    "stations.*.speed": {{from: 1, to: {speeds - 2}}}
    "stations.*.buffer": {{from: 0, to: {room}}}
  totals:
    - {{of: "stations.*.speed", {bound}: {speeds}}}
    - {{of: "stations.*.buffer", exactly: {room}}}
  indifference: {INDIFFERENCE:%}
"""
    return build_line(read_document(text))


def exact_per_s(rates: tuple[float, float, float], room2: int, room3: int) -> float:
    """Output of three exponential stations with finite room between them, blocking after service.

    A state is (parts at the second station, parts at the third), each with one place more for a part that is finished
    before it and finds no room.
    """
    wide, high = room2 + 3, room3 + 3
    rows, columns, values = [], [], []
    for a in range(wide):
        for b in range(high):
            if b == high - 1 and a == 0:
                continue  # nobody there to be blocked
            moves = []
            if a < wide - 1:
                moves.append((a + 1, b, rates[0]))
            if a and b < high - 1:
                moves.append((a - 1, b + 1, rates[1]) if b <= room3 else (a, b + 1, rates[1]))
            if b:
                moves.append((a - (b == high - 1), b - 1, rates[2]))
            for to_a, to_b, rate in moves:
                rows += [to_a * high + to_b, a * high + b]
                columns += [a * high + b] * 2
                values += [rate, -rate]
    size = wide * high
    flow = sparse.csr_matrix((values, (rows, columns)), shape=(size, size)).tolil()
    flow[high - 1, high - 1] = 1.0  # the state that cannot be
    flow[size - 1, :] = 1.0
    right = np.zeros(size)
    right[size - 1] = 1.0
    shares = spsolve(flow.tocsc(), right).reshape(wide, high)
    return float(rates[2] * shares[:, 1:].sum())


def measure(full: bool) -> dict[str, Any]:
    """All figures."""
    prepare()
    seeds, workers = FULL_SEEDS if full else SEEDS, os.cpu_count() or 1
    found = exact = 0
    made: dict[str, Any] = {}
    for name, (speeds, room, bound, optimum) in (("small", SMALL), ("large", LARGE)):
        line = problem(speeds, room, bound)
        optimize(line, seed=FULL_SEEDS + 1, workers=workers)
        spent = []
        for seed in range(1, seeds + 1):
            start = time.perf_counter()
            answer = optimize(line, seed=seed, workers=workers)
            spent.append(time.perf_counter() - start)
            *rates, room2, room3 = (answer.changes[f"stations.{p}"] for p in PATHS)
            reached = exact_per_s((rates[0], rates[1], rates[2]), room2, room3)
            found += reached >= optimum * (1 - INDIFFERENCE)
            exact += reached >= optimum - SAME * optimum
        made[f"bap_{name}_s"] = round(statistics.median(spent), 3)
    return made | {"bap_found": found, "bap_exact": exact, "bap_runs": 2 * seeds}
