"""Metal, energy, heat and greenhouse gas of a cell from its current, voltage and efficiency."""

from __future__ import annotations

from typing import Any

from .compiled import hot
from .constants import (
    AL2O3_KG_PER_KG_AL,
    AL_KG_PER_KAH,
    EMF_PRODUCTION_V,
    KWH_PER_KG_PER_V,
    PRODUCTION_V_PER_CE,
)

PFC_SLOPE = (
    0.143  # kg CF4 a tonne, a minute of anode effect a cell and day (prebake, IPCC Tier 2; unconfirmed)
)
C2F6_SHARE = 0.121
MOST_SUPERHEAT_C = 40.0
GWP_AR5, GWP_AR4 = (6630.0, 11100.0), (7390.0, 12200.0)  # CF4, C2F6


@hot
def loss_pct(superheat_c: Any, alf3: Any, lif: Any, log: Any) -> Any:
    """Loss of current efficiency, % (Dewing 1997); ``log`` 0.927 gives 6.5 % at superheat 9, AlF3 10.5.

    The formula stands for cells at work; above ``MOST_SUPERHEAT_C`` its value there is taken.
    """
    return 10.0 ** (0.0095 * min(superheat_c, MOST_SUPERHEAT_C) - 0.019 * alf3 - 0.060 * lif + log)


def metal_kg(current_ka: float, efficiency: float, hours: float) -> float:
    """Metal made."""
    return AL_KG_PER_KAH * current_ka * efficiency * hours


def alumina_kg_h(current_ka: float, efficiency: float) -> float:
    """Alumina used."""
    return metal_kg(current_ka, efficiency, 1.0) * AL2O3_KG_PER_KG_AL


def energy_kwh_kg(volt: float, efficiency: float) -> float:
    """Direct-current energy of a kilogram of metal."""
    return KWH_PER_KG_PER_V * volt / efficiency


def production_v(efficiency: float) -> float:
    """Voltage equivalent of what reaction, alumina and carbon take up."""
    return EMF_PRODUCTION_V + PRODUCTION_V_PER_CE * efficiency


def production_kw(current_ka: float, efficiency: float) -> float:
    """Heat taken up by production."""
    return current_ka * production_v(efficiency)


def shed_kw(current_ka: float, volt: float, efficiency: float, external_v: float) -> float:
    """Heat the cell has to lose in balance."""
    return current_ka * (volt - external_v - production_v(efficiency))


def pfc_kg_t(effect_min_cell_day: float) -> tuple[float, float]:
    """CF4 and C2F6 a tonne of metal from the minutes of anode effect a cell and day."""
    cf4 = PFC_SLOPE * effect_min_cell_day
    return cf4, C2F6_SHARE * cf4


def pfc_co2e_kg_t(effect_min_cell_day: float, gwp: tuple[float, float] = GWP_AR5) -> float:
    """The same as CO2 equivalent."""
    cf4, c2f6 = pfc_kg_t(effect_min_cell_day)
    return cf4 * gwp[0] + c2f6 * gwp[1]
