"""Forms of the quality room."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gearpark.engines.quality import NELSON, WESTERN_ELECTRIC
from gearpark.engines.quality.plans import AQLS, LEVELS

from ..types.quality import ChartKind, StudyKind

MAX_TEXT = 400


class LimitsForm(forms.Form):
    """Freeze limits: from which stretch, with which rules, which of them stop the station."""

    since = forms.DateTimeField(
        label=_("Data from"), required=False, widget=forms.DateTimeInput({"type": "datetime-local"})
    )
    until = forms.DateTimeField(
        label=_("Data until"), required=False, widget=forms.DateTimeInput({"type": "datetime-local"})
    )
    rules = forms.MultipleChoiceField(label=_("Rules"), required=False, widget=forms.CheckboxSelectMultiple)
    holds = forms.MultipleChoiceField(
        label=_("Rules that hold the station"), required=False, widget=forms.CheckboxSelectMultiple
    )
    estimator = forms.ChoiceField(
        label=_("Sigma from"),
        required=False,
        choices=[
            ("", _("within the points (usual)")),
            ("sd", _("all values: drift such as tool wear is meant to be")),
        ],
    )
    note = forms.CharField(label=_("Note"), max_length=MAX_TEXT, required=False)

    def __init__(self, *args: Any, words: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = [(code, words.get(code, code)) for code in (*NELSON, *WESTERN_ELECTRIC)]
        self.fields["rules"].choices = codes  # type: ignore[attr-defined]
        self.fields["holds"].choices = codes  # type: ignore[attr-defined]


class ChartForm(forms.Form):
    """A new chart."""

    line = forms.ChoiceField(label=_("Line"))
    characteristic = forms.CharField(label=_("Characteristic (code)"), max_length=60)
    maker = forms.CharField(
        label=_("Made at"),
        max_length=60,
        required=False,
        help_text=_("A station's code; empty: all of the operation."),
    )
    kind = forms.ChoiceField(label=_("Chart"))
    size = forms.IntegerField(label=_("Values a point"), min_value=1, max_value=25, initial=1)

    def __init__(self, *args: Any, lines: Any, kinds: dict[ChartKind, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["line"].choices = lines  # type: ignore[attr-defined]
        self.fields["kind"].choices = [(kind.value, words) for kind, words in kinds.items()]  # type: ignore[attr-defined]


class CloseForm(forms.Form):
    """Close a signal."""

    cause = forms.CharField(max_length=MAX_TEXT)
    action = forms.CharField(max_length=MAX_TEXT)


class StudyForm(forms.Form):
    """A gauge study with its data as a sheet or as pasted rows."""

    kind = forms.ChoiceField(label=_("Study"))
    title = forms.CharField(label=_("Title"), max_length=120)
    line = forms.CharField(label=_("Line"), max_length=60, required=False)
    gauge = forms.CharField(label=_("Gauge"), max_length=60, required=False)
    characteristic = forms.CharField(label=_("Characteristic (code)"), max_length=60, required=False)
    reference = forms.FloatField(label=_("Reference value"), required=False)
    tolerance = forms.FloatField(label=_("Tolerance (width)"), required=False)
    resolution = forms.FloatField(label=_("Resolution"), required=False)
    sheet = forms.FileField(
        label=_("Sheet (CSV or XLSX)"),
        required=False,
        help_text=_(
            "Columns: part, appraiser, value (R&R); value (type 1, bias); reference, value (linearity); part, appraiser, rating and perhaps reference (agreement)."
        ),
    )
    pasted = forms.CharField(
        label=_("or paste the rows"),
        required=False,
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 8, "class": "mono", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, kinds: dict[StudyKind, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.value, words) for kind, words in kinds.items()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("sheet") and not given.get("pasted", "").strip():
            self.add_error("sheet", _("Give a sheet, or paste the rows."))
        return given

    def options(self) -> dict[str, float]:
        """Numbers the engine asks for."""
        given = self.cleaned_data
        names = ("reference", "tolerance", "resolution")
        return {name: given[name] for name in names if given.get(name) is not None}


class SchemeForm(forms.Form):
    """A sampling scheme."""

    code = forms.CharField(label=_("Scheme"), max_length=60)
    title = forms.CharField(label=_("Title"), max_length=120)
    aql = forms.ChoiceField(label="AQL", choices=[(aql, aql) for aql in AQLS], initial="0.65")
    level = forms.ChoiceField(
        label=_("Inspection level"), choices=[(item, item) for item in LEVELS], initial="II"
    )
    product = forms.CharField(label=_("Product"), max_length=60, required=False)
    supplier = forms.CharField(label=_("Supplier"), max_length=120, required=False)
    steady = forms.BooleanField(label=_("Production is steady"), required=False, initial=True)
    authorised = forms.BooleanField(label=_("Reduced inspection is agreed"), required=False)


class LotForm(forms.Form):
    """What a lot's sample showed."""

    lot = forms.CharField(label=_("Lot"), max_length=60)
    size = forms.IntegerField(label=_("Lot size"), min_value=2, max_value=100_000_000)
    found = forms.IntegerField(label=_("Nonconforming in the sample"), min_value=0, max_value=100_000_000)
    note = forms.CharField(label=_("Note"), max_length=MAX_TEXT, required=False)


class TargetForm(forms.Form):
    """The pass rate a line promises."""

    target = forms.CharField(label=_("Target pass rate"), max_length=12, help_text=_("For example 0.9999"))
    confidence = forms.FloatField(label=_("Confidence"), min_value=0.5, max_value=0.999999, initial=0.95)
    since = forms.DateTimeField(
        label=_("Pieces count from"), widget=forms.DateTimeInput({"type": "datetime-local"})
    )


class EscapeForm(forms.Form):
    """A part found bad after it had left."""

    serial = forms.CharField(label=_("Serial"), max_length=60)
    reason = forms.CharField(label=_("Reason"), max_length=MAX_TEXT)
