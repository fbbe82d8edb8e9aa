"""What people may type into pages of logistics."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..types.moves import (
    CarrierKind,
    Means,
    PlaceInfo,
    PlaceKind,
    PlaceWanted,
    RuleKind,
    RuleWanted,
    Watch,
)
from ..types.shipping import UnitKind

Choices = list[tuple[Any, Any]]
MEANS: Choices = [
    (Means.AGV.value, _("Vehicle")),
    (Means.PERSON.value, _("People")),
    (Means.WMS.value, _("Warehouse system")),
]
DUE: Choices = [(600, _("10 minutes")), (1200, _("20 minutes")), (1800, _("30 minutes")), (3600, _("1 hour")), (14400, _("4 hours"))]  # fmt: skip


def place_choices(places: list[PlaceInfo], tongue: str) -> Choices:
    return [(place.id, f"{place.code} · {place.name(tongue)}") for place in places]


class TaskForm(forms.Form):
    """A task by hand."""

    source = forms.TypedChoiceField(label=_("From"), coerce=int)
    carrier = forms.CharField(
        label=_("Carrier"),
        max_length=60,
        required=False,
        help_text=_("Its code; empty when something without a carrier is moved."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    target = forms.TypedChoiceField(label=_("To"), coerce=int)
    means = forms.ChoiceField(label=_("Carried by"), choices=MEANS)
    due_s = forms.TypedChoiceField(label=_("Done within"), choices=DUE, coerce=int, initial=1800)
    priority = forms.IntegerField(label=_("Priority"), min_value=0, max_value=99, initial=50)
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, places: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("source", "target"):
            self.fields[name].choices = places  # type: ignore[attr-defined]


class PlaceForm(forms.Form):
    """A place of the shop; of a line's place only where it stands."""

    code = forms.CharField(label=_("Code"), max_length=60)
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[
            (PlaceKind.STORE.value, _("Store")),
            (PlaceKind.DOCK.value, _("Dock")),
            (PlaceKind.PARK.value, _("Parking")),
            (PlaceKind.HANDOVER.value, _("Hand-over")),
            (PlaceKind.BUFFER.value, _("Buffer")),
        ],
    )
    name_en = forms.CharField(label=_("Name (English)"), max_length=120)
    name_zh = forms.CharField(label=_("Name (Chinese)"), max_length=120, required=False)
    x_m = forms.FloatField(label=_("x on the map (m)"))
    y_m = forms.FloatField(label=_("y on the map (m)"))
    capacity = forms.IntegerField(label=_("Room for parts"), min_value=1, required=False)

    def __init__(self, *args: Any, of_line: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if of_line:
            for name in ("code", "kind", "name_en", "name_zh", "capacity"):
                del self.fields[name]

    def wanted(self) -> PlaceWanted:
        found = self.cleaned_data
        return PlaceWanted(
            code=found.get("code", ""),
            kind=PlaceKind(found.get("kind") or PlaceKind.STORE.value),
            name_en=found.get("name_en", ""),
            name_zh=found.get("name_zh", ""),
            x_m=found["x_m"],
            y_m=found["y_m"],
            capacity=found.get("capacity"),
        )


class RuleForm(forms.Form):
    """When a task is raised."""

    name = forms.CharField(label=_("Name"), max_length=120)
    kind = forms.ChoiceField(
        label=_("It brings"),
        choices=[
            (RuleKind.OUTPUT.value, _("Finished parts away")),
            (RuleKind.SUPPLY.value, _("Material to the line")),
        ],
    )
    watch = forms.ChoiceField(
        label=_("It looks at"),
        choices=[
            (Watch.PIECES.value, _("finished parts, as reported")),
            (Watch.LEVEL.value, _("the buffer's level, as the machine says")),
            (Watch.STOCK.value, _("the stock booked there")),
        ],
    )
    place = forms.TypedChoiceField(label=_("Place at the line"), coerce=int)
    store = forms.TypedChoiceField(label=_("Store"), coerce=int)
    threshold = forms.IntegerField(
        label=_("Threshold"),
        min_value=0,
        max_value=10_000,
        help_text=_(
            "Output: parts that raise a task (0: only a full carrier). Supply: what is left when it is raised."
        ),
    )
    material = forms.CharField(label=_("Material"), max_length=60, required=False)
    quantity = forms.IntegerField(label=_("Quantity"), min_value=0, max_value=10_000, initial=0)
    means = forms.ChoiceField(label=_("Carried by"), choices=MEANS)
    due_s = forms.TypedChoiceField(label=_("Done within"), choices=DUE, coerce=int, initial=1200)
    priority = forms.IntegerField(label=_("Priority"), min_value=0, max_value=99, initial=50)
    exchange = forms.BooleanField(
        label=_("Brings and fetches empty carriers too"), required=False, initial=True
    )
    active = forms.BooleanField(label=_("Active"), required=False, initial=True)

    def __init__(self, *args: Any, ends: Choices, stores: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = ends  # type: ignore[attr-defined]
        self.fields["store"].choices = stores  # type: ignore[attr-defined]
        due = self.initial.get("due_s")
        if due and due not in dict(DUE):
            self.fields["due_s"].choices = [*DUE, (due, f"{due} s")]  # type: ignore[attr-defined]

    def wanted(self) -> RuleWanted:
        found = dict(self.cleaned_data)
        return RuleWanted(
            **{
                **found,
                "kind": RuleKind(found["kind"]),
                "watch": Watch(found["watch"]),
                "means": Means(found["means"]),
            }
        )


class CarriersForm(forms.Form):
    """New carriers, all alike."""

    prefix = forms.CharField(label=_("Codes begin with"), max_length=50, initial="GB-")  # type: ignore[assignment]
    count = forms.IntegerField(label=_("How many"), min_value=1, max_value=1000, initial=10)
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[
            (CarrierKind.CONTAINER.value, _("Container")),
            (CarrierKind.PALLET.value, _("Pallet")),
            (CarrierKind.TRAY.value, _("Tray")),
            (CarrierKind.RACK.value, _("Rack")),
        ],
    )
    capacity = forms.IntegerField(label=_("Room for parts"), min_value=1, max_value=10_000, initial=8)
    place = forms.TypedChoiceField(label=_("They stand at"), coerce=int)

    def __init__(self, *args: Any, places: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = places  # type: ignore[attr-defined]


class FillForm(forms.Form):
    """Material or one part into a carrier."""

    serial = forms.CharField(label=_("Serial"), max_length=200, required=False)
    material = forms.CharField(label=_("Material"), max_length=60, required=False)
    lot = forms.CharField(label=_("Lot"), max_length=60, required=False)
    quantity = forms.IntegerField(label=_("Quantity"), min_value=0, required=False)


class StockForm(forms.Form):
    """A receipt or an issue at a place."""

    material = forms.CharField(label=_("Material"), max_length=60)
    lot = forms.CharField(label=_("Lot"), max_length=60, required=False)
    change = forms.IntegerField(label=_("Quantity"), help_text=_("Negative: an issue."))
    why = forms.CharField(label=_("Reason"), max_length=400)


class VehicleForm(forms.Form):
    """What may be changed of a vehicle."""

    name = forms.CharField(label=_("Name"), max_length=120)
    home = forms.TypedChoiceField(
        label=_("Parks at"), coerce=lambda text: int(text) if text else None, empty_value=None, required=False
    )
    active = forms.BooleanField(label=_("Takes orders"), required=False)

    def __init__(self, *args: Any, homes: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["home"].choices = [("", "–"), *homes]  # type: ignore[attr-defined]


class SiteForm(forms.Form):
    """What is true of the whole shop."""

    gs1_prefix = forms.CharField(
        label=_("GS1 company prefix"),
        max_length=12,
        required=False,
        help_text=_("4 to 12 digits, given by GS1; shipping units get their SSCC from it."),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    extension = forms.IntegerField(label=_("SSCC extension digit"), min_value=0, max_value=9)
    ship_from = forms.CharField(label=_("Ships from"), max_length=120, required=False)
    lost_after_s = forms.IntegerField(
        label=_("A silent vehicle is lost after (s)"), min_value=10, max_value=3600
    )


class UnitForm(forms.Form):
    """A new shipping unit."""

    product = forms.ChoiceField(label=_("Product"), required=False)
    kind = forms.ChoiceField(
        label=_("Unit"),
        choices=[
            ("", _("as the pack rule says")),
            (UnitKind.BOX.value, _("Box")),
            (UnitKind.PALLET.value, _("Pallet")),
        ],
        required=False,
    )

    def __init__(self, *args: Any, products: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["product"].choices = [("", _("any")), *products]  # type: ignore[attr-defined]


class PackRuleForm(forms.Form):
    """How a product is packed."""

    product = forms.CharField(max_length=60, widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label=_("Unit"), choices=[(UnitKind.BOX.value, _("Box")), (UnitKind.PALLET.value, _("Pallet"))]
    )
    quantity = forms.IntegerField(label=_("Parts a unit"), min_value=1, max_value=10_000)
    mixed_orders = forms.BooleanField(required=False)
    mixed_lots = forms.BooleanField(required=False)
    mixed_products = forms.BooleanField(required=False)
    partial = forms.BooleanField(required=False)


class ShipmentForm(forms.Form):
    """Who receives it and who carries it."""

    ship_to = forms.CharField(label=_("Ship to"), max_length=120)
    reference = forms.CharField(label=_("Customer's order"), max_length=120, required=False)
    haulier = forms.CharField(label=_("Haulier"), max_length=120, required=False)
    vehicle = forms.CharField(label=_("Number plate"), max_length=60, required=False)
