"""Words of hand-over notes."""

from __future__ import annotations

from typing import Any

from django.utils.translation import pgettext_lazy

from ..types.figures import NoteKind

NOTE_KINDS: dict[str, Any] = {
    NoteKind.SAFETY: pgettext_lazy("hand-over", "Safety"),
    NoteKind.QUALITY: pgettext_lazy("hand-over", "Quality"),
    NoteKind.MACHINE: pgettext_lazy("hand-over", "Machines"),
    NoteKind.MATERIAL: pgettext_lazy("hand-over", "Material"),
    NoteKind.ORDER: pgettext_lazy("hand-over", "Orders"),
    NoteKind.PEOPLE: pgettext_lazy("hand-over", "People"),
    NoteKind.OTHER: pgettext_lazy("hand-over", "Other"),
}


def note_word(kind: str) -> str:
    return str(NOTE_KINDS.get(NoteKind(kind), kind))
