"""Forms of care: what people type, checked for kind and range; the services check what it means."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from gearpark.engines.lines import template, template_codes

from ..types.care import (
    GaugeClassWanted,
    GaugeState,
    GaugeWanted,
    LifeEnd,
    LifeUnit,
    ToolClassWanted,
)

MAX_CODE, MAX_NAME, MAX_NOTE = 60, 120, 400
Named = Sequence[tuple[str, str, str]]  # code, English, Chinese


def local_choices(named: Iterable[tuple[str, str, str]]) -> list[tuple[str, str]]:
    """(code, shown) of named things in the reader's language."""
    chinese = (get_language() or "").startswith("zh")
    return [(code, f"{code} · {(zh if chinese else en) or en}") for code, en, zh in named]


class Moment(forms.DateTimeField):
    """A local date and time as browsers send it."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    input_formats = ("%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=self.input_formats, **kwargs)


class ToolClassForm(forms.Form):
    """A kind of tool."""

    code = forms.CharField(
        label=_("Code"),
        max_length=MAX_CODE,
        help_text=_("As the machine names the tool, for example FM125 or T03."),
    )
    name_en = forms.CharField(label=_("Name (English)"), max_length=MAX_NAME)
    name_zh = forms.CharField(label=_("Name (Chinese)"), max_length=MAX_NAME, required=False)
    line_type = forms.ChoiceField(label=_("Line type"), required=False)
    unit = forms.ChoiceField(
        label=_("Life counted in"),
        choices=[("parts", _("parts")), ("minutes", _("cutting minutes")), ("metres", _("metres"))],
    )
    life_limit = forms.FloatField(label=_("Life limit"), min_value=0)
    per_part = forms.FloatField(
        label=_("Use per part"),
        min_value=0,
        initial=1,
        help_text=_("1 for parts; minutes or metres a part costs otherwise."),
    )
    wear_limit_mm = forms.FloatField(
        label=_("Flank wear limit, mm"),
        min_value=0,
        required=False,
        help_text=_("Only where wear is measured."),
    )
    regrinds_max = forms.IntegerField(label=_("Regrinds allowed"), min_value=0, max_value=100, initial=0)
    change_s = forms.IntegerField(label=_("Change takes, s"), min_value=0, max_value=86_400, initial=0)
    price_cny = forms.DecimalField(
        label=_("Price, CNY"), min_value=0, decimal_places=2, max_digits=12, initial=0
    )
    regrind_cny = forms.DecimalField(
        label=_("A regrind, CNY"), min_value=0, decimal_places=2, max_digits=12, initial=0
    )

    def __init__(self, *args: Any, fixed_code: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chinese = (get_language() or "").startswith("zh")
        shapes = [template(code) for code in template_codes()]
        self.fields["line_type"].choices = [("", _("any"))] + [  # type: ignore[attr-defined]
            (shape.code, shape.title_zh if chinese else shape.title_en) for shape in shapes
        ]
        self.fields["code"].disabled = fixed_code

    def wanted(self) -> ToolClassWanted:
        given = self.cleaned_data
        return ToolClassWanted(
            given["code"], given["name_en"], given["life_limit"], given["name_zh"], given["line_type"],
            LifeUnit(given["unit"]), given["per_part"], given["wear_limit_mm"], given["regrinds_max"],
            given["change_s"], given["price_cny"], given["regrind_cny"],
        )  # fmt: skip


class ToolForm(forms.Form):
    """A new tool, or the limit and note of a known one."""

    serial = forms.CharField(label=_("Serial"), max_length=MAX_CODE)
    tool_class = forms.ChoiceField(label=_("Kind"))
    life_limit = forms.FloatField(
        label=_("Own life limit"), min_value=0, required=False, help_text=_("Empty: as its kind.")
    )
    note = forms.CharField(label=_("Note"), max_length=MAX_NOTE, required=False)

    def __init__(self, *args: Any, classes: Named = (), fixed_serial: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tool_class"].choices = local_choices(classes)  # type: ignore[attr-defined]
        self.fields["serial"].disabled = fixed_serial


class MountForm(forms.Form):
    spot = forms.CharField(label=_("Station"), max_length=2 * MAX_CODE)  # <line>/<station>
    pocket = forms.CharField(label=_("Pocket"), max_length=40)


class ChangeForm(forms.Form):
    end = forms.ChoiceField(label=_("Why"), choices=[(end.value, end.value) for end in LifeEnd])
    successor = forms.CharField(label=_("Successor"), max_length=MAX_CODE, required=False)
    note = forms.CharField(label=_("Note"), max_length=MAX_NOTE, required=False)


class UseForm(forms.Form):
    added = forms.FloatField(label=_("Use, added"), min_value=0, max_value=1e9)
    key = forms.CharField(max_length=MAX_CODE, required=False)


class WearForm(forms.Form):
    wear_mm = forms.FloatField(label=_("Flank wear, mm"), min_value=0, max_value=10)
    key = forms.CharField(max_length=MAX_CODE, required=False)


class PresetForm(forms.Form):
    length_mm = forms.FloatField(label=_("Length, mm"), min_value=0, max_value=5000)
    radius_mm = forms.FloatField(label=_("Radius, mm"), min_value=0, max_value=5000)
    runout_mm = forms.FloatField(label=_("Run-out, mm"), min_value=0, max_value=10, required=False)


class NoteForm(forms.Form):
    note = forms.CharField(label=_("Note"), max_length=MAX_NOTE, required=False)


class GaugeClassForm(forms.Form):
    """A kind of gauge with its calibration plan."""

    code = forms.CharField(label=_("Code"), max_length=MAX_CODE)
    name_en = forms.CharField(label=_("Name (English)"), max_length=MAX_NAME)
    name_zh = forms.CharField(label=_("Name (Chinese)"), max_length=MAX_NAME, required=False)
    unit = forms.CharField(label=_("Unit of deviations"), max_length=16)
    limit = forms.FloatField(label=_("Permissible deviation"), min_value=0)
    guarded = forms.BooleanField(
        label=_("Uncertainty counts against the gauge"), required=False, initial=True,
        help_text=_("ISO 14253-1: good only if deviation plus uncertainty lie within the limit."),
    )  # fmt: skip
    every_days = forms.IntegerField(
        label=_("Calibration every, days"), min_value=1, max_value=3650, required=False
    )
    every_uses = forms.IntegerField(label=_("Calibration every, uses"), min_value=1, required=False)
    master_each_shift = forms.BooleanField(label=_("Master part in every shift"), required=False)

    def __init__(self, *args: Any, fixed_code: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].disabled = fixed_code

    def wanted(self) -> GaugeClassWanted:
        given = self.cleaned_data
        return GaugeClassWanted(
            given["code"], given["name_en"], given["unit"], given["limit"], given["name_zh"], given["guarded"],
            given["every_days"], given["every_uses"], given["master_each_shift"],
        )  # fmt: skip


class GaugeForm(forms.Form):
    """One gauge."""

    code = forms.CharField(label=_("Number on the gauge"), max_length=MAX_CODE)
    gauge_class = forms.ChoiceField(label=_("Kind"))
    serial = forms.CharField(label=_("Maker's serial"), max_length=MAX_CODE, required=False)
    resolution = forms.FloatField(label=_("Resolution"), min_value=0)
    range_low = forms.FloatField(label=_("Range from"))
    range_high = forms.FloatField(label=_("Range to"))
    standard = forms.CharField(label=_("Reference standard"), max_length=MAX_NAME, required=False)
    spot = forms.ChoiceField(
        label=_("Station"),
        required=False,
        help_text=_("Where it is fixed; an expired gauge blocks that station."),
    )
    place = forms.CharField(label=_("Place"), max_length=MAX_NAME, required=False)
    note = forms.CharField(label=_("Note"), max_length=MAX_NOTE, required=False)

    def __init__(
        self, *args: Any, classes: Named = (), spots: Sequence[tuple[str, str]] = (), fixed_code: bool = False, **kwargs: Any
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.fields["gauge_class"].choices = local_choices(classes)  # type: ignore[attr-defined]
        self.fields["spot"].choices = [("", _("no station")), *spots]  # type: ignore[attr-defined]
        self.fields["code"].disabled = fixed_code

    def wanted(self) -> GaugeWanted:
        given = self.cleaned_data
        line, _slash, station = given["spot"].partition("/")
        return GaugeWanted(
            given["code"], given["gauge_class"], given["resolution"], given["range_low"], given["range_high"],
            given["serial"], given["standard"], line, station, given["place"], given["note"],
        )  # fmt: skip


class CheckForm(forms.Form):
    """A calibration."""

    at = Moment(label=_("When"))
    as_found = forms.FloatField(label=_("Deviation as found"))
    as_left = forms.FloatField(label=_("Deviation as left"), required=False)
    uncertainty = forms.FloatField(label=_("Uncertainty (k = 2)"), min_value=0, initial=0)
    standard = forms.CharField(label=_("Reference standard"), max_length=MAX_NAME, required=False)
    temperature_c = forms.FloatField(label=_("Temperature, °C"), required=False, min_value=-40, max_value=100)
    certificate = forms.FileField(label=_("Certificate (PDF)"), required=False)
    note = forms.CharField(label=_("Note"), max_length=MAX_NOTE, required=False)


class MasterForm(forms.Form):
    deviation = forms.FloatField(label=_("Deviation of the master part"))
    note = forms.CharField(label=_("Note"), max_length=MAX_NOTE, required=False)


class GaugeMoveForm(forms.Form):
    state = forms.ChoiceField(label=_("State"), choices=[(state.value, state.value) for state in GaugeState])
    note = forms.CharField(label=_("Note"), max_length=MAX_NOTE, required=False)


class SpareForm(forms.Form):
    """A spare part; its stock moves by the ledger."""

    code = forms.CharField(label=_("Spare part"), max_length=MAX_CODE)
    name_en = forms.CharField(label=_("Name (English)"), max_length=MAX_NAME)
    name_zh = forms.CharField(label=_("Name (Chinese)"), max_length=MAX_NAME, required=False)
    unit = forms.CharField(label=_("Unit"), max_length=16, initial="1")
    place = forms.CharField(label=_("Shelf"), max_length=MAX_NAME, required=False)
    minimum = forms.DecimalField(label=_("Minimum"), min_value=0, decimal_places=3, initial=0)
    maximum = forms.DecimalField(label=_("Maximum"), min_value=0, decimal_places=3, initial=0)
    price_cny = forms.DecimalField(label=_("Price, CNY"), min_value=0, decimal_places=2, initial=0)
    lead_days = forms.IntegerField(label=_("Delivery, days"), min_value=0, max_value=3650, initial=0)
    supplier = forms.CharField(label=_("Supplier"), max_length=MAX_NAME, required=False)
    used_in = forms.CharField(
        label=_("Used in"),
        max_length=2000,
        required=False,
        help_text=_("Asset ids or asset types, separated by commas."),
    )

    def __init__(self, *args: Any, fixed_code: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].disabled = fixed_code


class MoveForm(forms.Form):
    """A line of the ledger."""

    kind = forms.ChoiceField(
        label=_("Movement"), choices=[(k, k) for k in ("receive", "issue", "return", "adjust")]
    )
    quantity = forms.DecimalField(label=_("Quantity"), decimal_places=3, max_digits=11)
    order = forms.CharField(label=_("Order"), max_length=MAX_CODE, required=False)
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)
    key = forms.CharField(max_length=MAX_CODE, required=False)


class ReserveForm(forms.Form):
    code = forms.CharField(label=_("Part"), max_length=MAX_CODE)
    quantity = forms.DecimalField(label=_("Quantity"), decimal_places=3, max_digits=11, min_value=Decimal(0))


class SwapForm(forms.Form):
    """Another physical asset takes over a role."""

    kind = forms.CharField(label=_("Module"), max_length=MAX_CODE)
    serial = forms.CharField(label=_("Serial"), max_length=MAX_CODE)
    since = Moment(label=_("Since"))
    reason = forms.CharField(label=_("Reason"), max_length=MAX_NOTE, required=False)
