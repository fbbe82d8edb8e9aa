"""A made-up line to try the plan on: analyses drawn about usual ones, anodes due by a staggered cycle."""

from __future__ import annotations

from typing import Any

import numpy as np

ANODES, LIFE_D, SHIFTS_A_DAY = 48, 28.0, 3
TAP_EVERY_SHIFTS = 4  # a cell is tapped every 32 h
TAP_T, TAP_SD_T = 4.05, 0.25
FE_PCT, FE_SPREAD, SI_PCT, SI_SPREAD = 0.105, 0.32, 0.048, 0.3  # medians, sd of the logarithms
ATTACKED, ATTACK_FE = 0.04, 0.12  # share of cells with iron from a stub or bar, and how much more


def example_case(cells: int = 300, seed: int = 1) -> dict[str, Any]:
    """A case as JSON-ready values: ``cells`` in two rows, three shifts, orders of three grades. Nothing of it was measured."""
    rng = np.random.default_rng([seed, 501])
    length = -(-cells // 2)
    every = LIFE_D * SHIFTS_A_DAY / (ANODES / 2)  # shifts between changes of a pair of anodes
    rows: list[dict[str, Any]] = []
    for k in range(cells):
        first = (k * 1.618) % every  # neighbours out of step
        due = [int(first + n * every) for n in range(4) if first + n * every < SHIFTS_A_DAY]
        one: dict[str, Any] = {"cell": k + 1, "row": k // length, "place": k % length, "anode_due": due}
        if k % TAP_EVERY_SHIFTS < SHIFTS_A_DAY:
            tap = round(float(np.clip(rng.normal(TAP_T, TAP_SD_T), 3.0, 5.0)), 2)
            fe = FE_PCT * float(np.exp(FE_SPREAD * rng.standard_normal()))
            fe += ATTACK_FE if rng.random() < ATTACKED else 0.0
            si = SI_PCT * float(np.exp(SI_SPREAD * rng.standard_normal()))
            one |= {
                "tap_t": tap, "most_t": round(tap + 1.5, 2), "fe_pct": round(fe, 4), "si_pct": round(si, 4),
                "tap_due": k % TAP_EVERY_SHIFTS,
            }  # fmt: skip
        rows.append(one)
    tapped = sum(one.get("tap_t", 0.0) for one in rows)
    return {
        "rules": {
            "shifts": SHIFTS_A_DAY,
            "ladle_t": 13.0,
            "ladle_least_t": 3.0,
            "ladle_cells": 3,
            "reach": 8,
        },
        "premiums": {"Al99.85": 320, "Al99.80": 160, "Al99.70": 60},
        "orders": [
            {"grade": "Al99.85", "tonnes": round(0.12 * tapped, 1), "shift": 0},
            {"grade": "Al99.85", "tonnes": round(0.3 * tapped, 1)},
            {"grade": "Al99.70", "tonnes": round(0.2 * tapped, 1)},
        ],
        "cells": rows,
    }
