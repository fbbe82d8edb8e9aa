"""Plant and controller together, a block of seconds at a time; cells meet only in the line current, which is given."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..cell.fast import second
from ..cell.slow import SLOW_S
from ..cell.steps import SAMPLE_S, sample, slow_step
from ..compiled import entry, hot
from ..control.kernel import control
from ..control.state import FEEDERS


@hot
def plant_second(c: Any, p: Any, k: Any, m: Any, amp: Any, ln_amp: Any, around: Any, t: Any) -> None:
    """One second of one cell to the set-points of its controller, and what its meters show."""
    second(c, p, amp, ln_amp, k.shots, k.beam_target_mm, t)
    if t % SLOW_S == 0:
        slow_step(c, p, k.alf3_total_kg, around[0], around[1], t)
        if t % SAMPLE_S == 0:
            sample(c)
    m.volt = c.volt_seen
    m.beam_mm = c.beam_done_mm
    m.tapping = 1.0 if c.tap_left > 0.0 else 0.0
    for f in range(FEEDERS):
        m.strikes[f] = c.strikes[f]
        m.contacts[f] = c.contacts[f]


@entry
def line_block(
    cells: Any, ps: Any, ks: Any, qs: Any, curve: Any, ms: Any, amps: Any, seen: Any, around: Any, start: Any
) -> None:
    """All cells through the seconds ``start`` + 1 ... with true (``amps``) and measured (``seen``) line current.

    ``around``: ambient now and the temperature the heat losses are given for, degC. A laboratory's values are shown to
    the controller in the first second.
    """
    for i in range(cells.shape[0]):
        c, k, m = cells[i], ks[i], ms[i]
        for s in range(amps.shape[0]):
            t = start + 1 + s
            plant_second(c, ps[0], k, m, amps[s], math.log(max(amps[s], 1.0)), around, t)
            control(k, qs[0], curve, m, seen[s], float(t))
            if s == 0:
                m.temp_c = m.alf3_pct = m.superheat_c = np.nan


@entry
def plant_all(cells: Any, ps: Any, ks: Any, ms: Any, amp: Any, around: Any, t: Any) -> None:
    """One second of the cells alone; ``ks`` holds the set-points they follow, whoever gave them."""
    ln_amp = math.log(max(amp, 1.0))
    for i in range(cells.shape[0]):
        plant_second(cells[i], ps[0], ks[i], ms[i], amp, ln_amp, around, t)
