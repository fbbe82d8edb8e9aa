"""A line type as a document: pasted or as a file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gearpark.engines.lines.template import MAX_DOCUMENT

MAX_BYTES = 4 * MAX_DOCUMENT  # a character takes up to four


class LineTypeForm(forms.Form):
    """The document of a line type, in TOML."""

    file = forms.FileField(
        label=_("File"),
        required=False,
        help_text=_("A TOML file. It takes the place of the text below."),
        widget=forms.ClearableFileInput(attrs={"accept": ".toml,text/plain"}),
    )
    document = forms.CharField(
        label=_("Document (TOML)"),
        required=False,
        max_length=MAX_DOCUMENT,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 28, "class": "mono", "spellcheck": "false"}),
    )
    note = forms.CharField(
        label=_("What changed"), required=False, max_length=400, help_text=_("Kept with the revision.")
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        sent = given.get("file")
        if sent is not None:
            if sent.size > MAX_BYTES:
                raise forms.ValidationError(_("The file is too large for a line type."))
            try:
                given["document"] = sent.read().decode("utf-8-sig")
            except UnicodeDecodeError:
                raise forms.ValidationError(_("The file is not a text in UTF-8.")) from None
        if not (given.get("document") or "").strip():
            raise forms.ValidationError(_("Choose a file or paste a document."))
        return given
