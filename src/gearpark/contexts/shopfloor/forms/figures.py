"""Parsing what people type about stops, notes and targets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gearpark.base.problems import Problem
from gearpark.base.time import from_us, to_us

from ..queries.shifts import chosen_shift
from ..services.stop_reasons import losses
from ..types import LineInfo

_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?")


def moment(text: str, day: str, info: LineInfo, shift: str) -> int:
    """A time of day inside a shift (``10:42`` or ``10:42:30``, the site's clock) -> microseconds UTC.

    Problem ``figures.clock``. In a shift over midnight a time before the shift's start means the next day.
    """
    match = _CLOCK.fullmatch(text.strip())
    if match is None:
        raise Problem("figures.clock", "Write a time of day such as 10:42.")
    chosen = chosen_shift(info, 0, day, shift)
    zone = info.calendar.zone
    begin = from_us(chosen.start_us).astimezone(zone)
    wall = begin.replace(hour=int(match[1]), minute=int(match[2]), second=int(match[3] or 0), microsecond=0)
    if to_us(wall) < chosen.start_us:
        wall += timedelta(days=1)
    return to_us(wall)


class ReasonForm(forms.Form):
    """A stop reason of the firm's own."""

    code = forms.SlugField(
        label=_("Reason"), max_length=60, help_text=_("Small letters, digits and hyphens.")
    )
    title_en = forms.CharField(label=_("Name (English)"), max_length=120)
    title_zh = forms.CharField(label=_("Name (Chinese)"), max_length=120, required=False)
    line_type = forms.ChoiceField(label=_("Line type"), required=False)
    parent = forms.ChoiceField(label=_("Below"), required=False)
    loss = forms.ChoiceField(
        label=_("Loss"), required=False, help_text=_("Empty: as the reason it stands below.")
    )
    active = forms.BooleanField(label=_("In use"), required=False, initial=True)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=0)

    def __init__(
        self,
        *args: Any,
        shapes: Sequence[str] = (),
        parents: Sequence[tuple[str, str]] = (),
        info: Any = None,
        **kwargs: Any,
    ) -> None:
        if info is not None:
            names = ("code", "title_en", "title_zh", "parent", "loss", "active", "version")
            kwargs["initial"] = {**{name: getattr(info, name) for name in names}, "line_type": info.template}
        super().__init__(*args, **kwargs)
        own = [(info.parent, info.parent)] if info is not None and info.parent not in dict(parents) else []
        self.fields["line_type"].choices = [("", _("all")), *((code, code) for code in shapes)]  # type: ignore[attr-defined]
        self.fields["parent"].choices = [("", "–"), *(item for item in own if item[0]), *parents]  # type: ignore[attr-defined]
        self.fields["loss"].choices = [("", "–"), *((code, LOSS_WORDS.get(code, code)) for code in losses())]  # type: ignore[attr-defined]
        if info is not None:
            self.fields["code"].disabled = self.fields["line_type"].disabled = True


LOSS_WORDS: dict[str, Any] = {
    "down": _("Down"),
    "setup": _("Set-up"),
    "starved": _("Starved"),
    "blocked": _("Blocked"),
    "idle": _("Idle, reason unknown"),
    "minor_stop": _("Minor stops"),
    "planned_stop": _("Planned stop"),
}
