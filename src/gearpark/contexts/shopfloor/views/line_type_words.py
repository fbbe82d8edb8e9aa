"""Words of line types in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gearpark.engines.lines import Basis, Phase, Special, Use

from .words import LOSSES

BASES = {
    Basis.ILLUSTRATIVE: _("illustrative"),
    Basis.SOURCE_CASE: _("source case"),
    Basis.STANDARD: _("standard"),
    Basis.MEASURED: _("measured"),
}
PHASES = {Phase.PRODUCTION: _("in production"), Phase.COMMISSIONING: _("in commissioning")}
SPECIALS = {
    Special.CRITICAL: _("critical (safety or law)"),
    Special.SIGNIFICANT: _("significant (fit or function)"),
}
USES = {Use.INBOUND: _("inbound"), Use.WIP: _("in process"), Use.OUTBOUND: _("outbound")}


def basis_word(basis: Basis) -> str:
    return str(BASES[basis])


def phase_word(phase: Phase) -> str:
    return str(PHASES[phase])


def special_word(special: Special) -> str:
    return str(SPECIALS.get(special, ""))


def use_word(use: Use) -> str:
    return str(USES[use])


def loss_word(loss: str) -> str:
    return str(LOSSES.get(loss, loss))
