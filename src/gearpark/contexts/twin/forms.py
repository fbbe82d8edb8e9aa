"""What people send to the twin."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gearpark.engines.linesim.model.document import MAX_BYTES

MAX_TEXT = MAX_BYTES // 2


class NewModelForm(forms.Form):
    """A new model: of a line, of a line type, or a file."""

    begin = forms.ChoiceField(label=_("Begin with"), choices=())
    name = forms.CharField(
        label=_("Name"),
        required=False,
        max_length=120,
        help_text=_("Empty: as the line, the type or the file says."),
    )
    file = forms.FileField(
        label=_("File"),
        required=False,
        help_text=_("A model or a study in YAML."),
        widget=forms.ClearableFileInput(attrs={"accept": ".yaml,.yml,text/plain"}),
    )
    text = forms.CharField(
        label=_("or its text"), required=False, max_length=MAX_TEXT, strip=False,
        widget=forms.Textarea(attrs={"rows": 10, "class": "mono", "spellcheck": "false"}),
    )  # fmt: skip

    def __init__(self, *args: Any, begins: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["begin"]
        if isinstance(field, forms.ChoiceField):
            field.choices = begins

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("begin") == "file":
            given["text"] = text_of(given, self)
        return given


class FileForm(forms.Form):
    """A model's whole file."""

    base = forms.IntegerField(widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("File (YAML)"), required=False, max_length=MAX_TEXT, strip=False,
        widget=forms.Textarea(attrs={"rows": 32, "class": "mono", "spellcheck": "false"}),
    )  # fmt: skip
    file = forms.FileField(
        label=_("or a file"),
        required=False,
        help_text=_("It takes the place of the text."),
        widget=forms.ClearableFileInput(attrs={"accept": ".yaml,.yml,text/plain"}),
    )
    note = forms.CharField(
        label=_("What changed"), required=False, max_length=400, help_text=_("Kept with the revision.")
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        given["text"] = text_of(given, self)
        return given


class AskForm(forms.Form):
    """How to run a model."""

    replications = forms.IntegerField(label=_("Replications"), required=False, min_value=1, max_value=5_000)
    seed = forms.IntegerField(label=_("Seed"), required=False, min_value=0, max_value=2**31 - 1)
    hours = forms.FloatField(label=_("Hours"), required=False, min_value=0.01, max_value=24.0)
    days = forms.FloatField(label=_("Days back"), required=False, min_value=0.1, max_value=60.0)
    until = forms.DateTimeField(label=_("Until"), required=False)


def text_of(given: dict[str, Any], form: forms.Form) -> str:
    """The text sent, as a file or as it was pasted; a fault goes to the form."""
    sent = given.get("file")
    if sent is not None and sent.size > MAX_BYTES:
        form.add_error("file", _("The file is too large for a model."))
        return ""
    if sent is not None:
        try:
            return str(sent.read().decode("utf-8-sig")).replace("\r\n", "\n")
        except UnicodeDecodeError:
            form.add_error("file", _("The file is not a text in UTF-8."))
            return ""
    text = (given.get("text") or "").replace("\r\n", "\n")
    if not text.strip():
        form.add_error("text", _("Choose a file or paste its text."))
    return str(text)
