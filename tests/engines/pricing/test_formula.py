"""Formula prices: the worked aluminium settlement, stages that sum exactly, rounding at the half cent.

Quotes of the worked case: ten Yangtze quotes printed by shadu365; premium and fee are illustrative.
"""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gearpark.base.problems import Problem
from gearpark.engines.pricing import Terms, settle, stage_amounts, terms_from, window_mean

QUOTES = [D(q) for q in (19600, 19470, 19410, 19670, 19480, 19440, 19440, 19580, 19440, 19440)]
HABIT = (D("0.3"), D("0.3"), D("0.3"), D("0.1"))


def test_the_worked_settlement() -> None:
    made = settle(Terms(premium=D(30), processing=D(500), stages=HABIT), QUOTES, D("26.348"))
    assert (made.index_mean, made.unit_price) == (D("19497.00"), D("20027.00"))
    assert (made.amount, made.net, made.vat) == (D("527671.40"), D("466965.84"), D("60705.56"))
    assert made.stages == (D("158301.42"), D("158301.42"), D("158301.42"), D("52767.14"))


def test_cap_floor_and_tick() -> None:
    assert settle(Terms(cap=D(19000)), QUOTES, D(1)).unit_price == 19000
    assert settle(Terms(floor=D(20000)), QUOTES, D(1)).unit_price == 20000
    assert settle(Terms(premium=D(2), tick=D(5)), QUOTES, D(1)).unit_price == 19500


def test_prices_without_tax_get_it_added() -> None:
    made = settle(Terms(tax_inclusive=False), [D(100)], D(1))
    assert (made.net, made.vat, made.amount) == (D(100), D(13), D(113))


@given(st.decimals("0.01", "1e9", places=2), st.lists(st.integers(1, 20), min_size=1, max_size=8))
def test_stages_sum_exactly(amount: D, parts: list[int]) -> None:
    weights = [*parts, 1000 - sum(parts)]
    made = stage_amounts(amount, [D(part) / 1000 for part in weights])
    assert sum(made) == amount


@pytest.mark.parametrize(
    ("raw", "quotes", "mass", "code"),
    [
        ({"premium": "x"}, [D(1)], D(1), "pricing.document"),
        ({"colour": 1}, [D(1)], D(1), "pricing.document"),
        ({"tick": 0}, [D(1)], D(1), "pricing.document"),
        ({"stages": ["0.5", "0.4"]}, [D(1)], D(1), "pricing.stages"),
        ({}, [], D(1), "pricing.no_quotes"),
        ({}, [D(1)], D(0), "pricing.mass"),
        ({"premium": -100}, [D(1)], D(1), "pricing.price"),
    ],
)
def test_what_cannot_be_settled_is_named(raw: dict[str, object], quotes: list[D], mass: D, code: str) -> None:
    with pytest.raises(Problem) as refused:
        settle(terms_from(raw), quotes, mass)
    assert refused.value.code == code


def test_half_a_cent_goes_up() -> None:
    assert window_mean([D("0.01"), D("0.02")]) == D("0.02")
