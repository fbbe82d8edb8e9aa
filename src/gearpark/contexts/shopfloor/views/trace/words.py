"""Words of genealogy in the reader's language."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ...types.trace import Cause, FactKind

Words = str | Promise
KIND: dict[FactKind, Words] = {
    FactKind.MATERIAL: _("Material lot"),
    FactKind.CHILD: _("Part built in"),
    FactKind.MACHINE: _("Machine"),
    FactKind.TOOL: _("Tool"),
    FactKind.GAUGE: _("Gauge"),
    FactKind.PROGRAM: _("Program"),
    FactKind.OPERATOR: _("Person"),
    FactKind.FIXTURE: _("Fixture"),
    FactKind.CARRIER: _("Carrier or charge"),
    FactKind.INSTRUCTION: _("Work instruction"),
    FactKind.VALUE: _("Measured value"),
    FactKind.TEST: _("Verdict"),
    FactKind.REWORK: _("Rework"),
}
CAUSES = (
    FactKind.GAUGE,
    FactKind.TOOL,
    FactKind.MATERIAL,
    FactKind.MACHINE,
    FactKind.PROGRAM,
    FactKind.OPERATOR,
    FactKind.FIXTURE,
    FactKind.CARRIER,
    FactKind.CHILD,
    FactKind.TEST,
)  # kinds a recall may start from, the usual first


def kind_word(kind: FactKind | str | None) -> str:
    """The word of a kind; ``child`` as a cause means the part itself."""
    return str(KIND[FactKind(kind)]) if kind else gettext("Line")


def cause_kind_word(kind: FactKind | None) -> str:
    return gettext("Part") if kind is FactKind.CHILD else kind_word(kind)


def cause_words(cause: Cause) -> str:
    """A cause as one line: Gauge CMM-1, since 2026-11-20 08:00."""
    name = cause.key if cause.kind else cause.line
    said = [f"{cause_kind_word(cause.kind)} {name}"]
    if cause.version:
        said.append(gettext("version %(version)s") % {"version": cause.version})
    if cause.since_at and cause.until_at:
        said.append(f"{when(cause.since_at)} – {when(cause.until_at)}")
    elif cause.since_at:
        said.append(gettext("since %(at)s") % {"at": when(cause.since_at)})
    elif cause.until_at:
        said.append(gettext("until %(at)s") % {"at": when(cause.until_at)})
    return ", ".join(said)


def when(at: datetime | None, *, seconds: bool = False) -> str:
    """Site time."""
    form = "%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M"
    return timezone.localtime(at).strftime(form) if at else ""


def number(value: float | None) -> str:
    """A measured number with the digits it has."""
    return "–" if value is None else f"{value:.6g}"
