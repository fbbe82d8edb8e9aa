"""Forms of deals: a request, a quotation, an order, words in a deal room."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gearpark.engines.products import ProductClass

from ..types import UNITS
from ..types.deals import QuoteDraft, RfqDraft
from .offers import VALUE, value_field

STAGES = {
    "100": (Decimal(1),),
    "30-70": (Decimal("0.3"), Decimal("0.7")),
    "30-60-10": (Decimal("0.3"), Decimal("0.6"), Decimal("0.1")),
    "30-30-30-10": (Decimal("0.3"), Decimal("0.3"), Decimal("0.3"), Decimal("0.1")),
}
STAGE_WORDS = (
    ("100", _("100 % on acceptance")),
    ("30-70", _("30 % on order, 70 % on acceptance")),
    ("30-60-10", _("30 % on order, 60 % on shipment, 10 % on acceptance")),
    ("30-30-30-10", _("30 % on order, 30 % on shipment, 30 % on acceptance, 10 % after warranty")),
)


class RfqForm(forms.Form):
    """A request for quotation of one product class; wished attributes are named ``v-<key>``, none is needed."""

    offer = forms.IntegerField(required=False, widget=forms.HiddenInput)
    title = forms.CharField(label=_("Title"), max_length=160)
    qty = forms.DecimalField(label=_("Quantity"), max_digits=16, decimal_places=3, min_value=Decimal("0.001"))
    unit = forms.ChoiceField(label=_("Unit of measure"), choices=[(code, code) for code in UNITS])
    target = forms.DecimalField(
        label=_("Target price with VAT"), required=False, max_digits=16, decimal_places=4
    )
    needed_on = forms.DateField(
        label=_("Needed on"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    delivery = forms.CharField(
        label=_("Delivery"),
        required=False,
        max_length=200,
        help_text=_("Place and term, such as: ex works, delivered, FOB."),
    )
    closes_at = forms.DateTimeField(
        label=_("Quotations until"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    sealed = forms.BooleanField(label=_("Sealed until then"), required=False, initial=True)
    least = forms.IntegerField(label=_("Least number of quotations"), min_value=1, max_value=20, initial=1)
    stages = forms.ChoiceField(label=_("Payment stages"), choices=STAGE_WORDS, initial="30-60-10")
    invited = forms.CharField(
        label=_("Invited sellers"),
        required=False,
        help_text=_("Short names, with blanks between. Empty: every seller may answer."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    text = forms.CharField(
        label=_("What else matters"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, kind: ProductClass, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        for attribute in kind.attributes:
            self.fields[VALUE + attribute.key] = value_field(attribute, language, needed=False)

    def value_fields(self) -> list[Any]:
        return [self[VALUE + attribute.key] for attribute in self.kind.attributes]

    def draft(self) -> RfqDraft:
        given = self.cleaned_data
        return RfqDraft(
            title=given["title"], kind=self.kind.code, qty=given["qty"], unit=given["unit"], closes_at=given["closes_at"],
            values={key[len(VALUE) :]: str(value) for key, value in given.items() if key.startswith(VALUE) and value},
            text=given["text"], offer_id=given["offer"], target_price=given["target"], needed_on=given["needed_on"],
            delivery=given["delivery"], sealed=given["sealed"], least_quotes=given["least"], stages=STAGES[given["stages"]],
            invited=tuple(given["invited"].replace(",", " ").split()),
        )  # fmt: skip


class QuoteForm(forms.Form):
    """A quotation, or a counter-offer to one."""

    price = forms.DecimalField(label=_("Price a unit with VAT"), max_digits=16, decimal_places=4)
    landed = forms.DecimalField(
        label=_("Freight a unit"), initial=Decimal(0), max_digits=16, decimal_places=4
    )
    qty = forms.DecimalField(label=_("Quantity"), max_digits=16, decimal_places=3)
    lead_days = forms.IntegerField(label=_("Lead time, days"), min_value=0, max_value=1000)
    valid_until = forms.DateField(label=_("Valid until"), widget=forms.DateInput(attrs={"type": "date"}))
    text = forms.CharField(
        label=_("Words"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def draft(self) -> QuoteDraft:
        given = self.cleaned_data
        return QuoteDraft(
            given["price"],
            given["qty"],
            given["lead_days"],
            given["valid_until"],
            landed=given["landed"],
            text=given["text"],
        )


class OrderForm(forms.Form):
    qty = forms.DecimalField(label=_("Quantity"), max_digits=16, decimal_places=3, min_value=Decimal("0.001"))
    key = forms.CharField(max_length=80, widget=forms.HiddenInput)


class JobForm(forms.Form):
    """Which order of the shop makes it."""

    number = forms.CharField(label=_("Order of the shop"), required=False, max_length=60)
    shows = forms.BooleanField(label=_("The buyer may see its parts being made"), required=False)
