"""UBL documents: the totals of a published example, the order of its elements, what cannot be."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gearpark.base.problems import Problem
from gearpark.engines.ubl import Document, Line, Party, invoice_xml, order_xml, totals

EXAMPLE = Path(__file__).parent / "peppol-base-example.xml"
NS = {"cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2", "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"}  # fmt: skip
LINE = Line("Gear", "QC-1", Decimal(7), "piece", Decimal("400"), Decimal("0.25"))
DOCUMENT = Document(
    "1",
    date(2026, 11, 27),
    "CNY",
    Party("Seller", "91510100MA6GEAR08B"),
    Party("Buyer"),
    (LINE,),
    "O-1",
    date(2027, 1, 1),
)


def names(root: Xml.Element) -> list[str]:
    return [child.tag.split("}")[1] for child in root]


def test_the_totals_of_the_published_example() -> None:
    root = Xml.parse(EXAMPLE).getroot()
    lines = []
    for entry in root.findall("cac:InvoiceLine", NS):
        amount = Decimal(entry.findtext("cbc:LineExtensionAmount", "", NS))
        lines.append(Line("x", "", Decimal(1), "piece", amount, Decimal("0.25")))
    charge = sum(Decimal(c.findtext("cbc:Amount", "", NS)) for c in root.findall("cac:AllowanceCharge", NS))
    made = totals([*lines, Line("charge", "", Decimal(1), "piece", Decimal(charge), Decimal("0.25"))])
    assert made.vat[0][2] == Decimal(root.findtext("cac:TaxTotal/cbc:TaxAmount", "", NS)) == Decimal("331.25")
    assert (
        made.payable
        == Decimal(root.findtext("cac:LegalMonetaryTotal/cbc:PayableAmount", "", NS))
        == Decimal("1656.25")
    )


def test_an_invoice_has_its_elements_in_the_order_of_the_example() -> None:
    ours = names(Xml.fromstring(invoice_xml(DOCUMENT)))
    order = list(dict.fromkeys(names(Xml.parse(EXAMPLE).getroot())))
    known = [name for name in ours if name in order]
    assert known == sorted(known, key=order.index)
    assert set(ours) - set(order) <= {"OrderReference"}


def test_an_order_says_who_what_and_how_much() -> None:
    root = Xml.fromstring(order_xml(DOCUMENT))
    assert root.tag == "{urn:oasis:names:specification:ubl:schema:xsd:Order-2}Order"
    assert root.findtext("cac:AnticipatedMonetaryTotal/cbc:PayableAmount", "", NS) == "3500.00"
    quantity = root.find("cac:OrderLine/cac:LineItem/cbc:Quantity", NS)
    assert quantity is not None
    assert (quantity.text, quantity.get("unitCode")) == ("7", "C62")
    assert (
        root.findtext("cac:SellerSupplierParty/cac:Party/cac:PartyLegalEntity/cbc:CompanyID", "", NS)
        == "91510100MA6GEAR08B"
    )


def test_rounding_is_line_first_as_named() -> None:
    line = Line("x", "", Decimal(1), "piece", Decimal("0.35"), Decimal("0.13"))
    assert totals([line] * 5).vat[0][2] == Decimal("0.23")
    assert totals([replace(line, qty=Decimal(3), net_price=Decimal("33.335"))]).net == Decimal("100.01")


@given(
    st.lists(
        st.tuples(
            st.decimals("0.01", 9999, places=4),
            st.decimals("0.001", 999, places=3),
            st.sampled_from([Decimal("0.13"), Decimal("0.06"), Decimal(0)]),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_totals_sum_exactly(rows: list[tuple[Decimal, Decimal, Decimal]]) -> None:
    made = totals([Line("x", "", qty, "piece", price, rate) for price, qty, rate in rows])
    assert made.net == sum(made.lines) == sum(base for _rate, base, _tax in made.vat)
    assert made.payable == made.net + sum(tax for _rate, _base, tax in made.vat)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(Problem):
        totals([])
    with pytest.raises(Problem):
        invoice_xml(replace(DOCUMENT, lines=(replace(LINE, unit="heap"),)))
