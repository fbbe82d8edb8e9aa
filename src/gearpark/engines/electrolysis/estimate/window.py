"""Heat-balance window: between which voltages a cell stays within its superheat and keeps its side ledge.

Steady state of the cell model: what is not shed by top and bottom goes through the side, which asks for a superheat and
leaves a ledge. Superheat and ledge are two sides of one figure, so that the window is an interval of voltage at the line
current there is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..cell.state import WALL_M2K_W
from ..constants import AL_KG_PER_KAH, EMF_PRODUCTION_V
from ..parameters import Parameters
from .heat import ALF3, LOSS, REACTION_V_PER_CE, Heat, liquidus

Array = np.ndarray[Any, Any]
USUAL_DOSE = 0.0155  # kg of fluoride a kg of metal
OPEN_MM = 400.0  # a side that sheds nothing would freeze for ever


@dataclass(frozen=True, slots=True)
class Window:
    """A value a cell. ``low_v`` and ``high_v``: the window; ``steady_superheat_c`` and ``steady_ledge_mm``: where the cell goes
    at the voltage it has."""

    low_v: Array
    high_v: Array
    steady_superheat_c: Array
    steady_ledge_mm: Array


def window(h: Heat, p: Parameters, e: Parameters, al2o3: Array, amp: Array, volt: Array, ce: Array) -> Window:
    """The window of each cell at its line current, A, its efficiency and the heat loss that was learnt; the upper end is that of the
    superheat or, where it comes first, that of the least ledge."""
    loss, at = h.x[:, LOSS], liquidus(p, h.x[:, ALF3], al2o3)
    low = _volt(p, h.usual_c, at, loss, e["superheat_low_c"], amp, ce)
    most = np.minimum(e["superheat_high_c"], _superheat_of(p, at, e["ledge_least_mm"]))
    high = _volt(p, h.usual_c, at, loss, most, amp, ce)
    steady = _superheat(p, h.usual_c, at, loss, volt, amp, ce)
    return Window(low, high, steady, _ledge_mm(p, at, steady))


def _around_kw(p: Parameters, usual_c: float, t_c: Array, loss: Array) -> Array:
    share = p["top_share"] + p["bottom_share"]
    return np.asarray(share * p["shed_kw"] * loss * (t_c - p["ambient_c"]) / (usual_c - p["ambient_c"]))


def _other_v(p: Parameters, amp: Array, ce: Array) -> Array:
    """Voltage that does not heat: bus bars, production, fluoride and new anodes as they come in the long run."""
    dose_kw = p["fluoride_mj_kg"] * 1e3 * USUAL_DOSE * AL_KG_PER_KAH * amp / 1e3 * ce / 3600.0
    cold_kw = p["cold_gj"] * 1e6 * p["anodes"] / (p["anode_life_d"] * 86_400.0)
    made = 1e-6 * p["external_uohm"] * amp + EMF_PRODUCTION_V + REACTION_V_PER_CE * ce
    return np.asarray(made + (dose_kw + cold_kw) * 1e3 / amp)


def _volt(
    p: Parameters, usual_c: float, at: Array, loss: Array, superheat_c: Any, amp: Array, ce: Array
) -> Array:
    """Voltage that keeps a superheat."""
    heat = p["side_kw_k"] * superheat_c + _around_kw(p, usual_c, at + superheat_c, loss)
    return np.asarray(_other_v(p, amp, ce) + heat * 1e3 / amp)


def _superheat(
    p: Parameters, usual_c: float, at: Array, loss: Array, volt: Array, amp: Array, ce: Array
) -> Array:
    """The superheat a voltage leads to: the balance is linear in it."""
    spare = (volt - _other_v(p, amp, ce)) * amp / 1e3 - _around_kw(p, usual_c, at, loss)
    return np.asarray(
        spare / (p["side_kw_k"] + _around_kw(p, usual_c, at + 1.0, loss) - _around_kw(p, usual_c, at, loss))
    )


def _superheat_of(p: Parameters, at: Array, ledge_mm: float) -> Array:
    """Superheat at which a ledge of that thickness stands still."""
    through = (at - p["ambient_c"]) / (ledge_mm / 1e3 / p["ledge_w_mk"] + WALL_M2K_W)
    return np.asarray(p["side_m2"] * through / 1e3 / p["side_kw_k"])


def _ledge_mm(p: Parameters, at: Array, superheat_c: Array) -> Array:
    side = np.maximum(p["side_kw_k"] * superheat_c, 1e-3) * 1e3
    thick = p["ledge_w_mk"] * (p["side_m2"] * (at - p["ambient_c"]) / side - WALL_M2K_W)
    return np.clip(thick * 1e3, 0.0, OPEN_MM)
