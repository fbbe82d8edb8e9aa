"""Words of the market in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from gearpark.base.problems import Problem
from gearpark.base.time import now_utc
from gearpark.engines.auctions import Kind
from gearpark.engines.products import Value, from_kept, product_class
from gearpark.kit.problems import words_of

from ..types import FileKind, Finding, Formula, OfferInfo, OfferState, Weight, Window
from ..types.auctions import AuctionState, DepositState
from ..types.deals import OrderState, Party, RfqState, StageState, StageWhen

UNITS = {"piece": _("piece"), "set": _("set"), "kg": _("kg"), "t": _("t"), "m": _("m")}
STATES = {OfferState.DRAFT: _("draft"), OfferState.LISTED: _("listed"), OfferState.WITHDRAWN: _("withdrawn")}
STATE_LOOKS = {OfferState.DRAFT: "waiting", OfferState.LISTED: "good", OfferState.WITHDRAWN: "stopped"}
WEIGHTS = {Weight.ERROR: _("refused"), Weight.WARNING: _("to be known")}
FILES = {
    FileKind.PICTURE: _("picture"),
    FileKind.DATASHEET: _("data sheet"),
    FileKind.DRAWING: _("technical drawing"),
    FileKind.CAD: _("CAD model"),
    FileKind.CERTIFICATE: _("certificate"),
}
RFQ_STATES = {
    RfqState.OPEN: _("open for quotations"),
    RfqState.OPENED: _("quotations opened"),
    RfqState.AWARDED: _("awarded"),
    RfqState.VOID: _("void"),
    RfqState.CANCELLED: _("cancelled"),
}
ORDER_STATES = {
    OrderState.PLACED: _("placed"),
    OrderState.CONFIRMED: _("confirmed"),
    OrderState.SHIPPED: _("shipped"),
    OrderState.RECEIVED: _("received"),
    OrderState.ACCEPTED: _("goods accepted"),
    OrderState.DISPUTED: _("disputed"),
    OrderState.CLOSED: _("order closed"),
    OrderState.CANCELLED: _("cancelled"),
}
ORDER_LOOKS = {
    OrderState.PLACED: "waiting", OrderState.CONFIRMED: "connecting", OrderState.SHIPPED: "connecting", OrderState.RECEIVED: "uncertain",
    OrderState.ACCEPTED: "good", OrderState.DISPUTED: "bad", OrderState.CLOSED: "good", OrderState.CANCELLED: "stopped",
}  # fmt: skip
PARTIES = {Party.BUYER: _("the buyer"), Party.SELLER: _("the seller"), Party.PARK: _("the park")}
DEEDS = {
    "confirm": _("Confirm the order"),
    "decline": _("Decline"),
    "cancel": _("Cancel the order"),
    "ship": _("Report shipment"),
    "cancel-agreed": _("Cancel as agreed"),
    "receive": _("Report receipt"),
    "accept": _("Accept the goods"),
    "dispute": _("Dispute"),
    "escalate": _("Call the park"),
    "settle": _("Settle: pay the seller"),
    "refund": _("Refund the buyer"),
    "close": _("Warranty is over: close"),
}
DANGEROUS = ("decline", "cancel", "cancel-agreed", "dispute", "refund")
ENTRIES = {
    "place": _("placed the order"), "confirm": _("confirmed"), "decline": _("declined"), "cancel": _("cancelled"), "ship": _("shipped"),
    "cancel-agreed": _("cancelled as agreed"), "receive": _("received"), "accept": _("goods accepted"), "dispute": _("disputed"),
    "escalate": _("called the park"), "settle": _("settled"), "refund": _("refunded"), "close": _("order closed"),
    "message": _("wrote"), "job": _("named the shop's order"),
}  # fmt: skip
WHENS = {
    StageWhen.ORDER: _("on confirmation"),
    StageWhen.SHIPMENT: _("on shipment"),
    StageWhen.ACCEPTANCE: _("on acceptance"),
    StageWhen.WARRANTY: _("after warranty"),
}
STAGE_STATES = {
    StageState.DUE: _("to be paid in"),
    StageState.HELD: _("held by the custodian"),
    StageState.RELEASED: _("paid to the seller"),
    StageState.REFUNDED: _("given back"),
}
STAGE_LOOKS = {
    StageState.DUE: "waiting",
    StageState.HELD: "connecting",
    StageState.RELEASED: "good",
    StageState.REFUNDED: "stopped",
}
AUCTIONS = {Kind.ENGLISH: _("English"), Kind.REVERSE: _("Reverse"), Kind.DUTCH: _("Dutch")}
AUCTION_STATES = {
    AuctionState.PLANNED: _("announced"),
    AuctionState.SOLD: _("sold"),
    AuctionState.VOID: _("void"),
    AuctionState.CANCELLED: _("cancelled"),
}
DEPOSITS = {
    DepositState.SENT: _("the custodian is told"),
    DepositState.HELD: _("held by the custodian"),
    DepositState.RELEASED: _("given back"),
    DepositState.FORFEITED: _("forfeited"),
}
ACCOUNTS = {"custody": _("free"), "held": _("held for orders and deposits"), "fee": _("fees of the platform")}
BOOKINGS = {
    "hold": _("paid in for a stage"),
    "release": _("released to the seller"),
    "refund": _("given back to the buyer"),
    "deposit-hold": _("deposit held"),
    "deposit-release": _("deposit given back"),
    "deposit-forfeit": _("deposit forfeited"),
}
DIFFERENCES = {
    "unknown": _("on the statement only"),
    "amount": _("another amount"),
    "missing": _("not on the statement"),
    "wrong": _("a line without sense"),
}
WINDOWS = {
    Window.AFTER_ORDER: _("first %(n)s quotes after the order"),
    Window.SHIPMENT_MONTH: _("all quotes of the month of shipment"),
}
FLAGS = {
    "uscc": _("The unified social credit code %(code)s is missing or mistyped."),
    "blocked": _("On the list %(source)s: %(reason)s"),
    "expired": _("Its papers were valid until %(on)s."),
    "contact": _("Has the telephone %(phone)s in common with %(firms)s."),
    "price": _("%(part_no)s costs %(price)s, like things %(median)s."),
}
SIGNS = {"CNY": "¥", "USD": "$", "EUR": "€"}
CENTS = Decimal("0.01")


def language() -> str:
    return get_language() or "en"


def amount(value: Decimal | None, currency: str = "CNY") -> str:
    """An amount with its currency sign, to two digits, more where it has them."""
    if value is None:
        return gettext("on request")
    shown = value.quantize(CENTS) if value == value.quantize(CENTS) else value.normalize()
    return f"{SIGNS.get(currency, currency + ' ')}{shown:,f}"


def money(text: str) -> Decimal:
    return Decimal(text)


def moment(text: str) -> str:
    """A kept instant as the site's time of day."""
    return timezone.localtime(datetime.fromisoformat(text)).strftime("%H:%M:%S")


def formula(found: Formula) -> str:
    """A formula in one line."""
    parts = [found.index if found.k == 1 else f"{found.k.normalize():f} × {found.index}"]
    parts += [
        amount(value)
        for value in (found.premium, found.processing, found.grade_premium, found.freight)
        if value
    ]
    window = str(WINDOWS[found.window])
    told = window % {"n": found.days} if found.window is Window.AFTER_ORDER else window
    return " + ".join(parts) + " · " + told


def quantity(value: Decimal) -> str:
    return f"{value.normalize():,f}"


def unit(code: str) -> str:
    return str(UNITS.get(code, code))


def sentence(found: Finding) -> str:
    """A finding in the reader's language: the catalogue's entry ``finding:<code>``, else the engine's own words."""
    key = f"finding:{found.code}"
    text = gettext(key)
    if text != key:
        with suppress(KeyError, IndexError):
            return text.format(**found.details)
    return words_of(Problem(found.code, found.text, **found.details))


def findings(found: tuple[Finding, ...]) -> list[dict[str, Any]]:
    return [
        {
            "text": sentence(one),
            "word": WEIGHTS[one.weight],
            "look": "bad" if one.weight is Weight.ERROR else "uncertain",
            "figures": one.details,
            "error": one.weight is Weight.ERROR,
        }
        for one in found
    ]


def attribute_rows(kind: str, kept: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The data sheet: title and value of every stated attribute, in the class's order."""
    made, tongue = product_class(kind), language()
    values = from_kept(made, kept)
    return [
        {"key": one.key, "title": one.title(tongue), "value": one.shown(values[one.key], tongue)}
        for one in made.attributes
        if one.key in values
    ]


def shown(kind: str, key: str, value: Value) -> str:
    attribute = product_class(kind).attribute(key)
    return attribute.shown(value, language()) if attribute else str(value)


def rfq_state(row: Any) -> str:
    """Its state; an open one whose deadline has passed waits to be opened."""
    state = RfqState(row.state)
    if state is RfqState.OPEN and now_utc() >= row.closes_at:
        return gettext("deadline passed")
    return str(RFQ_STATES[state])


KEY_FACTS = 5


def key_facts(offer: OfferInfo) -> list[str]:
    """What a card says of a thing: its needed attributes, the short way."""
    made = product_class(offer.kind)
    values = from_kept(made, offer.values)
    tongue = language()
    facts = []
    for one in made.attributes:
        if one.key in made.needed and one.key in values and one.key not in ("hand", "pressure_deg"):
            value = one.shown(values[one.key], tongue)
            facts.append(
                f"{one.symbol} {value}"
                if one.symbol
                else f"{value}"
                if not one.numeric
                else f"{one.title(tongue)} {value}"
            )
    return facts[:KEY_FACTS]
