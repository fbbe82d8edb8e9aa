"""Line twin beside SimPy, salabim and Ciw in the same run, on the same lines (``_twin_peers``), on one core.

line_moves_per_s      operations a second of the event kernel: 20 stations, buffers of 5, exponential failures
line_vs_simpy, vs_salabim, vs_ciw   the same over the peer's operations a second
full_vs_simpy         with operators, repair crews, tool changes, scrap and triangular times
recursion_vs_simpy    the plain line by the recursion without event list
shop_year_s           180 stations in a row with triangular times, six fitters and tool changes, 4.4 million operations:
                      a year of 204,000 housings at some 21 operations each
first_answer_cold_s   ``gearpark twin run`` of the plain line in a new process that has to compile first (the recursion)
first_answer_warm_s   the same with the compiled code on the disk
first_events_answer_* the same for a housing line with people, setups and a gantry, which takes the event kernel; with ``--full``
crn_variance_ratio    how many times fewer runs common random numbers need to tell one place more in the middle buffer
bap_*, forecasts_*, ray_*   see ``_twin_bap``, ``_twin_forecast`` and, with ``--full``, ``_twin_ray``

Rates are medians over rounds in which ours and the peer take turns. Before a ratio is told, the peer's output of the run
is held against ours over many replications: a peer that simulates another line stops the benchmark.
Predictions before the first run: 80, 110 and 1,300 times SimPy, 150 times salabim, 600 times Ciw, 0.6 s for the year,
6 s and 0.8 s to the first answer, a variance ratio of 30.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks import _twin_bap, _twin_forecast, _twin_ray
from benchmarks._twin_peers import Shop, ciw_line, salabim_line, simpy_line

from gearpark.engines.linesim import engine
from gearpark.engines.linesim.cluster import ADDRESS
from gearpark.engines.linesim.experiment import Answer, compare, prepare, simulate
from gearpark.engines.linesim.kernel import layout as at
from gearpark.engines.linesim.model import Line, build_line, read_document

PLAIN, FULL = Shop(), Shop(full=True)
OURS_S, FULL_S, RECURSION_S = 200_000, 100_000, 200_000  # simulated seconds of ours, by replication
SIMPY_S, SIMPY_FULL_S, SALABIM_S, CIW_S = 12_000, 8_000, 6_000, 1_200  # and of the peers
ROUNDS, QUICK_ROUNDS = 3, 1
HELD_AGAINST = 200  # replications that a peer's output is held against
FAR = 5.0  # standard deviations beyond which a peer simulates something else
YEAR_MOVES, YEAR_STATIONS = 4_400_000, 180
CRN_REPLICATIONS, CRN_S = 60, 20_000
FIRST_S = 20_000
RAY_S = 400_000
MODEL = Path(__file__).resolve().parents[1] / "src/gearpark/config/demo/data/twin/housing-automated.yaml"
COMMAND_LIMIT_S = 120.0


def line_of(shop: Shop, time_s: float, wider: int = 0) -> Line:
    """The model of ``shop``, run from empty; ``wider``: more room before the station in the middle."""
    station = {
        "cycle": f"{shop.cycle_s} s",
        "fail": f"{{mtbf: {shop.mtbf_s} s, mttr: {shop.mttr_s} s}}",
    }
    people = ""
    if shop.full:
        people = (
            f"people: {{operators: {{count: {shop.operators}, skills: [work]}},"
            f" fitters: {{count: {shop.crew}, skills: [repair]}}}}\n"
        )
        station = {
            "cycle": f'"triangular({shop.cycle_low_s} s, {shop.cycle_s} s, {shop.cycle_high_s} s)"',
            "operator": "work",
            "fail": f"{{mtbf: {shop.mtbf_s} s, mttr: {shop.mttr_s} s, crew: repair}}",
            "tools": f"{{every: {shop.tool_every}, time: {shop.tool_s} s}}",
            "scrap": f"{shop.scrap * 100} %",
        }
    rows = []
    for k in range(shop.stations):
        room = {"buffer": str(shop.buffer + (wider if k == shop.stations // 2 else 0))} if k else {}
        rows.append(
            f"  s{k + 1}: {{{', '.join(f'{name}: {value}' for name, value in (station | room).items())}}}"
        )
    head = f"schema: 1\nname: bench\nrun: {{time: {time_s:.0f} s, warmup: 0 s}}\n"
    return build_line(read_document(f"{head}{people}stations:\n" + "\n".join(rows) + "\n"))


def moves(answer: Answer) -> float:
    """Operations done in all replications."""
    first, count = answer.made.columns["machines"], len(answer.made.machines)
    return float(answer.rows[:, [first + k * at.XM + at.XM_MADE for k in range(count)]].sum())


def _ours(line: Line, kind: str, replications: int = 1) -> float:
    """Operations a second on one core."""
    start = time.perf_counter()
    answer = simulate(line, replications=replications, seed=7, engine=kind, warm_s=0.0, workers=1)
    return moves(answer) / (time.perf_counter() - start)


class _Peer:
    """A peer's rate, and its output held against ours."""

    def __init__(
        self, run: Callable[[Shop, float, int], tuple[int, int]], shop: Shop, until_s: float
    ) -> None:
        self.run, self.shop, self.until_s = run, shop, until_s
        answer = simulate(
            line_of(shop, until_s),
            replications=HELD_AGAINST,
            seed=11,
            engine="events",
            warm_s=0.0,
            workers=os.cpu_count() or 1,
        )
        good = answer.rows[:, at.X_GOOD]
        self.mean, self.spread = float(good.mean()), float(good.std(ddof=1))

    def rate(self, seed: int) -> float:
        start = time.perf_counter()
        good, done = self.run(self.shop, self.until_s, seed)
        spent = time.perf_counter() - start
        if abs(good - self.mean) > FAR * self.spread:
            raise RuntimeError(f"{self.run.__name__}: {good} parts where ours gives {self.mean:.1f}")
        return done / spent


def _turns(rounds: int, **work: Callable[[int], float]) -> dict[str, float]:
    """Medians of the rates, taken turn by turn."""
    told: dict[str, list[float]] = {name: [] for name in work}
    for turn in range(rounds):
        for name, one in work.items():
            told[name].append(one(turn + 1))
    return {name: statistics.median(found) for name, found in told.items()}


def _rates(rounds: int) -> dict[str, float]:
    plain, full, fast = line_of(PLAIN, OURS_S), line_of(FULL, FULL_S), line_of(PLAIN, RECURSION_S)
    simpy, simpy_full = _Peer(simpy_line, PLAIN, SIMPY_S), _Peer(simpy_line, FULL, SIMPY_FULL_S)
    salabim, ciw = _Peer(salabim_line, PLAIN, SALABIM_S), _Peer(ciw_line, PLAIN, CIW_S)
    rate = _turns(
        rounds,
        events=lambda _turn: _ours(plain, "events"),
        simpy=simpy.rate,
        full=lambda _turn: _ours(full, "events"),
        simpy_full=simpy_full.rate,
        recursion=lambda _turn: _ours(fast, "recursion", 8),
        salabim=salabim.rate,
        ciw=ciw.rate,
    )
    return {
        "line_moves_per_s": round(rate["events"]),
        "full_moves_per_s": round(rate["full"]),
        "recursion_moves_per_s": round(rate["recursion"]),
        "simpy_moves_per_s": round(rate["simpy"]),
        "simpy_full_moves_per_s": round(rate["simpy_full"]),
        "line_vs_simpy": round(rate["events"] / rate["simpy"], 1),
        "full_vs_simpy": round(rate["full"] / rate["simpy_full"], 1),
        "recursion_vs_simpy": round(rate["recursion"] / rate["simpy"]),
        "vs_salabim": round(rate["events"] / rate["salabim"], 1),
        "vs_ciw": round(rate["events"] / rate["ciw"], 1),
    }


def _shop_year() -> dict[str, float]:
    station = (
        '{cycle: "triangular(5 min, 6 min, 8 min)", buffer: 4, fail: {mtbf: 60 h, mttr: 45 min, crew: repair},'
        " tools: {every: 80, time: 6 min}}"
    )
    rows = "\n".join(f"  s{k}: {station}" for k in range(YEAR_STATIONS))
    head = "schema: 1\nname: year\nrun: {{time: {:.0f} h, warmup: 0 h}}\npeople: {{fitters: {{count: 6, skills: [repair]}}}}\n"
    hours = (
        YEAR_MOVES / YEAR_STATIONS / 7.0
    )  # a first guess at seven pieces an hour, corrected by what comes out
    for _ in range(2):
        line = build_line(read_document(f"{head.format(hours)}stations:\n{rows}\n"))
        start = time.perf_counter()
        done = moves(simulate(line, replications=1, seed=3, engine="events", warm_s=0.0, workers=1))
        spent = time.perf_counter() - start
        hours *= YEAR_MOVES / done
    return {"shop_year_s": round(spent, 3), "shop_year_moves": round(done)}


def _first_answers(rounds: int, full: bool) -> dict[str, float]:
    """New processes, the folder of compiled kernels empty at first: the plain line, then one for the event kernel."""
    made: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="gearpark-jit-") as folder:
        plain = Path(folder) / "plain.yaml"
        plain.write_text(json.dumps(line_of(PLAIN, FIRST_S).document.raw), "utf-8")
        for name, model in (("first_answer", plain), ("first_events_answer", MODEL))[: 1 + full]:
            told = [_command_s(model, folder) for _ in range(1 + rounds)]
            made[f"{name}_cold_s"] = round(told[0], 2)
            made[f"{name}_warm_s"] = round(statistics.median(told[1:]), 2)
    return made


def _command_s(model: Path, cache: str) -> float:
    command = [str(Path(sys.executable).with_name("gearpark")), "twin", "run", str(model), "--json"]
    start = time.perf_counter()
    subprocess.run(
        command,
        check=True,
        capture_output=True,
        timeout=COMMAND_LIMIT_S,
        env={**os.environ, "GEARPARK_JIT_CACHE": cache},
    )
    return time.perf_counter() - start


def _common_numbers() -> float:
    made = compare(
        line_of(PLAIN, CRN_S), line_of(PLAIN, CRN_S, wider=1), replications=CRN_REPLICATIONS, seed=5
    )
    return round(made.variance_ratio or float(np.nan), 1)


def run(*, quick: bool = False, full: bool = False) -> dict[str, Any]:
    """All figures; ``quick``: one round, no compilation; ``full``: all seeds of the optimiser."""
    begin = time.perf_counter()
    os.environ.pop(ADDRESS, None)  # ours runs on one core, as the peers do
    prepare()
    rounds = QUICK_ROUNDS if quick else ROUNDS
    made: dict[str, Any] = {"compiled": engine.JIT, **_rates(rounds), **_shop_year()}
    made["crn_variance_ratio"] = _common_numbers()
    made |= _twin_forecast.measure()
    if not quick:
        made |= _twin_bap.measure(full)
        made |= _first_answers(rounds, full)
    if full:
        made |= _twin_ray.measure(line_of(FULL, RAY_S))
    made["bench_s"] = round(time.perf_counter() - begin, 1)
    return made
