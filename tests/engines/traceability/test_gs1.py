"""GS1 keys: check digits from the General Specifications, element strings a scanner reads back, Digital Links."""

from __future__ import annotations

import string

import numpy as np
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

from gearpark.base.problems import Problem
from gearpark.engines.traceability import gs1

GTIN = "09506000134352"  # GS1's own example, also of the Digital Link standard
CHARS = "".join(c for c in string.printable if gs1.CSET82.fullmatch(c))


@pytest.mark.parametrize(
    ("digits", "check"),
    [
        ("629104150021", 3),  # GS1 General Specifications, check digit example
        ("0950600013435", 2),
        ("37610425002123456", 9),  # SSCC example of the same section
        ("1234567", 0),
    ],
)
def test_check_digits(digits: str, check: int) -> None:
    assert gs1.check_digit(digits) == check
    assert gs1.is_key(f"{digits}{check}", (8, 13, 14, 18))
    assert not gs1.is_key(f"{digits}{(check + 1) % 10}", (8, 13, 14, 18))


@given(st.integers(1, 10**13 - 1), st.integers(0, 12), st.integers(1, 9))
def test_every_single_wrong_digit_is_noticed(number: int, place: int, by: int) -> None:
    digits = f"{number:013d}"
    good = digits + str(gs1.check_digit(digits))
    bad = good[:place] + str((int(good[place]) + by) % 10) + good[place + 1 :]
    assert gs1.is_key(good)
    assert not gs1.is_key(bad)


@given(st.text(CHARS, min_size=1, max_size=20), st.text(CHARS, min_size=1, max_size=20))
def test_what_is_built_is_read_back(serial: str, lot: str) -> None:
    elements = {"01": GTIN, "10": lot, "21": serial}
    wanted = gs1.Scanned(GTIN, serial, lot)
    assert gs1.scanned("]d2" + gs1.element_string(elements)) == wanted
    assert gs1.parse_link(gs1.digital_link("id.example.org", GTIN, serial=serial, lot=lot)) == wanted


def test_a_data_matrix_holds_it() -> None:
    text = gs1.bracketed({"01": GTIN, "21": "QCL1-261123-59001"})
    symbol = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.DataMatrix, gs1=True)
    read = zxingcpp.read_barcode(np.array(symbol.to_image(scale=4)))
    assert (read.content_type, read.symbology_identifier) == (zxingcpp.ContentType.GS1, "]d2")
    found = gs1.scanned(read.symbology_identifier + read.bytes.decode())
    assert (found.gtin, found.serial) == (GTIN, "QCL1-261123-59001")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("QCL1-261123-59001\r\n", gs1.Scanned(plain="QCL1-261123-59001")),
        ("(01)09506000134352(21)A/1", gs1.Scanned(GTIN, "A/1")),
        ("https://dlr.example.com/some/01/9506000134352/21/A%2F1?17=261231", gs1.Scanned(GTIN, "A/1")),
        ("00376104250021234569", gs1.Scanned(sscc="376104250021234569")),
        (
            "https://example.com/01/09506000134353/21/1",
            gs1.Scanned(plain="https://example.com/01/09506000134353/21/1"),
        ),
        ("0109506000134353", gs1.Scanned(plain="0109506000134353")),
        ("", gs1.Scanned()),
    ],
)
def test_whatever_a_scanner_sends(text: str, wanted: gs1.Scanned) -> None:
    assert gs1.scanned(text) == wanted


@pytest.mark.parametrize(
    "elements", [{"01": "123"}, {"21": "ä"}, {"21": "x" * 21}, {"21": ""}, {"01": "09506000134353"}]
)
def test_what_a_label_cannot_hold_is_refused(elements: dict[str, str]) -> None:
    with pytest.raises(Problem) as refused:
        gs1.element_string(elements)
    assert refused.value.code == "trace.gs1_element"
