"""Forms of auctions: announcing one, bidding."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gearpark.engines.auctions import Kind

from ..types import UNITS
from ..types.auctions import AuctionDraft

KINDS = (
    (Kind.ENGLISH.value, _("English: the highest bid buys")),
    (Kind.REVERSE.value, _("Reverse: the lowest bid sells")),
    (Kind.DUTCH.value, _("Dutch: the price falls until somebody takes it")),
)


class AuctionForm(forms.Form):
    """An auction as it is announced."""

    offer = forms.IntegerField(required=False, widget=forms.HiddenInput)
    title = forms.CharField(label=_("Title"), max_length=160)
    kind = forms.ChoiceField(label=_("Kind of auction"), choices=KINDS)
    product = forms.ChoiceField(label=_("Product class"), choices=())
    qty = forms.DecimalField(label=_("Quantity"), max_digits=16, decimal_places=3)
    unit = forms.ChoiceField(
        label=_("Unit of measure"), choices=[(code, code) for code in UNITS], initial="t"
    )
    start = forms.DecimalField(label=_("Start price a unit, with VAT"), max_digits=16, decimal_places=4)
    step = forms.DecimalField(label=_("Steps of"), max_digits=16, decimal_places=4, initial=Decimal(20))
    reserve = forms.DecimalField(
        label=_("Hidden reserve price"), required=False, max_digits=16, decimal_places=4
    )
    floor = forms.DecimalField(
        label=_("Floor (Dutch)"), required=False, max_digits=16, decimal_places=4, initial=Decimal(0)
    )
    interval_s = forms.IntegerField(
        label=_("Seconds between falls (Dutch)"), min_value=1, max_value=86_400, initial=60
    )
    deposit = forms.DecimalField(
        label=_("Deposit"), max_digits=16, decimal_places=2, initial=Decimal(3000), min_value=0
    )
    least_bidders = forms.IntegerField(
        label=_("Least number of bidders"), min_value=1, max_value=20, initial=1
    )
    opens_at = forms.DateTimeField(
        label=_("Opens at"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    ends_at = forms.DateTimeField(
        label=_("Ends at"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    hard_stop = forms.DateTimeField(
        label=_("Never after"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    window_s = forms.IntegerField(
        label=_("A best bid in the last … seconds"), min_value=0, max_value=3600, initial=300
    )
    extend_s = forms.IntegerField(
        label=_("moves the end to … seconds after it"), min_value=0, max_value=3600, initial=300
    )
    text = forms.CharField(
        label=_("What else matters"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, classes: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["product"]
        if isinstance(field, forms.ChoiceField):
            field.choices = classes

    def draft(self) -> AuctionDraft:
        given = self.cleaned_data
        names = "title product qty unit start step reserve deposit least_bidders opens_at ends_at hard_stop window_s extend_s interval_s text"
        return AuctionDraft(
            kind=Kind(given["kind"]), offer_id=given["offer"], floor=given["floor"] or Decimal(0), **{name: given[name] for name in names.split()}
        )  # fmt: skip


class BidForm(forms.Form):
    price = forms.DecimalField(label=_("My bid a unit"), max_digits=16, decimal_places=4)
    limit = forms.DecimalField(
        label=_("Bid for me up to (hidden)"), required=False, max_digits=16, decimal_places=4
    )
