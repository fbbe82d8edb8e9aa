"""Unified social credit codes: GB 32100-2015 with its two check characters.

Cases: the standard's own example (91350100M000100Y43), a public one (91110000600037341L), two made up with the check
sums worked by hand (remainder 20 and remainder 0), and codes that begin with letters the standard allows.
"""

from __future__ import annotations

import pytest

from gearpark.base.problems import Problem
from gearpark.contexts.registry.types import check_uscc, inner_check_character, uscc_check_character
from gearpark.contexts.registry.types.uscc import ALPHABET

EXAMPLE = "91350100M000100Y43"


@pytest.mark.parametrize("code", [EXAMPLE, "91110000600037341L", " 9135 0100 m000 100y 43 "])
def test_good_codes(code: str) -> None:
    assert check_uscc(code) == "".join(code.split()).upper()


@pytest.mark.parametrize(
    ("first17", "check"),
    [
        ("91350100M000100Y4", "3"),
        ("91110000600037341", "L"),
        ("91510100MA6GEAR08", "B"),
        ("91500000MA0ALXYT4", "0"),
    ],
)
def test_outer_check_character(first17: str, check: str) -> None:
    assert uscc_check_character(first17) == check


@pytest.mark.parametrize(("first8", "check"), [("M000100Y", "4"), ("60003734", "1")])
def test_inner_check_character(first8: str, check: str) -> None:
    assert inner_check_character(first8) == check


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("91350100M000100Y4", "registry.uscc_length"),
        ("", "registry.uscc_length"),
        ("91350100M000100Y4Z", "registry.uscc_character"),
        ("91350100M000100Y4O", "registry.uscc_character"),
        ("91350100M000100Y44", "registry.uscc_check"),
        ("9135A100M000100Y43", "registry.uscc_region"),
        ("９1350100M000100Y43", "registry.uscc_character"),
    ],
)
def test_bad_codes(code: str, problem: str) -> None:
    with pytest.raises(Problem) as caught:
        check_uscc(code)
    assert caught.value.code == problem


def test_a_right_outer_check_over_a_wrong_inner_one_is_caught() -> None:
    first17 = EXAMPLE[:16] + "5"
    with pytest.raises(Problem) as caught:
        check_uscc(first17 + uscc_check_character(first17))
    assert caught.value.code == "registry.uscc_inner_check"


def test_every_single_character_change_of_the_example_is_caught() -> None:
    passed = [
        changed
        for place in range(18)
        for char in ALPHABET
        if (changed := EXAMPLE[:place] + char + EXAMPLE[place + 1 :]) != EXAMPLE and _good(changed)
    ]
    assert passed == []


@pytest.mark.parametrize("start", ["N1", "A1", "Y1"])
def test_letters_may_begin_a_code(start: str) -> None:
    first17 = start + EXAMPLE[2:17]
    assert _good(first17 + uscc_check_character(first17))


def _good(code: str) -> bool:
    try:
        check_uscc(code)
    except Problem:
        return False
    return True
