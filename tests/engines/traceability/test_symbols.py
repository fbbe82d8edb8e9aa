"""Labels: drawings that scanners read, and printer text in which no word becomes a command."""

from __future__ import annotations

import re

import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from gearpark.base.problems import Problem
from gearpark.engines.traceability.symbols import Label, Symbol, symbol, zpl

GTIN = "09506000134352"
LABEL = Label(
    "QCL1-261123-59001", "H12-M", "Housing", "Qichi", GTIN, "LOT-7", "https://park.example/01/1/21/2"
)


def read(drawn: Symbol, scale: int = 6) -> zxingcpp.Barcode:
    """What a scanner sees of the drawing's path."""
    image = np.full((drawn.height * scale, drawn.width * scale), 255, np.uint8)
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1", drawn.path):
        image[int(y) * scale : (int(y) + 1) * scale, int(x) * scale : (int(x) + int(width)) * scale] = 0
    return zxingcpp.read_barcode(np.pad(image, 4 * scale, constant_values=255))  # the label's white


def test_the_drawing_is_read_back() -> None:
    found = read(LABEL.data_matrix)
    assert (found.symbology_identifier, found.text) == (
        "]d2",
        "(01)09506000134352(21)QCL1-261123-59001(10)LOT-7",
    )
    assert LABEL.qr is not None
    assert read(LABEL.qr).text == LABEL.link


@settings(max_examples=30)
@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=60))
def test_any_serial_gets_a_symbol_that_reads_the_same(serial: str) -> None:
    label = Label(serial, "p", "", "")
    assert not label.is_gs1
    assert read(label.data_matrix).text == serial


def test_printer_text() -> None:
    text = zpl(LABEL)
    assert text.startswith("^XA")
    assert text.rstrip().endswith("^XZ")
    assert "^FD@1010950600013435221QCL1-261123-59001@110LOT-7^FS" in text.replace("\\", "")
    nasty = zpl(Label("A^XZ~JR\\5E", "x\n^XA", "名", "f"))
    assert nasty.count("^XA") == nasty.count("^XZ") == 1
    assert "~" not in nasty
    assert "A\\5EXZ\\7EJR\\5C5E" in nasty


def test_what_no_symbol_holds_is_refused() -> None:
    for text in ("", "x" * 301):
        with pytest.raises(Problem) as refused:
            symbol(text)
        assert refused.value.code == "trace.symbol"
