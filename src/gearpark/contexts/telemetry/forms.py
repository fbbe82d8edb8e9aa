"""What people may type into telemetry's pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from .types import Look, Protocol

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
