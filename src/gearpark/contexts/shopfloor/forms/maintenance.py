"""Forms of maintenance: plans with their checklists, orders, zone limits, spare parts of a plan."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..types.care import CheckPoint, JobKind, PlanWanted, Trigger
from .care import MAX_CODE, MAX_NAME, MAX_NOTE, Moment

MAX_LINES, MAX_TEXT = 60, 8000
SPLIT = "|"


class PlanForm(forms.Form):
    """A maintenance plan; the checklist is one point a line."""

    code = forms.CharField(label=_("Plan"), max_length=MAX_CODE)
    name_en = forms.CharField(label=_("Name (English)"), max_length=MAX_NAME)
    name_zh = forms.CharField(label=_("Name (Chinese)"), max_length=MAX_NAME, required=False)
    asset = forms.CharField(
        label=_("Asset"), max_length=MAX_CODE, help_text=_("Asset id, for example qc-l1-op40a.")
    )
    trigger = forms.ChoiceField(
        label=_("Due by"),
        choices=[("time", _("time (days)")), ("count", _("parts made")), ("run_hours", _("running hours")), ("condition", _("a condition"))],
    )  # fmt: skip
    every = forms.FloatField(
        label=_("Every"),
        min_value=0,
        required=False,
        help_text=_("Days, parts or running hours; empty for a condition."),
    )
    warn = forms.IntegerField(
        label=_("Announce at, % of the interval"), min_value=1, max_value=100, initial=90,
        help_text=_("From here on its order stands on the board."),
    )  # fmt: skip
    signal = forms.CharField(
        label=_("Signal"), max_length=90, required=False, help_text=_("Condition: for example vibration.")
    )
    zone = forms.ChoiceField(
        label=_("Machine group"),
        required=False,
        help_text=_("Its limit B/C counts, and A/B as release, unless given below."),
    )
    limit = forms.FloatField(label=_("Limit"), required=False)
    release = forms.FloatField(label=_("Release at or below"), required=False)
    hold_s = forms.IntegerField(label=_("Must stand for, s"), min_value=0, max_value=86_400, initial=0)
    checklist = forms.CharField(
        label=_("Checklist"), required=False, max_length=MAX_TEXT, widget=forms.Textarea(attrs={"rows": 8, "class": "mono"}),
        help_text=_("One point a line: English | Chinese; for a value also | unit | from | to, for example: Oil pressure | 油压 | bar | 4 | 6"),
    )  # fmt: skip
    spares = forms.CharField(
        label=_("Spare parts"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3, "class": "mono"}),
        help_text=_("One a line: part | quantity"),
    )  # fmt: skip
    minutes = forms.IntegerField(label=_("Takes, min"), min_value=0, max_value=100_000, initial=30)
    stops_line = forms.BooleanField(label=_("The machine must stand"), required=False, initial=True)
    active = forms.BooleanField(label=_("Active"), required=False, initial=True)

    def __init__(
        self, *args: Any, zones: Sequence[tuple[str, str]] = (), fixed_code: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["zone"].choices = [("", _("none")), *zones]  # type: ignore[attr-defined]
        self.fields["code"].disabled = fixed_code

    def clean_checklist(self) -> tuple[CheckPoint, ...]:
        return tuple(_point(line) for line in _lines(self.cleaned_data["checklist"]))

    def clean_spares(self) -> tuple[tuple[str, Decimal], ...]:
        found = []
        for line in _lines(self.cleaned_data["spares"]):
            code, _bar, quantity = (part.strip() for part in line.partition(SPLIT))
            try:
                found.append((code, Decimal(quantity or "1")))
            except InvalidOperation as error:
                raise forms.ValidationError(
                    _("%(line)s: the quantity is no number.") % {"line": line}
                ) from error
        return tuple(found)

    def wanted(self) -> PlanWanted:
        given = self.cleaned_data
        return PlanWanted(
            given["code"], given["name_en"], given["asset"].strip(), Trigger(given["trigger"]), given["name_zh"],
            given["every"], given["warn"] / 100, given["signal"].strip(), given["limit"], given["release"],
            given["hold_s"], given["zone"], given["checklist"], given["spares"], given["minutes"],
            given["stops_line"], given["active"],
        )  # fmt: skip


def _lines(text: str) -> list[str]:
    found = [line.strip() for line in text.splitlines() if line.strip()]
    if len(found) > MAX_LINES:
        raise forms.ValidationError(_("At most %(n)s lines.") % {"n": MAX_LINES})
    return found


def _point(line: str) -> CheckPoint:
    parts = [part.strip() for part in line.split(SPLIT)]
    english, chinese = parts[0], parts[1] if len(parts) > 1 else ""
    if len(parts) <= 2:
        return CheckPoint(english, chinese)
    try:
        low, high = ((float(text) if text else None) for text in (*parts[3:5], "", "")[:2])
    except ValueError as error:
        raise forms.ValidationError(_("%(line)s: the limits are no numbers.") % {"line": line}) from error
    return CheckPoint(english, chinese, "value", parts[2], low, high)


def checklist_text(points: Sequence[dict[str, Any]]) -> str:
    """Stored points -> the lines a person edits."""
    made = []
    for point in points:
        words = [point["en"], point["zh"]]
        if point["kind"] == "value":
            limits = ["" if point[name] is None else f"{point[name]:g}" for name in ("low", "high")]
            words += [point["unit"], *limits]
        made.append(f" {SPLIT} ".join(words).rstrip(f" {SPLIT}"))
    return "\n".join(made)


class JobForm(forms.Form):
    """A new maintenance order."""

    asset = forms.CharField(
        label=_("Asset"), max_length=MAX_CODE, help_text=_("Asset id, for example qc-l1-op40a.")
    )
    title = forms.CharField(label=_("Subject"), max_length=MAX_NAME)
    text = forms.CharField(
        label=_("Description"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[(JobKind.CORRECTIVE.value, _("Corrective")), (JobKind.PREVENTIVE.value, _("Preventive"))],
    )
    priority = forms.IntegerField(label=_("Priority, 0 to 100"), min_value=0, max_value=100, initial=50)
    planned_at = Moment(label=_("Planned for"), required=False)
    minutes = forms.IntegerField(label=_("Takes, min"), min_value=0, max_value=100_000, initial=30)
    assigned_to = forms.CharField(label=_("Assigned to"), max_length=160, required=False)


class JobPlanForm(forms.Form):
    planned_at = Moment(label=_("Planned for"), required=False)
    minutes = forms.IntegerField(label=_("Takes, min"), min_value=0, max_value=100_000)
    assigned_to = forms.CharField(label=_("Assigned to"), max_length=160, required=False)
    priority = forms.IntegerField(label=_("Priority"), min_value=0, max_value=100)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class PointForm(forms.Form):
    index = forms.IntegerField(min_value=0, max_value=MAX_LINES)
    value = forms.FloatField(label=_("Value"), required=False)
    done = forms.BooleanField(required=False)


class FinishForm(forms.Form):
    labour_min = forms.IntegerField(label=_("Work, min"), min_value=0, max_value=100_000)
    downtime_min = forms.IntegerField(label=_("Downtime, min"), min_value=0, max_value=100_000)
    cause = forms.CharField(label=_("Cause"), max_length=MAX_NOTE, required=False)
    remedy = forms.CharField(label=_("Remedy"), max_length=MAX_NOTE, required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=MAX_NOTE, required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class StartForm(forms.Form):
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class ZoneForm(forms.Form):
    """Zone limits of one machine group."""

    group = forms.CharField(label=_("Machine group"), max_length=MAX_CODE)
    name_en = forms.CharField(label=_("Name (English)"), max_length=MAX_NAME)
    name_zh = forms.CharField(label=_("Name (Chinese)"), max_length=MAX_NAME, required=False)
    edition = forms.CharField(label=_("Edition"), max_length=MAX_CODE)
    ab = forms.FloatField(label="A/B", min_value=0)
    bc = forms.FloatField(label="B/C", min_value=0)
    cd = forms.FloatField(label="C/D", min_value=0)
    unit = forms.CharField(label=_("Unit"), max_length=16, initial="mm/s")
