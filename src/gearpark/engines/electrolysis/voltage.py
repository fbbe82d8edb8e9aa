"""Voltage of a cell, term by term (Haupin 1998), and the two ways controllers normalise it.

Currents in A, areas in cm2, distances in cm, resistances in ohm, temperatures in K where the name says so.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from . import bath
from .compiled import hot
from .constants import EMF_V, FARADAY_C_MOL, GAS_J_MOLK, KELVIN

NERNST = GAS_J_MOLK / (12.0 * FARADAY_C_MOL)
MIN_BUBBLE_OPEN = 0.02  # share of the anode that stays uncovered; below it the anode effect takes over


@hot
def reversible(t_k: Any, act: Any) -> Any:
    """Reversible voltage, V, at activity ``act`` of alumina."""
    return 1.896 - 0.000572 * t_k - 2.0 * NERNST * t_k * math.log(act)


@hot
def critical_density(t_k: Any, al2o3: Any, anode_cm2: Any) -> Any:
    """Critical current density, A/cm2 (Grjotheim and Welch, ch. 5); ``anode_cm2`` is the area of one anode."""
    return (5.5 + 0.018 * (t_k - 1323.0)) * anode_cm2**-0.1 * (math.sqrt(al2o3) - 0.4)


@hot
def anode_concentration(t_k: Any, i: Any, critical: Any) -> Any:
    """Concentration overvoltage at the anode, V."""
    return t_k / 23209.0 * math.log(critical / (critical - i))


@hot
def anode_surface(t_k: Any, i: Any, al2o3: Any) -> Any:
    """Surface overvoltage at the anode, V."""
    return t_k / 12533.0 * math.log(i / (0.0029 * al2o3**0.56))


@hot
def cathode(t_k: Any, bath_ratio: Any, amp: Any, cathode_cm2: Any) -> Any:
    """Overvoltage at the cathode, V."""
    return 5.7448e-5 * t_k * (1.375 - 0.25 * bath_ratio) * math.log(3.891 * amp / cathode_cm2)


@hot
def bubble_layer(i: Any) -> Any:
    """Thickness of the bubble layer, cm."""
    return (0.5517 + i) / (1.0 + 2.167 * i)


@hot
def bubble_acid(bath_ratio: Any) -> Any:
    """What the bath's acidity adds to the bubble cover."""
    return (0.4322 - 0.3781 * bath_ratio) / (1.0 + 1.637 * bath_ratio)


@hot
def bubble_cover(i: Any, acid: Any, over_effect: Any, factor: Any) -> Any:
    """Share of the anode covered by bubbles; ``over_effect`` is the alumina above that of the anode effect, %."""
    current = 0.509 + 0.1823 * i - 0.1723 * i * i + 0.05504 * i * i * i
    alumina = (0.431 - 0.1437 * over_effect) / (1.0 + 7.353 * over_effect)
    return factor * (current + acid + alumina)


class Terms(NamedTuple):
    """Parts of a cell's voltage, V."""

    total: float
    reversible: float
    anode_concentration: float
    anode_surface: float
    cathode: float
    bath: float
    bubble: float
    anode: float
    lining: float
    external: float


class Geometry(NamedTuple):
    """What the voltage needs to know of a cell type."""

    anodes: int = 48
    anode_cm2: float = 160.0 * 66.0
    edge_factor: float = 1.1003
    cathode_cm2: float = 1.1 * 48 * 160.0 * 66.0
    anode_ohm: float = 0.75e-6
    lining_ohm: float = 0.67e-6
    external_ohm: float = 0.50e-6
    subtract_bubble: bool = True
    bubble_factor: float = 0.9
    effect_pct: float = 1.8


class Bath(NamedTuple):
    """Composition in weight per cent and temperature in degC."""

    al2o3: float
    t_c: float = 960.0
    alf3: float = 11.0
    caf2: float = 5.5
    mgf2: float = 0.3
    lif: float = 0.0
    kf: float = 0.0


def terms(amp: float, acd_cm: float, b: Bath, g: Geometry | None = None) -> Terms:
    """The full voltage set at one operating point; the kernel steps the same equations."""
    g = Geometry() if g is None else g
    t_k = b.t_c + KELVIN
    area = g.edge_factor * g.anodes * g.anode_cm2
    i = amp / area
    x = b.al2o3 / bath.saturation(b.t_c, b.alf3, b.caf2, b.lif, b.mgf2)
    erev = reversible(t_k, bath.activity(x))
    critical = critical_density(t_k, b.al2o3, g.anode_cm2)
    br = bath.ratio(b.alf3, b.al2o3, b.caf2, b.lif, b.mgf2)
    cover = min(
        bubble_cover(i, bubble_acid(br), b.al2o3 - g.effect_pct, g.bubble_factor)
        if b.al2o3 > g.effect_pct - 0.1
        else 1.0,
        1.0 - MIN_BUBBLE_OPEN,
    )
    layer = bubble_layer(i)
    conducts = bath.conductivity(t_k, b.alf3, b.al2o3, b.caf2, b.lif, b.mgf2) * area
    gap = acd_cm - layer if g.subtract_bubble else acd_cm
    parts = (
        erev,
        anode_concentration(t_k, i, critical),
        anode_surface(t_k, i, b.al2o3),
        cathode(t_k, br, amp, g.cathode_cm2),
        amp * gap / conducts,
        amp * layer * cover / (conducts * (1.0 - cover)),
        amp * g.anode_ohm,
        amp * g.lining_ohm,
        amp * g.external_ohm,
    )
    return Terms(sum(parts), *parts)


def pseudo_resistance(volt: float, amp: float) -> float:
    """(V - EMF)/I, ohm: what controllers hold, nearly free of the line current."""
    return (volt - EMF_V) / amp


def normalised(volt: float, amp: float, nominal_amp: float) -> float:
    """Voltage the cell would show at the nominal current, V."""
    return (volt - EMF_V) / amp * nominal_amp + EMF_V
