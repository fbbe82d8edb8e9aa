"""Product classes: values with units, better-than, search words, typed queries."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gearpark.base.problems import Problem
from gearpark.engines.products import (
    Better,
    attributes,
    classes,
    fits,
    from_kept,
    kept,
    product_class,
    read_query,
    read_value,
    read_values,
    span_of,
    tokens,
)

NUMERIC = [one for one in attributes().values() if one.numeric]


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("width_mm", "3 cm", "30"),
        ("width_mm", "30", "30"),
        ("width_mm", "30毫米", "30"),
        ("mass_kg", "3斤", "1.5"),
        ("torque_nm", "2.5 kN·m", "2500"),
        ("temperature_c", "1382 degF", "750"),
        ("runout_mm", "2 丝", "0.02"),
        ("efficiency_pct", "97.5%", "97.5"),
        ("hardness_hrc", "58 HRC", "58"),
        ("shift", "-0.3", "-0.3"),
        ("teeth", "1,000", "1000"),
    ],
)
def test_units_are_kept_exactly(key: str, text: str, value: str) -> None:
    assert read_value(attributes()[key], text) == Decimal(value)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("width_mm", "3 kg"),
        ("width_mm", "wide"),
        ("teeth", "20.5"),
        ("teeth", "3"),
        ("hardness_hrc", "58 HV"),
        ("module_mm", "inf"),
        ("material", "gold"),
        ("internal", "perhaps"),
        ("shift", "1 mm"),
        ("spline", "x" * 201),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(key: str, text: str) -> None:
    with pytest.raises(Problem) as caught:
        read_value(attributes()[key], text)
    assert caught.value.code == "products.value"
    assert caught.value.details["attribute"] == key


def test_everything_wrong_of_a_thing_is_told_at_once() -> None:
    values, wrong = read_values(product_class("gear"), {"module_mm": "3", "teeth": "x", "colour": "red"})
    assert values == {"module_mm": Decimal(3)}
    assert {"teeth", "colour", "pressure_deg", "material"} <= set(wrong)
    assert wrong["pressure_deg"].code == "products.value_missing"


def test_every_class_names_attributes_that_exist_and_a_mall() -> None:
    for one in classes().values():
        assert one.malls
        assert one.attributes
        assert one.en
        assert one.zh
        assert one.needed <= {attribute.key for attribute in one.attributes}


@given(st.sampled_from(NUMERIC), st.data())
def test_kept_values_come_back_unchanged(attribute: object, data: st.DataObject) -> None:
    one = attribute
    whole = one.kind.value == "whole"  # type: ignore[attr-defined]
    value = data.draw(
        st.decimals(one.low, one.high, places=0 if whole else 4, allow_nan=False, allow_infinity=False)  # type: ignore[attr-defined]
    )
    owner = next(c for c in classes().values() if c.attribute(one.key))  # type: ignore[attr-defined]
    assert from_kept(owner, kept({one.key: value})) == {one.key: value}  # type: ignore[attr-defined]


@given(st.sampled_from(NUMERIC), st.decimals(1, 50, places=2), st.decimals(1, 50, places=2))
def test_the_span_of_what_is_asked_says_the_same_as_fits(
    one: object, asked: Decimal, offered: Decimal
) -> None:
    low, high = span_of(one, asked)  # type: ignore[arg-type]
    inside = (low is None or offered >= low) and (high is None or offered <= high)
    assert fits(one, asked, offered) is inside  # type: ignore[arg-type]


def test_better_than_asked_fits_and_worse_does_not() -> None:
    flank, width = attributes()["flank_class"], attributes()["width_mm"]
    assert flank.better is Better.LESS
    assert width.better is Better.MORE
    assert fits(flank, Decimal(6), Decimal(5))
    assert not fits(flank, Decimal(6), Decimal(7))
    assert fits(width, Decimal(30), Decimal(32))
    assert not fits(width, Decimal(30), Decimal(29))
    assert not fits(width, Decimal(30), None)


def test_a_typed_query_is_filters_and_words() -> None:
    query = read_query("m3 z20 斜齿轮 6级 42CrMo4 <=500元")
    found = {bound.key: bound for bound in query.bounds}
    assert found["module_mm"].low == found["module_mm"].high == 3
    assert found["teeth"].asked == 20
    assert (found["flank_class"].low, found["flank_class"].high) == (None, 6)
    assert found["material"].choice == "42CrMo4"
    assert found["price"].high == 500
    assert query.words == "斜齿轮"
    assert query.classes == ("gear",)


@pytest.mark.parametrize(
    ("text", "key", "low", "high"),
    [
        ("width>=30mm", "width_mm", "30", None),
        ("齿宽≥2cm", "width_mm", "20", None),
        ("torque>=2kN*m", "torque_nm", "2000", None),
        ("2000-2100元", "price", "2000", "2100"),
        ("i 4.2", "ratio", "4.158", "4.242"),
    ],
)
def test_bounds_are_read_with_their_units(text: str, key: str, low: str | None, high: str | None) -> None:
    (bound,) = read_query(text).bounds
    assert bound.key == key
    assert bound.low == (None if low is None else Decimal(low))
    assert bound.high == (None if high is None else Decimal(high))


@given(st.text(max_size=300))
def test_no_query_is_refused(text: str) -> None:
    query = read_query(text)
    assert len(query.words) <= 400


def test_tokens_split_chinese_into_characters_and_part_numbers_into_parts() -> None:
    assert tokens(["斜齿轮 20CrMnTi QC-M3Z20"]) == ["斜", "齿", "轮", "斜齿", "齿轮", "20crmnti", "20", "crmnti", "qc-m3z20", "qc", "m", "3", "z", "20"]  # fmt: skip
    assert tokens(["ＡＤＣ１２"]) == tokens(["ADC12"])


def test_every_attribute_belongs_to_a_class() -> None:
    assert set(attributes()) == {attribute.key for one in classes().values() for attribute in one.attributes}
