"""A thousand forecasts of the rest of a shift: 25 stations, from a live state an hour into the shift."""

from __future__ import annotations

import os
import statistics
import time
from typing import Any

from gearpark.engines.linesim.forecast import forecast
from gearpark.engines.linesim.live import LiveState, MachineState
from gearpark.engines.linesim.model import build_line, read_document

STATIONS, REPLICATIONS, ROUNDS = 25, 1_000, 3
LEFT_S = 7 * 3600.0
STATION = '{cycle: "triangular(5 min, 6 min, 8 min)", buffer: 2, fail: {mtbf: 20 h, mttr: "lognormal(25 min, 80 %)", crew: repair}}'


def measure() -> dict[str, Any]:
    """``forecasts_1000_s``: median over ``ROUNDS`` warm forecasts of ``REPLICATIONS`` replications."""
    rows = "\n".join(f"  s{k:02d}: {STATION}" for k in range(STATIONS))
    head = "schema: 1\nname: shift\nrun: {time: 8 h, warmup: 0 h}\npeople: {fitters: {count: 2, skills: [repair]}}\n"
    line = build_line(read_document(f"{head}stations:\n{rows}\n"))
    machines = {
        m.name: MachineState("down", 600.0, part="part")
        if k == 7
        else MachineState("busy", 60.0 + 10.0 * k, part="part")
        for k, m in enumerate(line.plan.machines)
    }
    state = LiveState(LEFT_S, machines, good=9)
    spent = []
    for _ in range(ROUNDS + 1):
        start = time.perf_counter()
        forecast(line, state, replications=REPLICATIONS, workers=os.cpu_count() or 1)
        spent.append(time.perf_counter() - start)
    return {"forecasts_1000_s": round(statistics.median(spent[1:]), 3)}
