"""Properties of the bath: liquidus, alumina saturation and activity, ratio, conductivity.

Compositions in weight per cent: ``alf3`` excess AlF3, ``al2o3`` dissolved alumina, ``caf2``, ``lif``, ``mgf2``, ``kf``;
temperatures in degC unless the name ends in ``_k``.
"""

from __future__ import annotations

import math
from typing import Any

from .compiled import hot


@hot
def liquidus_solheim(alf3: Any, al2o3: Any, caf2: Any, lif: Any, mgf2: Any, kf: Any) -> Any:
    """Liquidus, degC, after Solheim 1996 (both misprints of the circulating abstract mended).

    Valid for AlF3, CaF2, LiF < 20, MgF2, KF < 5, alumina up to saturation.
    """
    alumina = 7.93 * al2o3 / (1.0 + 0.0936 * al2o3 - 0.0017 * al2o3 * al2o3 - 0.0023 * alf3 * al2o3)
    lithium = 8.90 * lif / (1.0 + 0.0047 * lif + 0.0010 * alf3 * alf3)
    both = alf3 * caf2
    calcium = 3.45 * caf2 / (1.0 + 0.0173 * caf2) - 0.124 * both + 0.00542 * both**1.5
    acid = 0.50 * alf3 - 0.13 * (0.5 * (alf3 + abs(alf3))) ** 2.2  # of arrays, too
    return 1011.0 + acid - calcium - alumina - lithium - 3.95 * mgf2 - 3.95 * kf


@hot
def liquidus_2014(alf3: Any, al2o3: Any, caf2: Any, lif: Any, kf: Any) -> Any:
    """Liquidus, degC, fitted in 2014 to Chinese baths rich in lithium and potassium; alumina 2 to 4 %."""
    own = 0.7 * alf3 - 0.232 * alf3**2 - 7.65 * al2o3 + 0.523 * al2o3**2 - 8.96 * lif + 0.043 * lif**2
    own += -3.32 * kf - 0.12 * kf**2 - 3.28 * caf2 + 0.037 * caf2**2
    return 1011.0 + own + alf3 * (0.091 * lif + 0.074 * kf + 0.084 * caf2) - 0.27 * al2o3 * lif


@hot
def saturation(t_c: Any, alf3: Any, caf2: Any, lif: Any, mgf2: Any) -> Any:
    """Alumina the bath can hold dissolved, % (Skybakmoen 1997)."""
    a = 11.9 - 0.062 * alf3 - 0.0031 * alf3**2 - 0.2 * caf2 - 0.5 * lif - 0.3 * mgf2
    a += 42.0 * alf3 * lif / (2000.0 + alf3 * lif)
    b = 4.8 - 0.048 * alf3 + 2.2 * lif**1.5 / (10.0 + lif + 0.001 * alf3**3)
    return a * (t_c / 1000.0) ** b


@hot
def activity(x: Any) -> Any:
    """Activity of alumina at the share ``x`` of saturation; the fit holds for about 0.1 < x < 1."""
    return x * (-0.03791 + x * (2.364 + x * (-2.194 + x * 0.8686)))


@hot
def ratio(alf3: Any, al2o3: Any, caf2: Any, lif: Any, mgf2: Any) -> Any:
    """Bath ratio NaF/AlF3 by weight; the mole ratio is twice this."""
    y = alf3 / (100.0 - al2o3 - caf2 - lif - mgf2)
    return (1.0 - y) / (2.0 / 3.0 + y)


@hot
def conductivity(t_k: Any, alf3: Any, al2o3: Any, caf2: Any, lif: Any, mgf2: Any) -> Any:
    """Electrical conductivity, S/cm."""
    n = 0.6 * (100.0 - alf3 - al2o3 - caf2 - lif - mgf2)
    weight_ratio = (n / 41.99 + lif / 25.94 - mgf2 / 62.31) / 2.0 / ((alf3 + 2.0 * n / 3.0) / 83.98)
    ln = 1.9362 + 0.3092 * weight_ratio - 0.004132 * caf2 - 0.01755 * al2o3
    return math.exp(ln + 0.008123 * lif - 0.00398 * mgf2 - 1751.1 / t_k)


def mole_ratio(alf3: float, al2o3: float, caf2: float, lif: float = 0.0, mgf2: float = 0.0) -> float:
    """NaF/AlF3 by moles, the "molecular ratio" of Chinese plants."""
    made: float = 2.0 * ratio(alf3, al2o3, caf2, lif, mgf2)
    return made
