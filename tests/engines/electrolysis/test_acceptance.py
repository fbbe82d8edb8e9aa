"""Equations of the cell against published and computed figures (docs/guides/potline.md names the sources)."""

from __future__ import annotations

import pytest

from gearpark.engines.electrolysis import bath, efficiency, voltage
from gearpark.engines.electrolysis.constants import KELVIN
from gearpark.engines.electrolysis.voltage import Bath, Geometry, pseudo_resistance, terms

AMP = 420e3
T_C, ALF3, CAF2, MGF2 = 960.0, 11.0, 5.5, 0.3
HAUPIN = Geometry(
    anodes=20, anode_cm2=104_652 / 20, edge_factor=1.1382, cathode_cm2=115_348,
    anode_ohm=3.02e-6, lining_ohm=2.15e-6, external_ohm=2.01e-6, subtract_bubble=False,
)  # fmt: skip


def volt(al2o3: float, acd_cm: float = 3.70, t_c: float = T_C, alf3: float = ALF3, amp: float = AMP) -> float:
    return float(terms(amp, acd_cm, Bath(al2o3, t_c, alf3, CAF2, MGF2)).total)


def resistance(al2o3: float) -> float:
    return pseudo_resistance(volt(al2o3), AMP) * 1e9


def slope(al2o3: float) -> float:
    return (resistance(al2o3 + 1e-3) - resistance(al2o3 - 1e-3)) / 2e-3


def test_metal_and_alumina() -> None:
    assert efficiency.metal_kg(420, 0.935, 24) == pytest.approx(3162.7, rel=1e-3)
    assert efficiency.metal_kg(500, 0.94, 24) == pytest.approx(3785.3, rel=1e-3)
    assert efficiency.alumina_kg_h(420, 0.935) == pytest.approx(248.99, rel=1e-3)
    assert efficiency.metal_kg(300, 1.0, 5 / 60) == pytest.approx(
        8.39, abs=0.01
    )  # lost in 5 min of anode effect


@pytest.mark.parametrize(
    ("v", "ce", "kwh"), [(4.0, 0.94, 12.681), (3.95, 0.935, 12.589), (3.9, 0.92, 12.633), (4.1, 0.95, 12.861)]
)
def test_energy(v: float, ce: float, kwh: float) -> None:
    assert efficiency.energy_kwh_kg(v, ce) == pytest.approx(kwh, abs=0.002)


def test_liquidus() -> None:
    s, f = bath.liquidus_solheim, bath.liquidus_2014
    assert s(0, 0, 0, 0, 0, 0) == 1011.0
    assert s(10, 3, 6.5, 0, 0.3, 0) == pytest.approx(959.39, abs=0.01)
    for args, solheim, fit in (
        ((11, 2.5, 5, 0, 0, 0), 962.73, 963.92),
        ((12, 2.5, 5, 0, 0, 0), 958.10, 959.70),
        ((11, 4, 5, 0, 0, 0), 954.36, 957.54),
        ((11, 2.5, 5.5, 1.5, 0.3, 2), 940.71, 944.59),
    ):
        assert s(*args) == pytest.approx(solheim, abs=0.01)
        alf3, al2o3, caf2, lif, _, kf = args
        assert f(alf3, al2o3, caf2, lif, kf) == pytest.approx(fit, abs=0.01)


def test_alumina_in_the_bath() -> None:
    full = bath.saturation(T_C, 11, 5, 0, 0)
    assert full == pytest.approx(8.268, abs=0.001)
    t_k = T_C + KELVIN
    rows = ((1.5, 1.2408), (2, 1.2312), (2.5, 1.2241), (3, 1.2185), (4, 1.2101), (5, 1.2039), (6, 1.1991))
    for al2o3, expected in rows:
        assert voltage.reversible(t_k, bath.activity(al2o3 / full)) == pytest.approx(expected, abs=2e-4)
    assert bath.activity(2.5 / full) == pytest.approx(0.15129, rel=1e-3)
    assert bath.activity(4 / full) == pytest.approx(0.33413, rel=1e-3)
    assert bath.conductivity(t_k, 11, 2.5, 5, 0, 0) == pytest.approx(2.2220, rel=3e-3)
    assert bath.conductivity(t_k, 11, 4, 5, 0, 0) == pytest.approx(2.1608, rel=3e-3)
    assert bath.mole_ratio(11, 2.5, 5) == pytest.approx(2 * bath.ratio(11, 2.5, 5, 0, 0))


def test_critical_current_density() -> None:
    for al2o3, expected in ((1.5, 1.268), (2, 1.559), (2.5, 1.816), (3, 2.048), (4, 2.460)):
        seen = voltage.critical_density(T_C + KELVIN, al2o3, 10_560)
        assert seen == pytest.approx(expected, abs=0.001)


def test_every_term_of_a_published_cell() -> None:
    seen = terms(126e3, 2.9193, Bath(3.5, 963, 12, 4.1, 0.25), HAUPIN)
    assert seen.total == pytest.approx(4.46784, abs=1e-3)
    expected = (1.21259, 0.02995, 0.51266, 0.11325, 1.42045, 0.27426)
    assert seen[1:7] == pytest.approx(expected, abs=5e-4)


def test_voltage_over_alumina() -> None:
    for al2o3, expected in (
        (1.9, 4.210), (2.0, 4.077), (2.2, 3.994), (2.5, 3.951), (3, 3.922), (3.5, 3.910),
        (4, 3.904), (4.6, 3.902), (5, 3.902), (6, 3.908), (8, 3.932),
    ):  # fmt: skip
        assert volt(al2o3) == pytest.approx(expected, abs=0.001)
    for al2o3, expected in ((2.0, 5.778), (2.5, 5.478), (3, 5.410), (4, 5.367)):
        assert resistance(al2o3) == pytest.approx(expected * 1e3, abs=2)
    for al2o3, expected in ((2.2, -553), (2.5, -216), (3, -84)):
        assert slope(al2o3) == pytest.approx(expected, rel=0.02)
    assert 3 <= min(range(18, 80), key=lambda tenths: volt(tenths / 10)) / 10 <= 5


def test_sensitivities() -> None:
    assert (volt(2.5, 3.75) - volt(2.5, 3.65)) * 1e3 == pytest.approx(34.1, abs=0.2)
    assert (volt(2.5, t_c=961) - volt(2.5)) * 1e3 == pytest.approx(-1.6, abs=0.2)
    assert (volt(2.5, alf3=12) - volt(2.5)) * 1e3 == pytest.approx(15, abs=1.5)
    per_amp = (volt(2.5, amp=AMP * 1.01) - volt(2.5, amp=AMP * 0.99)) / (0.02 * AMP)
    assert volt(2.5) - per_amp * AMP == pytest.approx(1.61, abs=0.06)
    used = efficiency.alumina_kg_h(420, 0.935) / 7000 * 100 / 60  # % a minute without feed
    assert -slope(2.5) * used == pytest.approx(12.8, rel=0.02)
    assert -slope(2.2) * used == pytest.approx(32.8, rel=0.02)


def test_heat() -> None:
    assert efficiency.production_kw(200, 0.95) == pytest.approx(409.3, abs=0.1)
    assert 786 - efficiency.production_kw(200, 0.95) == pytest.approx(377, abs=1)
    assert efficiency.shed_kw(420, 3.95, 0.935, 0.21) == pytest.approx(721.6, abs=0.2)


def test_loss_of_efficiency() -> None:
    base = efficiency.loss_pct(9, 10.5, 0, 0.927)
    assert base == pytest.approx(6.5, abs=0.01)
    for args, expected in (((15, 10.5, 0), 7.41), ((9, 12, 0), 6.09), ((9, 10.5, 1.5), 5.28)):
        assert efficiency.loss_pct(*args, 0.927) == pytest.approx(expected, abs=0.01)


def test_anode_effect_gas() -> None:
    cf4, c2f6 = efficiency.pfc_kg_t(0.1)
    assert (cf4, c2f6) == pytest.approx((0.0143, 0.00173), rel=2e-3)
    assert efficiency.pfc_co2e_kg_t(0.1) == pytest.approx(114, abs=0.5)
    assert efficiency.pfc_co2e_kg_t(0.1, efficiency.GWP_AR4) == pytest.approx(127, abs=0.5)
