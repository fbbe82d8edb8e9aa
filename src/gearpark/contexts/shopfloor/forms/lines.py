"""Forms of the shop floor."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gearpark.engines.lines import Phase
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
    template = forms.ChoiceField(
        label=_("Line type"),
        widget=forms.Select(
            attrs={"hx-get": "/lines/type-brief/", "hx-target": "#type-brief", "hx-trigger": "change"}
        ),
    )
    phase = forms.ChoiceField(
        label=_("Phase"),
        required=False,
        choices=[
            ("", _("as the line type says")),
            (Phase.PRODUCTION.value, _("in production")),
            (Phase.COMMISSIONING.value, _("in commissioning")),
        ],
    )
    calendar = forms.ChoiceField(label=_("Shift calendar"))
    plan = forms.IntegerField(
        label=_("Good pieces planned per shift"),
        min_value=0,
        max_value=MAX_PLAN,
        required=False,
        help_text=_("Empty: as the line type says."),
    )
    bottleneck = forms.CharField(
        label=_("Bottleneck"),
        max_length=60,
        required=False,
        help_text=_("Station or group; empty: as the line type says."),
    )
    oee_mapping = forms.ChoiceField(label=_("OEE mapping"))

    def __init__(
        self,
        *args: Any,
        calendars: Sequence[str] = (),
        types: Sequence[tuple[str, str]] = (),
        info: LineInfo | None = None,
        **kwargs: Any,
    ) -> None:
        if info is not None:
            kwargs["initial"] = {
                "asset": info.asset,
                "name_en": info.name_en,
                "name_zh": info.name_zh,
                "path": info.path,
                "template": info.template.code,
                "phase": info.phase.value,
                "calendar": info.calendar.name,
                "plan": info.plan,
                "bottleneck": info.bottleneck,
                "oee_mapping": info.oee_mapping,
            }
        super().__init__(*args, **kwargs)
        self._info = info
        self.fields["template"].choices = list(types)  # type: ignore[attr-defined]
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
            type_digest=self._kept(given["template"]),
            phase=given["phase"],
        )

    def _kept(self, template: str) -> str | None:
        """A line keeps the revision of its type while its type stays the same."""
        same = self._info is not None and self._info.template.code == template
        return self._info.type_digest if self._info is not None and same else None


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
