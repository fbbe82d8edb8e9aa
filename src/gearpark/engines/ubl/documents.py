"""UBL 2.1 orders and invoices (the syntax of Peppol Billing 3 and EN 16931), from plain data.

Amounts: a line's amount is price without VAT times quantity, half-up to 0.01; the document's net is the sum of rounded
lines; VAT per rate is computed on that sum; payable is net plus VAT.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from xml.etree import ElementTree as Xml

from gearpark.base.problems import Problem

CENT = Decimal("0.01")
CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
CAC = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
ROOT = "urn:oasis:names:specification:ubl:schema:xsd:{}-2"
CUSTOMIZATION = "urn:cen.eu:en16931:2017"
# UN/ECE Recommendation 20
UNITS = {"piece": "C62", "set": "SET", "kg": "KGM", "t": "TNE", "m": "MTR"}
COMMERCIAL_INVOICE = "380"
MAX_LINES = 1_000


@dataclass(frozen=True, slots=True)
class Party:
    """A firm; ``company_id``: its unified social credit code, empty when unknown."""

    name: str
    company_id: str = ""
    country: str = "CN"


@dataclass(frozen=True, slots=True)
class Line:
    """One line; ``net_price``: a unit without VAT; ``vat_rate``: a share."""

    name: str
    seller_item: str
    qty: Decimal
    unit: str
    net_price: Decimal
    vat_rate: Decimal


@dataclass(frozen=True, slots=True)
class Document:
    """What an order or an invoice says."""

    number: str
    issued_on: date
    currency: str
    seller: Party
    buyer: Party
    lines: tuple[Line, ...]
    order_number: str = ""
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class Totals:
    lines: tuple[Decimal, ...]
    net: Decimal
    vat: tuple[tuple[Decimal, Decimal, Decimal], ...]  # rate, taxable, tax
    payable: Decimal


def totals(lines: Sequence[Line]) -> Totals:
    """Amounts of the lines, their sum, VAT per rate and what is payable. Problem ``ubl.lines``."""
    if not 0 < len(lines) <= MAX_LINES:
        raise Problem("ubl.lines", f"A document has 1 to {MAX_LINES:,} lines.")
    amounts = tuple((line.net_price * line.qty).quantize(CENT, ROUND_HALF_UP) for line in lines)
    taxable: dict[Decimal, Decimal] = {}
    for line, amount in zip(lines, amounts, strict=True):
        taxable[line.vat_rate] = taxable.get(line.vat_rate, Decimal(0)) + amount
    vat = tuple(
        (rate, base, (base * rate).quantize(CENT, ROUND_HALF_UP)) for rate, base in sorted(taxable.items())
    )
    net = sum(amounts, Decimal(0))
    return Totals(amounts, net, vat, net + sum((tax for _rate, _base, tax in vat), Decimal(0)))


def order_xml(document: Document) -> bytes:
    """A UBL Order."""
    root = _root("Order", document)
    _text(root, "DocumentCurrencyCode", document.currency)
    _party(root, "BuyerCustomerParty", document.buyer)
    _party(root, "SellerSupplierParty", document.seller)
    made = totals(document.lines)
    _tax(root, made, document.currency)
    total = _group(root, "AnticipatedMonetaryTotal")
    _amount(total, "LineExtensionAmount", made.net, document.currency)
    _amount(total, "TaxInclusiveAmount", made.payable, document.currency)
    _amount(total, "PayableAmount", made.payable, document.currency)
    for number, (line, amount) in enumerate(zip(document.lines, made.lines, strict=True), 1):
        item = _group(_group(root, "OrderLine"), "LineItem")
        _text(item, "ID", str(number))
        _quantity(item, "Quantity", line)
        _amount(item, "LineExtensionAmount", amount, document.currency)
        _price(item, line, document.currency)
        _item(item, line)
    return _bytes(root)


def invoice_xml(document: Document) -> bytes:
    """A UBL Invoice."""
    root = _root("Invoice", document)
    if document.due_on:
        _text(root, "DueDate", document.due_on.isoformat())
    _text(root, "InvoiceTypeCode", COMMERCIAL_INVOICE)
    _text(root, "DocumentCurrencyCode", document.currency)
    if document.order_number:
        _text(_group(root, "OrderReference"), "ID", document.order_number)
    _party(root, "AccountingSupplierParty", document.seller)
    _party(root, "AccountingCustomerParty", document.buyer)
    made = totals(document.lines)
    _tax(root, made, document.currency)
    total = _group(root, "LegalMonetaryTotal")
    for name, amount in (
        ("LineExtensionAmount", made.net),
        ("TaxExclusiveAmount", made.net),
        ("TaxInclusiveAmount", made.payable),
        ("PayableAmount", made.payable),
    ):
        _amount(total, name, amount, document.currency)
    for number, (line, amount) in enumerate(zip(document.lines, made.lines, strict=True), 1):
        entry = _group(root, "InvoiceLine")
        _text(entry, "ID", str(number))
        _quantity(entry, "InvoicedQuantity", line)
        _amount(entry, "LineExtensionAmount", amount, document.currency)
        _item(entry, line)
        _price(entry, line, document.currency)
    return _bytes(root)


def _root(kind: str, document: Document) -> Xml.Element:
    space = ROOT.format(kind)
    for prefix, uri in (("", space), ("cbc", CBC), ("cac", CAC)):
        Xml.register_namespace(prefix, uri)
    root = Xml.Element(f"{{{space}}}{kind}")
    _text(root, "CustomizationID", CUSTOMIZATION)
    _text(root, "ID", document.number)
    _text(root, "IssueDate", document.issued_on.isoformat())
    return root


def _text(parent: Xml.Element, name: str, text: str, **attributes: str) -> Xml.Element:
    made = Xml.SubElement(parent, f"{{{CBC}}}{name}", attributes)
    made.text = text
    return made


def _group(parent: Xml.Element, name: str) -> Xml.Element:
    return Xml.SubElement(parent, f"{{{CAC}}}{name}")


def _amount(parent: Xml.Element, name: str, amount: Decimal, currency: str) -> None:
    _text(parent, name, f"{amount:f}", currencyID=currency)


def _quantity(parent: Xml.Element, name: str, line: Line) -> None:
    if line.unit not in UNITS:
        raise Problem("ubl.unit", f"{line.unit!r} has no UN/ECE unit code here.", unit=line.unit)
    _text(parent, name, f"{line.qty.normalize():f}", unitCode=UNITS[line.unit])


def _party(root: Xml.Element, role: str, party: Party) -> None:
    made = _group(_group(root, role), "Party")
    _text(_group(made, "PartyName"), "Name", party.name)
    _text(_group(_group(made, "PostalAddress"), "Country"), "IdentificationCode", party.country)
    legal = _group(made, "PartyLegalEntity")
    _text(legal, "RegistrationName", party.name)
    if party.company_id:
        _text(legal, "CompanyID", party.company_id)


def _tax(root: Xml.Element, made: Totals, currency: str) -> None:
    total = _group(root, "TaxTotal")
    _amount(total, "TaxAmount", sum((tax for _rate, _base, tax in made.vat), Decimal(0)), currency)
    for rate, base, tax in made.vat:
        part = _group(total, "TaxSubtotal")
        _amount(part, "TaxableAmount", base, currency)
        _amount(part, "TaxAmount", tax, currency)
        _category(part, "TaxCategory", rate)


def _category(parent: Xml.Element, name: str, rate: Decimal) -> None:
    category = _group(parent, name)
    _text(category, "ID", "S" if rate else "Z")
    _text(category, "Percent", f"{(rate * 100).normalize():f}")
    _text(_group(category, "TaxScheme"), "ID", "VAT")


def _item(parent: Xml.Element, line: Line) -> None:
    item = _group(parent, "Item")
    _text(item, "Name", line.name)
    if line.seller_item:
        _text(_group(item, "SellersItemIdentification"), "ID", line.seller_item)
    _category(item, "ClassifiedTaxCategory", line.vat_rate)


def _price(parent: Xml.Element, line: Line, currency: str) -> None:
    _amount(_group(parent, "Price"), "PriceAmount", line.net_price, currency)


def _bytes(root: Xml.Element) -> bytes:
    made: bytes = Xml.tostring(root, encoding="utf-8", xml_declaration=True)
    return made
