"""Forms of calls: raising one, closing one, types with their clocks, rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..types.calls import CallColour, CallTypeWanted
from .care import MAX_CODE, MAX_NAME, MAX_NOTE

MINUTE = 60


class RaiseForm(forms.Form):
    """A call: where, what, with a photo if it helps."""

    spot = forms.CharField(label=_("Where"), max_length=2 * MAX_CODE + 1)  # <line> or <line>/<station>
    type = forms.CharField(label=_("What for"), max_length=MAX_CODE)
    text = forms.CharField(label=_("Subject"), max_length=MAX_NOTE, required=False)
    photo = forms.FileField(label=_("Photo"), required=False)
    key = forms.CharField(max_length=MAX_CODE, required=False)

    def place(self) -> tuple[str, str]:
        """(line, station)."""
        line, _slash, station = self.cleaned_data["spot"].partition("/")
        return line, station


class CloseForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=MAX_CODE)
    note = forms.CharField(label=_("Note"), max_length=MAX_NOTE, required=False)


class CancelForm(forms.Form):
    note = forms.CharField(label=_("Why"), max_length=MAX_NOTE, required=False)


class PhotoForm(forms.Form):
    photo = forms.FileField(label=_("Photo"))


class CallTypeForm(forms.Form):
    """A type of call. The three limits count from the call."""

    code = forms.CharField(label=_("Code"), max_length=MAX_CODE)
    name_en = forms.CharField(label=_("Name (English)"), max_length=MAX_NAME)
    name_zh = forms.CharField(label=_("Name (Chinese)"), max_length=MAX_NAME, required=False)
    colour = forms.ChoiceField(
        label=_("Colour"),
        choices=[("red", _("red: danger or fault now")), ("yellow", _("yellow: abnormal")), ("blue", _("blue: somebody must act"))],
    )  # fmt: skip
    accept_s = forms.IntegerField(
        label=_("Accepted within, s"), min_value=1, max_value=7 * 86_400, initial=2 * MINUTE
    )
    on_site_s = forms.IntegerField(
        label=_("On site within, s"), min_value=1, max_value=7 * 86_400, initial=5 * MINUTE
    )
    contain_s = forms.IntegerField(
        label=_("Contained within, s"), min_value=1, max_value=7 * 86_400, initial=15 * MINUTE
    )
    position = forms.IntegerField(label=_("Position"), min_value=0, max_value=999, initial=0)
    active = forms.BooleanField(label=_("Active"), required=False, initial=True)

    def __init__(self, *args: Any, fixed_code: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].disabled = fixed_code

    def wanted(self) -> CallTypeWanted:
        given = self.cleaned_data
        return CallTypeWanted(
            given["code"], given["name_en"], CallColour(given["colour"]), given["name_zh"], given["accept_s"],
            given["on_site_s"], given["contain_s"], given["position"], given["active"],
        )  # fmt: skip


class CallReasonForm(forms.Form):
    code = forms.CharField(label=_("Code"), max_length=MAX_CODE)
    name_en = forms.CharField(label=_("Name (English)"), max_length=MAX_NAME)
    name_zh = forms.CharField(label=_("Name (Chinese)"), max_length=MAX_NAME, required=False)
    active = forms.BooleanField(label=_("Active"), required=False, initial=True)


class CallRuleForm(forms.Form):
    """An alarm that calls by itself."""

    type = forms.ChoiceField(label=_("Calls for"))
    alarm = forms.CharField(label=_("Alarm code begins with"), max_length=MAX_CODE)
    line = forms.ChoiceField(label=_("Line"), required=False)
    delay_s = forms.IntegerField(label=_("Once it stood for, s"), min_value=0, max_value=86_400, initial=60)
    active = forms.BooleanField(label=_("Active"), required=False, initial=True)

    def __init__(
        self, *args: Any, types: Sequence[tuple[str, str]] = (), lines: Sequence[tuple[str, str]] = (), **kwargs: Any
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.fields["type"].choices = list(types)  # type: ignore[attr-defined]
        self.fields["line"].choices = [("", _("every line")), *lines]  # type: ignore[attr-defined]
