"""Nothing is lost: alumina, fluoride, cryolite, metal and heat of simulated cells over whole days."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gearpark.engines.electrolysis.cell.state import enthalpy_j
from gearpark.engines.electrolysis.parameters import cell_parameters, control_parameters
from gearpark.engines.electrolysis.sim.run import HOUR_S, Line
from gearpark.engines.electrolysis.sim.scenarios import SCENARIOS

CELLS = 2
CLOSED = 1e-6


def check_books(line: Line, hours: int) -> None:
    """Run and compare what stands in the cells with what the books say went in and out."""
    c = line.cells
    before = c.copy()
    heat_0 = enthalpy_j(before, line.p)
    line.run_to(line.t + hours * HOUR_S)
    d = {name: c[name] - before[name] for name in c.dtype.names or () if c[name].ndim == 1 and name != "key"}
    alumina = d["alumina"] + d["undissolved"] + d["sludge"]
    booked = d["b_alumina_in"] + d["b_alumina_made"] - d["b_consumed"] - d["b_alumina_bled"]
    assert np.abs(alumina - booked) == pytest.approx(0, abs=CLOSED * d["b_consumed"].max())
    fluoride = (
        d["b_alf3_in"] - d["b_alf3_evolved"] - d["b_alf3_bound"] - d["b_alf3_lining"] - d["b_alf3_bled"]
    )
    assert d["alf3"] == pytest.approx(fluoride, abs=CLOSED * c["alf3"].max())
    assert d["cryolite"] + d["ledge"] == pytest.approx(
        d["b_cryolite_made"] - d["b_cryolite_bled"], abs=CLOSED * c["cryolite"].max()
    )
    assert d["caf2"] == pytest.approx(d["b_caf2_made"] - d["b_caf2_bled"], abs=CLOSED * c["caf2"].max())
    assert d["metal"] == pytest.approx(d["b_produced"] - d["b_tapped"], abs=CLOSED * c["metal"].max())
    assert d["fe"] == pytest.approx(d["b_fe_in"] - d["b_fe_tapped"], abs=CLOSED * c["fe"].max())
    gone = sum(
        d[f"b_{name}"]
        for name in (
            "external", "production", "alumina_heat", "top", "bottom", "wall", "anodes", "film_lost", "fluoride_heat",
        )
    )  # fmt: skip
    heat = enthalpy_j(c, line.p) - heat_0
    assert heat == pytest.approx(d["b_elec"] - gone + d["b_mass_heat"], abs=CLOSED * d["b_elec"].max())


def test_thirty_days_close() -> None:
    check_books(Line(cell_parameters(), control_parameters(), SCENARIOS["mixed"], CELLS, 3), 30 * 24)


@settings(max_examples=8, deadline=None)
@given(
    seed=st.integers(0, 1000),
    changes=st.fixed_dictionaries(
        {
            "feed_bias": st.floats(0, 0.2),
            "undissolved_share": st.floats(0.3, 0.8),
            "fusion_kj_kg": st.floats(310, 600),
            "soda": st.floats(0.001, 0.006),
            "effect_pct": st.floats(1.6, 2.2),
        }
    ),
)
def test_any_cell_closes(seed: int, changes: dict[str, float]) -> None:
    check_books(
        Line(cell_parameters().with_values(changes), control_parameters(), SCENARIOS["mixed"], CELLS, seed),
        12,
    )
