"""What people may type into telemetry's pages."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from gearpark.base.problems import Problem
from gearpark.base.wire import SignalKind, Value
from gearpark.kit.problems import words_of

from .types import Look, Protocol
from .types.commands import MAX_WHY

PROTOCOLS = [
    (Protocol.OPCUA.value, _("OPC UA server")),
    (Protocol.MTCONNECT.value, _("MTConnect agent")),
    (Protocol.SHDR.value, _("SHDR adapter")),
]


class AddressForm(forms.Form):
    """Where to look for machines."""

    protocol = forms.ChoiceField(label=_("It speaks"), choices=PROTOCOLS)
    url = forms.CharField(
        label=_("Address"),
        max_length=400,
        help_text=_(
            "For example opc.tcp://192.168.1.20:4840, http://192.168.1.21:5000 or shdr://192.168.1.22:7878"
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}),
    )
    gateway = forms.ChoiceField(label=_("Through the gateway"))

    def __init__(self, *args: Any, gateways: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["gateway"].choices = gateways  # type: ignore[attr-defined]


class ConnectionForm(forms.Form):
    """What of a connection may be changed without reading the machine anew."""

    name = forms.CharField(label=_("Name"), max_length=120)
    url = forms.CharField(
        label=_("Address"), max_length=400, widget=forms.TextInput(attrs={"spellcheck": "false"})
    )
    gateway = forms.ChoiceField(label=_("Gateway"))
    note = forms.CharField(
        label=_("Note"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, gateways: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["gateway"].choices = gateways  # type: ignore[attr-defined]


NUMBERS = frozenset({SignalKind.ANALOG, SignalKind.COUNTER})
PATIENCE = [("10", _("10 seconds")), ("60", _("1 minute")), ("600", _("10 minutes")), ("3600", _("1 hour"))]


class CommandForm(forms.Form):
    """What to write, why, and for how long to try. ``cleaned_data["expected"]`` is the value shown, or None."""

    value = forms.CharField(
        label=_("New value"), max_length=400, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    only_if = forms.BooleanField(label=_("Only while it reads what is shown above"), required=False)
    why = forms.CharField(label=_("Reason"), max_length=MAX_WHY)
    seconds = forms.ChoiceField(label=_("Try for"), choices=PATIENCE, initial="60")
    command_id = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, kind: SignalKind, current: Value, **kwargs: Any) -> None:
        seen = "" if current is None else repr(current) if isinstance(current, float) else current
        initial = {"command_id": str(uuid.uuid4()), "seen": seen}
        super().__init__(*args, **{**kwargs, "initial": initial})
        self.kind = kind
        if kind in NUMBERS:
            self.fields["value"].widget.attrs |= {"inputmode": "decimal"}
        else:
            self.fields["value"].help_text = _("true, false, a number, or a word that the machine knows")

    def clean_value(self) -> float | bool | str:
        return self._read(self.cleaned_data["value"])

    def clean_seconds(self) -> float:
        return float(self.cleaned_data["seconds"])

    def clean_command_id(self) -> str:
        return str(self.cleaned_data["command_id"])

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        found["expected"] = None
        if found.get("only_if") and found.get("seen"):
            found["expected"] = self._read(found["seen"])
        return found

    def _read(self, text: str) -> float | bool | str:
        """Typed text -> number, true/false or word."""
        words = text.strip()
        if self.kind not in NUMBERS and words.lower() in ("true", "false"):
            return words.lower() == "true"
        try:
            return float(words.replace(",", "."))
        except ValueError:
            if self.kind in NUMBERS:
                raise forms.ValidationError(_("Enter a number.")) from None
            return words

    def add_problem(self, problem: Problem) -> None:
        """Show a refusal at the top of the form."""
        self.add_error(None, words_of(problem))


def choices_from(post: QueryDict, look: Look) -> dict[str, Any]:
    """The wizard's second page -> kept choices. Field names: ``take.<id>``, ``id.<id>``, ``name.<id>``, ``type.<id>``,
    ``path.<id>``, ``skip.<id>`` (signals left out, many)."""
    assets = {}
    for found in look.proposal.assets if look.proposal is not None else ():
        skipped = set(post.getlist(f"skip.{found.id}"))
        assets[found.id] = {
            "include": f"take.{found.id}" in post,
            "id": post.get(f"id.{found.id}", "").strip(),
            "name": post.get(f"name.{found.id}", "").strip(),
            "type": post.get(f"type.{found.id}", "").strip(),
            "path": post.get(f"path.{found.id}", "").strip(),
            "signals": sorted(s.name for s in found.signals if s.name not in skipped) if skipped else None,
        }
    return {"name": post.get("name", "").strip(), "assets": assets}
