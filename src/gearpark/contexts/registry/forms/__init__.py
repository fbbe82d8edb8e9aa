"""Forms: parse and check words, nothing else."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gearpark.base.scope import Scope
from gearpark.kit.sheets import MAX_SHEET_BYTES

from ..queries import clusters, group_names
from ..types import ROLES, FirmInfo, Kind
from .words import KINDS, STATES, name_of
from .words import ROLES as ROLE_WORDS


class SignInForm(forms.Form):
    username = forms.CharField(
        label=_("Sign-in name"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class FirmForm(forms.Form):
    """Text cells of one organisation; their meaning is checked where sheets are checked too."""

    slug = forms.CharField(
        label=_("Short name"),
        max_length=60,
        help_text=_("Lower-case letters, digits, hyphens; never changes."),
    )
    name_zh = forms.CharField(label=_("Chinese name"), max_length=120)
    name_en = forms.CharField(label=_("English name"), max_length=160, required=False)
    kind = forms.ChoiceField(
        label=_("Kind"), choices=[(code, name) for code, name in KINDS.items() if code != Kind.PARK.value]
    )
    uscc = forms.CharField(label=_("Unified social credit code"), max_length=40, required=False)
    industry = forms.CharField(label=_("Industry (GB/T 4754)"), max_length=5, required=False)
    group = forms.ChoiceField(label=_("Group"), required=False)
    cluster = forms.ChoiceField(label=_("Cluster"), required=False)
    state = forms.ChoiceField(label=_("State"), choices=tuple(STATES.items()))
    state_since_on = forms.CharField(
        label=_("Since"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    staff = forms.CharField(label=_("Staff"), required=False, max_length=12)
    yearly_output_cny = forms.CharField(label=_("Yearly output (CNY)"), required=False, max_length=24)
    high_tech = forms.ChoiceField(
        label=_("High-tech enterprise"), choices=(("no", _("no")), ("yes", _("yes")))
    )
    contact_name = forms.CharField(label=_("Contact"), max_length=80, required=False)
    contact_phone = forms.CharField(label=_("Telephone"), max_length=40, required=False)
    address = forms.CharField(label=_("Address"), max_length=200, required=False)
    website = forms.CharField(label=_("Website"), max_length=200, required=False)
    source_note = forms.CharField(label=_("Source"), max_length=400, required=False)

    def __init__(self, *args: Any, scope: Scope, new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "–")]
        groups = [
            (code, name_of({"name_zh": zh, "name_en": en})) for code, (zh, en) in group_names(scope).items()
        ]
        held = [(row["code"], name_of(row)) for row in clusters(scope)]
        self.fields["group"].choices = choices + groups  # type: ignore[attr-defined]
        self.fields["cluster"].choices = choices + held  # type: ignore[attr-defined]
        if not new:
            self.fields["slug"].disabled = True
        if not scope.park_wide:
            for name in ("kind", "uscc", "state", "state_since_on"):
                self.fields[name].disabled = True

    @staticmethod
    def words_of(info: FirmInfo | None) -> dict[str, str]:
        """The text cells of a stored organisation."""
        if info is None:
            return {}
        words = {name: getattr(info, name) for name in FirmForm.base_fields}
        words["high_tech"] = "yes" if info.high_tech else "no"
        return {name: "" if value is None else str(value) for name, value in words.items()}


class StateForm(forms.Form):
    state = forms.ChoiceField(label=_("State"), choices=tuple(STATES.items()))
    on = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))
    note = forms.CharField(label=_("Note"), max_length=200, required=False)


class InviteForm(forms.Form):
    sign_in = forms.RegexField(r"^[A-Za-z0-9][A-Za-z0-9._@-]{0,79}$", label=_("Sign-in name"))
    display_name = forms.CharField(label=_("Name"), max_length=80)
    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        allowed = [role for role in ROLES.values() if not role.kinds or kind in role.kinds]
        self.fields["role"].choices = [(role.code, ROLE_WORDS[role.code]) for role in allowed]  # type: ignore[attr-defined]


class PasswordForm(forms.Form):
    password = forms.CharField(
        label=_("New password"),
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("Once more"),
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class UploadForm(forms.Form):
    what = forms.ChoiceField(
        label=_("What the sheet holds"), choices=(("firms", _("Firms")), ("assets", _("Assets")))
    )
    file = forms.FileField(label=_("Sheet (CSV or XLSX)"), allow_empty_file=True, max_length=200)

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_SHEET_BYTES:
            raise forms.ValidationError(_("The file is too big."))
        return file


class TokenForm(forms.Form):
    name = forms.CharField(label=_("What the token is for"), max_length=60)
    days = forms.IntegerField(label=_("Days it lives"), min_value=1, max_value=366, initial=90)
    rights = forms.MultipleChoiceField(label=_("Rights"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, rights: frozenset[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rights"].choices = [(right, right) for right in sorted(rights)]  # type: ignore[attr-defined]
