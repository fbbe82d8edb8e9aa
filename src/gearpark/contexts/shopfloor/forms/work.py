"""Forms of products, routings, programs, orders and operators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..types.orders import FILLER, NORMAL, RUSH, OperationWanted, OrderInfo, OrderWanted, ProductWanted
from ..types.work import Tracking

MAX_QUANTITY = 1_000_000
MAX_REASON = 400
PRIORITIES = ((RUSH, _("Rush")), (NORMAL, _("Normal")), (FILLER, _("Filler")))
TRACKINGS = (
    (Tracking.SERIAL.value, _("Every part has a serial")),
    (Tracking.LOT.value, _("Pieces are counted")),
)


class DateInput(forms.DateInput):
    """A date picker of the browser."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class ProductForm(forms.Form):
    """A product."""

    code = forms.CharField(label=_("Product"), max_length=60)
    name_en = forms.CharField(label=_("Name (English)"), max_length=120)
    name_zh = forms.CharField(label=_("Name (Chinese)"), max_length=120, required=False)
    line_type = forms.ChoiceField(label=_("Made on lines of type"))
    variant = forms.CharField(
        label=_("Variant"), max_length=60, required=False, help_text=_("As the line's machines name it.")
    )
    tracking = forms.ChoiceField(label=_("Tracking"), choices=TRACKINGS)
    serial_pattern = forms.CharField(
        label=_("Serial pattern"),
        max_length=60,
        required=False,
        help_text=_(
            "{line}, {order}, {product}, {yymmdd}, {yy}, {mm}, {dd}, and {seq:05} once. Empty: the usual one."
        ),
    )
    gtin = forms.CharField(
        label=_("GTIN"), max_length=14, required=False, help_text=_("With it every part gets a GS1 mark.")
    )
    drawing = forms.CharField(label=_("Drawing"), max_length=60, required=False)
    drawing_revision = forms.CharField(label=_("Drawing revision"), max_length=20, required=False)
    rework_limit = forms.IntegerField(label=_("Rework loops allowed"), min_value=0, max_value=20, initial=2)
    safety_part = forms.BooleanField(label=_("Safety part"), required=False)
    active = forms.BooleanField(label=_("Active"), required=False, initial=True)

    def __init__(self, *args: Any, line_types: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["line_type"].choices = list(line_types.items())  # type: ignore[attr-defined]

    def wanted(self) -> ProductWanted:
        """The cleaned form as the service takes it."""
        return ProductWanted(**{**self.cleaned_data, "tracking": Tracking(self.cleaned_data["tracking"])})


class OrderForm(forms.Form):
    """An order."""

    number = forms.CharField(
        label=_("Order number"),
        max_length=60,
        required=False,
        help_text=_("Empty: the next one of the house."),
    )
    product = forms.ChoiceField(label=_("Product"))
    line = forms.ChoiceField(label=_("Line"))
    quantity = forms.IntegerField(label=_("Quantity"), min_value=1, max_value=MAX_QUANTITY)
    due_on = forms.DateField(label=_("Due"), required=False, widget=DateInput)
    priority = forms.TypedChoiceField(label=_("Priority"), choices=PRIORITIES, coerce=int, initial=NORMAL)
    lot = forms.CharField(label=_("Lot"), max_length=60, required=False)
    customer_ref = forms.CharField(label=_("Customer reference"), max_length=120, required=False)
    note = forms.CharField(label=_("Note"), max_length=400, required=False)

    def __init__(
        self,
        *args: Any,
        products: Sequence[tuple[str, str]] = (),
        lines: Sequence[tuple[str, str]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["product"].choices = list(products)  # type: ignore[attr-defined]
        self.fields["line"].choices = list(lines)  # type: ignore[attr-defined]

    def wanted(self) -> OrderWanted:
        """The cleaned form as the service takes it."""
        return OrderWanted(**self.cleaned_data)


class OrderChangeForm(forms.Form):
    """What may change of an order, with the version that was looked at."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    quantity = forms.IntegerField(label=_("Quantity"), min_value=1, max_value=MAX_QUANTITY)
    due_on = forms.DateField(label=_("Due"), required=False, widget=DateInput)
    priority = forms.TypedChoiceField(label=_("Priority"), choices=PRIORITIES, coerce=int)
    lot = forms.CharField(label=_("Lot"), max_length=60, required=False)
    customer_ref = forms.CharField(label=_("Customer reference"), max_length=120, required=False)
    note = forms.CharField(label=_("Note"), max_length=400, required=False)

    @staticmethod
    def initial_of(info: OrderInfo) -> dict[str, Any]:
        names = ("version", "quantity", "due_on", "priority", "lot", "customer_ref", "note")
        return {name: getattr(info, name) for name in names}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now = (self.initial or {}).get("priority")
        if now is not None and now not in dict(PRIORITIES):  # a priority an import or the queue gave
            self.fields["priority"].choices = [*PRIORITIES, (now, str(now))]  # type: ignore[attr-defined]


class SheetForm(forms.Form):
    """A sheet of orders."""

    file = forms.FileField(label=_("CSV or XLSX file"))


class ProgramForm(forms.Form):
    """One revision of a program: its file or its hash."""

    name = forms.CharField(label=_("Program"), max_length=120)
    revision = forms.CharField(label=_("Revision"), max_length=20)
    file = forms.FileField(
        label=_("Program file"), required=False, help_text=_("Only its SHA-256 is kept, not the file.")
    )
    sha256 = forms.CharField(label=_("or its SHA-256"), max_length=64, required=False)
    line_type = forms.ChoiceField(label=_("Line type"), required=False)
    note = forms.CharField(label=_("Note"), max_length=400, required=False)

    def __init__(self, *args: Any, line_types: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["line_type"].choices = [("", "–"), *line_types.items()]  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    """A reason that is asked for."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Why"), max_length=MAX_REASON)


class SkillForm(forms.Form):
    """A skill."""

    code = forms.CharField(label=_("Code"), max_length=60)
    name_en = forms.CharField(label=_("Name (English)"), max_length=120)
    name_zh = forms.CharField(label=_("Name (Chinese)"), max_length=120, required=False)


def codes_of(text: str) -> tuple[str, ...]:
    """Codes separated by commas or blanks."""
    return tuple(dict.fromkeys(part for part in text.replace(",", " ").replace("，", " ").split() if part))


def operations_of(post: Mapping[str, str], count: int) -> tuple[list[OperationWanted], list[str]]:
    """Operations from the rows of a routing's form; rows without a number are left out. Also what could not be read."""
    found: list[OperationWanted] = []
    wrong: list[str] = []
    for row in range(count):
        given = {name: str(post.get(f"{name}-{row}", "")).strip() for name in OPERATION_FIELDS}
        if not given["op"] or post.get(f"drop-{row}"):
            continue
        try:
            found.append(
                OperationWanted(
                    op=int(given["op"]),
                    group=given["group"],
                    name_en=given["name_en"] or given["name_zh"],
                    name_zh=given["name_zh"],
                    cycle_s=float(given["cycle_s"]),
                    setup_s=float(given["setup_s"] or 0),
                    skill=given["skill"],
                    program=given["program"],
                    tool_classes=codes_of(given["tools"]),
                    gauge_classes=codes_of(given["gauges"]),
                    is_test=bool(post.get(f"is_test-{row}")),
                    needs_test=bool(post.get(f"needs_test-{row}")),
                    rework_to=int(given["rework_to"]) if given["rework_to"] else None,
                )
            )
        except ValueError:
            wrong.append(given["op"])
    return found, wrong


OPERATION_FIELDS = (
    "op", "group", "name_en", "name_zh", "cycle_s", "setup_s", "skill", "program", "tools", "gauges", "rework_to",
)  # fmt: skip
