"""Forms of the shop floor."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from gearpark.engines.lines import template, template_codes
from gearpark.engines.oee import mapping_names

from ..types.lines import DEFAULT_STATES, LineInfo, LineWanted

MAX_DOCUMENT = 200_000
MAX_PLAN = 100_000


class LineForm(forms.Form):
    """A line: which asset, which template, which calendar, what plan."""

    asset = forms.CharField(
        label=_("Asset id of the line"), max_length=60, help_text=_("Devices are found as <asset>-<station>.")
    )
    name_en = forms.CharField(label=_("Name (English)"), max_length=120)
    name_zh = forms.CharField(label=_("Name (Chinese)"), max_length=120, required=False)
    path = forms.CharField(label=_("Place (ISA-95 path)"), max_length=400, required=False)
    template = forms.ChoiceField(label=_("Template"))
    calendar = forms.ChoiceField(label=_("Shift calendar"))
    plan = forms.IntegerField(label=_("Good pieces planned per shift"), min_value=0, max_value=MAX_PLAN)
    bottleneck = forms.CharField(
        label=_("Bottleneck"),
        max_length=60,
        required=False,
        help_text=_("Station or group; empty: as in the template."),
    )
    oee_mapping = forms.ChoiceField(label=_("OEE mapping"))

    def __init__(
        self, *args: Any, calendars: Sequence[str] = (), info: LineInfo | None = None, **kwargs: Any
    ) -> None:
        if info is not None:
            kwargs["initial"] = {
                "asset": info.asset,
                "name_en": info.name_en,
                "name_zh": info.name_zh,
                "path": info.path,
                "template": info.template.code,
                "calendar": info.calendar.name,
                "plan": info.plan,
                "bottleneck": info.bottleneck,
                "oee_mapping": info.oee_mapping,
            }
        super().__init__(*args, **kwargs)
        self._info = info
        chinese = (get_language() or "").startswith("zh")
        shapes = [template(code) for code in template_codes()]
        self.fields["template"].choices = [(s.code, s.title_zh if chinese else s.title_en) for s in shapes]  # type: ignore[attr-defined]
        self.fields["calendar"].choices = [(name, name) for name in calendars]  # type: ignore[attr-defined]
        self.fields["oee_mapping"].choices = [(name, name) for name in mapping_names()]  # type: ignore[attr-defined]
        if info is not None:
            self.fields["asset"].disabled = True

    def wanted(self) -> LineWanted:
        """The cleaned form as the service takes it."""
        given = self.cleaned_data
        return LineWanted(
            asset=given["asset"],
            name_en=given["name_en"],
            name_zh=given["name_zh"],
            path=given["path"],
            template=given["template"],
            calendar=given["calendar"],
            plan=given["plan"],
            bottleneck=given["bottleneck"],
            oee_mapping=given["oee_mapping"],
            states_mapping=self._info.states_mapping if self._info else DEFAULT_STATES,
            bindings=dict(self._info.bindings) if self._info else {},
        )


class CalendarForm(forms.Form):
    """A shift calendar as its document."""

    document = forms.CharField(
        label=_("Calendar document (JSON)"),
        max_length=MAX_DOCUMENT,
        widget=forms.Textarea(attrs={"rows": 24, "class": "mono", "spellcheck": "false"}),
        help_text=_("Times of day are wall-clock times of the site; breaks are not planned time."),
    )

    def clean_document(self) -> dict[str, Any]:
        try:
            read = json.loads(self.cleaned_data["document"])
        except ValueError as error:
            raise forms.ValidationError(_("This is not JSON: %(why)s") % {"why": error}) from error
        if not isinstance(read, dict):
            raise forms.ValidationError(_("The document must be an object."))
        return read


class PlanForm(forms.Form):
    """The plan of one shift."""

    day = forms.DateField()
    shift = forms.CharField(max_length=60)
    pieces = forms.IntegerField(min_value=0, max_value=MAX_PLAN, required=False)
    note = forms.CharField(max_length=120, required=False)
