"""Numbers as pages show them, and the gear on the door."""

from __future__ import annotations

import math
import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gearpark.ui.drawing import gear_path
from gearpark.ui.numbers import age, money, one_language, plain, spark_path


@pytest.mark.parametrize(
    ("amount", "language", "shown"),
    [
        (Decimal("11120000000"), "zh-hans", ("111.2", "亿元")),
        (Decimal("11120000000"), "en", ("11.12", "bn CNY")),
        (Decimal("20000000"), "en", ("20.00", "m CNY")),
        (Decimal("20000000"), "zh-hans", ("2,000.0", "万元")),
        (Decimal("950"), "en", ("950", "CNY")),
        (None, "en", ("–", "")),
    ],
)
def test_money_in_the_readers_units(amount: Decimal | None, language: str, shown: tuple[str, str]) -> None:
    assert money(amount, language) == shown


def test_plain_numbers() -> None:
    assert plain(1234567.891, 1) == "1,234,567.9"
    assert plain(-3) == "\u22123"
    assert plain(float("nan")) == plain(None) == "–"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "now"),
        (59.9, "59 s"),
        (60, "1 min"),
        (7200, "2 h"),
        (172800, "2 d"),
        (None, "never"),
        (-5, "in the future"),
        (-1, "now"),
    ],
)
def test_ages(seconds: float | None, text: str) -> None:
    assert age(seconds) == text


def test_a_gap_breaks_the_sparkline() -> None:
    assert spark_path([1, 2, None, 3], 90, 10).count("M") == 2
    assert spark_path([None, None], 90, 10) == ""


@given(st.lists(st.floats(-1e6, 1e6) | st.none(), max_size=60))
def test_sparklines_stay_in_their_box(values: list[float | None]) -> None:
    numbers = [float(text) for text in re.findall(r"-?\d+\.\d", spark_path(values, 100, 20))]
    assert all(-0.05 <= value <= 100.05 for value in numbers)


@given(st.integers(18, 80), st.sampled_from([1.0, 2.5, 10.0]))
def test_the_gear_keeps_its_proportions(teeth: int, module_mm: float) -> None:
    points = [
        tuple(map(float, pair.split())) for pair in re.split("[MLZ]", gear_path(teeth, module_mm)) if pair
    ]
    radii = [math.hypot(x, y) for x, y in points]
    assert max(radii) == pytest.approx(module_mm * (teeth / 2 + 1), abs=0.02)
    assert min(radii) == pytest.approx(module_mm * (teeth / 2 - 1.25), abs=0.02)


@pytest.mark.parametrize(
    ("text", "english", "chinese"),
    [
        ("Coolant low / 冷却液位低", "Coolant low", "冷却液位低"),
        ("冷却液位低 / Coolant low", "Coolant low", "冷却液位低"),
        ("X / Y axis fault", "X / Y axis fault", "X / Y axis fault"),
        ("Spindle", "Spindle", "Spindle"),
    ],
)
def test_a_text_in_two_languages_is_shown_in_one(text: str, english: str, chinese: str) -> None:
    assert one_language(text, "en") == english
    assert one_language(text, "zh-hans") == chinese
