"""What people send to the potline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .types import Kpi, Mode, PotlineInfo, Target


class LineForm(forms.Form):
    """A new potline."""

    code = forms.SlugField(
        label=_("Code"),
        max_length=40,
        help_text=_("As the controller is started with; its cells are <code>-001 and so on."),
    )
    name_en = forms.CharField(label=_("Name"), max_length=120)
    name_zh = forms.CharField(label=_("Chinese name"), max_length=120, required=False)
    cells = forms.IntegerField(label=_("Cells"), min_value=1, max_value=1_000, initial=300)
    rooms = forms.IntegerField(label=_("Rows of the building"), min_value=1, max_value=8, initial=2)


class CampaignForm(forms.Form):
    """A wanted change of set-points; empty fields change nothing."""

    name = forms.CharField(label=_("Purpose of the change"), max_length=120)

    def __init__(
        self, *args: Any, now: Mapping[str, float], labels: Mapping[str, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, label in labels.items():
            self.fields[name] = forms.FloatField(
                label=label, required=False, help_text=_("now %(value)s") % {"value": f"{now[name]:g}"}
            )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors and not self.changes(given):
            raise forms.ValidationError(_("Change at least one set-point."))
        return given

    def changes(self, given: Mapping[str, Any] | None = None) -> dict[str, float]:
        """Set-points that are given."""
        data = self.cleaned_data if given is None else given
        return {name: data[name] for name in self.fields if name != "name" and data.get(name) is not None}


class ModeForm(forms.Form):
    """An order to the controller."""

    mode = forms.ChoiceField(choices=[(mode.value, mode.value) for mode in Mode])
    cell = forms.IntegerField(required=False, min_value=1)
    why = forms.CharField(max_length=200)


class SeenForm(forms.Form):
    """An alarm somebody has seen."""

    cell = forms.IntegerField(min_value=1)
    alarm = forms.SlugField(max_length=40)
    began = forms.DateTimeField(input_formats=["%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%dT%H:%M:%S%z"])
    note = forms.CharField(required=False, max_length=400)


class TargetsForm(forms.Form):
    """Targets of a line: a middle and what is allowed around it for each figure; both empty for none."""

    base = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, line: PotlineInfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["base"].initial = line.revision
        for kpi in Kpi:
            found = line.targets.get(kpi)
            for name, value in (("middle", found and found.middle), ("room", found and found.room)):
                self.fields[f"{kpi.value}-{name}"] = forms.FloatField(required=False, initial=value)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for kpi in Kpi:
            middle, room = given.get(f"{kpi.value}-middle"), given.get(f"{kpi.value}-room")
            if (middle is None) != (room is None):
                self.add_error(f"{kpi.value}-room", _("Give both, or neither."))
        return given

    def targets(self) -> dict[Kpi, Target | None]:
        """Every figure with its target, None for none."""
        given = self.cleaned_data
        made: dict[Kpi, Target | None] = {}
        for kpi in Kpi:
            middle, room = given.get(f"{kpi.value}-middle"), given.get(f"{kpi.value}-room")
            made[kpi] = None if middle is None or room is None else Target(middle, room)
        return made


class PlanForm(forms.Form):
    """A plan of a day: the day, what crew and ladles allow, and metal that is wanted."""

    ROWS = 4

    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    ladle_t = forms.FloatField(label=_("Ladle, t"), min_value=1, max_value=40, initial=10)
    ladle_cells = forms.IntegerField(
        label=_("Cells in a ladle, at most"), min_value=1, max_value=6, initial=3
    )
    reach = forms.IntegerField(
        label=_("Places between the first and the last cell of a ladle, at most"),
        min_value=1, max_value=60, initial=10,
    )  # fmt: skip
    taps = forms.IntegerField(
        label=_("Cells tapped in a shift, at most"), min_value=1, max_value=1000, initial=110
    )
    changes = forms.IntegerField(
        label=_("Pairs of anodes changed in a shift, at most"), min_value=0, max_value=1000, initial=95
    )

    def __init__(self, *args: Any, grades: Sequence[str], shifts: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for k in range(self.ROWS):
            self.fields[f"grade-{k}"] = forms.ChoiceField(
                label=_("Wanted metal %(n)s: grade") % {"n": k + 1}, required=False,
                choices=[("", "–"), *((name, name) for name in grades)],
            )  # fmt: skip
            self.fields[f"tonnes-{k}"] = forms.FloatField(
                label=_("tonnes"), required=False, min_value=0.1, max_value=5_000
            )
            self.fields[f"shift-{k}"] = forms.ChoiceField(
                label=_("shift"),
                required=False,
                choices=[("", _("any")), *((str(n), word) for n, word in enumerate(shifts))],
            )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for k in range(self.ROWS):
            if bool(given.get(f"grade-{k}")) != bool(given.get(f"tonnes-{k}")):
                self.add_error(f"tonnes-{k}", _("Give both, or neither."))
        return given

    def rules(self) -> dict[str, Any]:
        """As ``engines.potplan`` takes them."""
        return {
            name: self.cleaned_data[name] for name in ("ladle_t", "ladle_cells", "reach", "taps", "changes")
        }

    def wanted(self) -> list[dict[str, Any]]:
        """Orders of metal."""
        given = self.cleaned_data
        return [
            {
                "grade": given[f"grade-{k}"],
                "tonnes": given[f"tonnes-{k}"],
                "shift": int(given[f"shift-{k}"]) if given[f"shift-{k}"] else None,
            }
            for k in range(self.ROWS)
            if given.get(f"grade-{k}")
        ]


class WorkForm(forms.Form):
    """What became of a crew's order."""

    what = forms.ChoiceField(choices=[("done", "done"), ("skip", "skip"), ("undo", "undo")])
    kg = forms.FloatField(required=False)
    why = forms.CharField(required=False, max_length=400)


class SiloForm(forms.Form):
    """A new silo."""

    code = forms.SlugField(label=_("Code"), max_length=20)
    material = forms.ChoiceField(
        label=_("Material"), choices=[("alumina", _("Alumina")), ("fluoride", _("Fluoride"))]
    )
    capacity_t = forms.FloatField(label=_("Capacity, t"), min_value=1, max_value=100_000)
    reorder_t = forms.FloatField(label=_("Order more below, t"), min_value=0, max_value=100_000)
    first = forms.IntegerField(label=_("First cell it feeds"), min_value=1)
    last = forms.IntegerField(label=_("Last cell it feeds"), min_value=1)


class MoveForm(forms.Form):
    """An entry of a silo's book."""

    kind = forms.ChoiceField(choices=[("delivery", "delivery"), ("count", "count")])
    t = forms.FloatField(min_value=0)
    note = forms.CharField(required=False, max_length=400)


class FillForm(forms.Form):
    """Hoppers that were filled."""

    first = forms.IntegerField(min_value=1)
    last = forms.IntegerField(min_value=1)
