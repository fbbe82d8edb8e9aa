"""Composition limits: conformity by rounded values."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from gearpark.engines.alloys import breaches, judged, limits


def test_limits_of_the_sources() -> None:
    found = {limit.element: (limit.low, limit.high) for limit in limits()["ADC12"]}
    assert found["Si"] == (Decimal("9.6"), Decimal("12.0"))
    assert found["Cu"] == (Decimal("1.5"), Decimal("3.5"))
    assert limits()["Al99.70"]
    assert all(limit.source for rows in limits().values() for limit in rows)


def test_a_measured_value_is_rounded_to_the_limits_digits_first() -> None:
    assert breaches("Al99.70", {"Fe": Decimal("0.2049")}) == []
    (found,) = breaches("Al99.70", {"Fe": Decimal("0.2051")})
    assert (found.element, found.rounded, found.high) == ("Fe", Decimal("0.21"), Decimal("0.20"))


def test_below_the_least_is_a_breach_too_and_what_has_no_limit_is_not_judged() -> None:
    assert [one.element for one in breaches("ADC12", {"Si": Decimal("9.4")})] == ["Si"]
    assert breaches("ADC12", {"V": Decimal(5)}) == breaches("7075", {"Fe": Decimal(9)}) == []
    assert judged("ADC12", {"Si": Decimal(10), "V": Decimal(1)}) == ["Si"]


@given(st.decimals(0, 15, places=3))
def test_conforming_means_inside_after_rounding(value: Decimal) -> None:
    rounded = value.quantize(Decimal("0.1"))
    inside = Decimal("9.6") <= rounded <= Decimal("12.0")
    assert (breaches("ADC12", {"Si": value}) == []) is inside
