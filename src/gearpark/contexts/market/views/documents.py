"""An order on paper and for machines: the contract as PDF, order and invoice as UBL."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext

from gearpark.base.problems import Problem
from gearpark.engines import ubl
from gearpark.kit.http import needs, scope_of
from gearpark.kit.pdf import pdf, pdf_response

from ..queries import deals as queries
from ..queries.firms import firms
from ..types import VIEW
from ..types.deals import OrderState, Party, StageWhen
from . import words

CONTRACT = Path(__file__).parents[1] / "templates" / "market" / "typ" / "contract.typ"
SHOWN_PRICE = Decimal("0.0001")
INVOICED = (OrderState.SHIPPED, OrderState.RECEIVED, OrderState.ACCEPTED, OrderState.CLOSED)


@needs(VIEW)
def contract(request: HttpRequest, order_id: int) -> HttpResponse:
    """``/market/orders/<id>/contract.pdf``: what is agreed, with the record and its digests."""
    scope = scope_of(request)
    row = queries.order_row(scope, order_id)
    told, known = queries.entries(scope, order_id), firms([row.org, row.seller])
    tongue = words.language()

    def party(role: str, slug: str) -> dict[str, str]:
        firm = known.get(slug)
        return {"role": role, "name": firm.name(tongue) if firm else slug, "code": firm.uscc if firm else ""}

    data: dict[str, Any] = {
        "title": gettext("Sales contract"), "number": f"{row.number} · {timezone.localtime(row.placed_at):%Y-%m-%d}",
        "foot": f"{row.number} · {told[-1].digest if told else ''}",
        "parties": [party(gettext("Buyer"), row.org), party(gettext("Seller"), row.seller)],
        "words": {"goods": gettext("What is agreed"), "sheet": gettext("Data sheet"), "stages": gettext("Payment stages"), "terms": gettext("Terms"), "record": gettext("Record")},
        "facts": [
            [gettext("Title"), row.title], [gettext("Quantity"), f"{words.quantity(row.qty)} {words.unit(row.unit)}"],
            [gettext("Price"), f"{words.amount(row.price, row.currency)}/{words.unit(row.unit)}"],
            [gettext("Amount"), words.amount(row.amount, row.currency)], [gettext("Due"), row.due_on.isoformat() if row.due_on else "–"],
        ],
        "sheet": [[one["title"], one["value"]] for one in words.attribute_rows(row.kind, row.values)],
        "stages": [[str(one.number), str(words.WHENS[StageWhen(one.when)]), words.amount(one.amount, row.currency)] for one in queries.stages(scope, order_id)],
        "terms": [
            gettext("Documents rank: this contract, then the quotation, then the drawing, then the data sheet."),
            gettext("Price times quantity, rounded half up to 0.01; the last stage takes what rounding leaves."),
            gettext("The licensed custodian holds the money of a stage until its condition is met."),
            gettext("A dispute is answered within 3 days; from day 4 the buyer may call the park, from day 8 it is the park's."),
        ],
        "record": [[f"{timezone.localtime(one.at):%Y-%m-%d %H:%M}", str(words.ENTRIES.get(one.deed, one.deed)), one.digest] for one in told],
    }  # fmt: skip
    return pdf_response(f"contract-{row.number}", pdf(CONTRACT, data, row.moved_at))


@needs(VIEW)
def order_ubl(request: HttpRequest, order_id: int) -> HttpResponse:
    """``/market/orders/<id>/order.xml``: the order as UBL."""
    scope = scope_of(request)
    row = queries.order_row(scope, order_id)
    return _xml(f"order-{row.number}", ubl.order_xml(_document(row, row.number)))


@needs(VIEW)
def invoice_ubl(request: HttpRequest, order_id: int) -> HttpResponse:
    """``/market/orders/<id>/invoice.xml``: a draft of the seller's invoice as UBL; the tax bureau gives the number."""
    scope = scope_of(request)
    row = queries.order_row(scope, order_id)
    if OrderState(row.state) not in INVOICED or queries.party_of(scope, row) is Party.PARK:
        raise Problem("market.invoice_early", "An invoice follows the shipment.", status=409)
    return _xml(f"invoice-{row.number}", ubl.invoice_xml(_document(row, f"DRAFT-{row.number}")))


def _document(row: Any, number: str) -> ubl.Document:
    known = firms([row.org, row.seller])

    def party(slug: str) -> ubl.Party:
        firm = known.get(slug)
        return ubl.Party(firm.name_zh or firm.name_en, firm.uscc or "") if firm else ubl.Party(slug)

    net = (row.price / (1 + row.vat_rate)).quantize(SHOWN_PRICE)
    line = ubl.Line(row.title, str(row.offer_id or ""), row.qty, row.unit, net, row.vat_rate)
    return ubl.Document(
        number,
        timezone.localdate(row.moved_at),
        row.currency,
        party(row.seller),
        party(row.org),
        (line,),
        row.number,
        row.due_on,
    )


def _xml(name: str, content: bytes) -> HttpResponse:
    made = HttpResponse(content, content_type="application/xml; charset=utf-8")
    made["Content-Disposition"] = f'attachment; filename="{name}.xml"'
    return made
