"""Form of a life study."""

from __future__ import annotations

import csv
import io
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gearpark.base.problems import Problem
from gearpark.engines.reliability import COLUMNS, NEEDED, life_from
from gearpark.kit.problems import words_of
from gearpark.kit.sheets import SheetRow, read_sheet

from ..types.life import LifeRow, LifeSource, LifeStudyInfo, LifeStudyWanted

SOURCES = ((LifeSource.BENCH.value, _("Test bench")), (LifeSource.FIELD.value, _("Customers (field)")))
TYPED = ("life", "failed", "upper", "count", "note")
MAX_TEXT = 200_000


class LifeStudyForm(forms.Form):
    """Lives typed one a line, or a sheet in their place."""

    name = forms.CharField(label=_("Study"), max_length=120)
    design = forms.CharField(
        label=_("Design"), max_length=120, help_text=_("What was tested: drawing and revision.")
    )
    product = forms.CharField(label=_("Product"), max_length=60, required=False)
    source = forms.ChoiceField(label=_("Where lives were seen"), choices=SOURCES)
    unit = forms.CharField(
        label=_("Unit of life"), max_length=20, help_text=_("h, km, cycles, load changes …")
    )
    lives = forms.CharField(
        label=_("Lives, one a line"),
        required=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 12, "class": "mono"}),
        help_text=_(
            "life, failed (1 or 0), upper end of an interval, count, note. 0: still alive at this life."
        ),
    )
    sheet = forms.FileField(
        label=_("or a sheet"),
        required=False,
        help_text=_("CSV or XLSX with the columns life, failed, upper, count, note."),
    )
    note = forms.CharField(label=_("Note"), max_length=400, required=False)
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        try:
            data["rows"] = self._rows(data)
        except Problem as problem:
            self.add_error("sheet" if data.get("sheet") else "lives", words_of(problem))
        return data

    def _rows(self, data: dict[str, Any]) -> tuple[LifeRow, ...]:
        if data.get("sheet"):
            sent = data["sheet"]
            rows = read_sheet(sent.read(), sent.name, known=COLUMNS, needed=NEEDED)
        else:
            lines = csv.reader(io.StringIO(data.get("lives") or ""))
            rows = [
                SheetRow(number, dict(zip(TYPED, [*cells, *[""] * len(TYPED)], strict=False)))
                for number, cells in enumerate(lines, start=1)
                if any(cell.strip() for cell in cells)
            ]
        return tuple(_row(row) for row in rows)

    def wanted(self) -> LifeStudyWanted:
        given = self.cleaned_data
        return LifeStudyWanted(
            name=given["name"], design=given["design"], unit=given["unit"], rows=given["rows"],
            product=given["product"], source=LifeSource(given["source"]), note=given["note"],
            revision=given.get("revision") or 0,
        )  # fmt: skip


def _row(row: SheetRow) -> LifeRow:
    life = life_from(row.values, row.number)
    return LifeRow(life.time, life.failed, life.upper, life.count, row.values.get("note", ""))


def initial(info: LifeStudyInfo) -> dict[str, Any]:
    """A stored study as the form shows it."""
    out = io.StringIO()
    writer = csv.writer(out)
    for row in info.rows:
        upper = "" if row.upper is None else f"{row.upper:g}"
        writer.writerow(
            [f"{row.life:.10g}", int(row.failed), upper, row.count if row.count > 1 else "", row.note]
        )
    return {"name": info.name, "design": info.design, "product": info.product, "source": info.source.value,
            "unit": info.unit, "note": info.note, "lives": out.getvalue(), "revision": info.revision}  # fmt: skip
