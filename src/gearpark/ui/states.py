"""Machine states as pages show them: one word, one shape, one colour class each (IEC 60073; never colour alone).

The class is ``st-<state>``; ``tokens.css`` gives it its colour, ``{% state_defs %}`` the hatch of "no data" and the
stripe of "blocked". Shapes are drawn in a 16 x 16 box with ``currentColor``.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class StateLook:
    """How one state looks: code, word, SVG shape of a 16 x 16 box."""

    code: str
    word: str | Promise
    shape: str


_LOOKS = (
    StateLook("running", _("Running"), '<circle cx="8" cy="8" r="6"/>'),
    StateLook(
        "starved",
        _("Starved"),
        '<path d="M13 2.500v11L3 8z" fill="none" stroke="currentColor" stroke-width="2"/>',
    ),
    StateLook("blocked", _("Blocked"), '<path d="M2 2h5v12H2zM9 2h5v12H9z"/>'),
    StateLook(
        "idle", _("Idle"), '<circle cx="8" cy="8" r="5" fill="none" stroke="currentColor" stroke-width="2"/>'
    ),
    StateLook("setup", _("Set-up"), '<path d="M8 1l7 7-7 7-7-7z"/>'),
    StateLook(
        "down",
        _("Down"),
        '<path d="M1.5 1.500h13v13h-13z"/><path d="M5 5l6 6M11 5l-6 6" stroke="var(--paper)" stroke-width="1.8"/>',
    ),
    StateLook(
        "planned_stop",
        _("Planned stop"),
        '<path d="M2 7h12v2H2z"/><path d="M2 2h12v2H2zM2 12h12v2H2z" opacity=".45"/>',
    ),
    StateLook(
        "no_data",
        _("No data"),
        '<path d="M2 2h12v12H2z" fill="none" stroke="currentColor" stroke-width="1"/>'
        '<path d="M2 8l6-6M2 14L14 2M8 14l6-6" stroke="currentColor" stroke-width="1.2" fill="none"/>',
    ),
    # health of connections and gateways, and quality of values
    StateLook("ok", _("OK"), '<circle cx="8" cy="8" r="6"/>'),
    StateLook(
        "connecting",
        _("Connecting"),
        '<circle cx="8" cy="8" r="5" fill="none" stroke="currentColor" stroke-width="2"/>',
    ),
    StateLook(
        "waiting",
        _("Waiting for the gateway"),
        '<circle cx="8" cy="8" r="5" fill="none" stroke="currentColor" stroke-width="2"/>',
    ),
    StateLook(
        "gateway-silent",
        _("Gateway silent"),
        '<path d="M2 2h12v12H2z" fill="none" stroke="currentColor" stroke-width="1"/>'
        '<path d="M2 8l6-6M2 14L14 2M8 14l6-6" stroke="currentColor" stroke-width="1.2" fill="none"/>',
    ),
    StateLook("stalled", _("Stalled"), '<path d="M2 2h5v12H2zM9 2h5v12H9z"/>'),
    StateLook(
        "failed",
        _("Failed"),
        '<path d="M1.5 1.500h13v13h-13z"/><path d="M5 5l6 6M11 5l-6 6" stroke="var(--paper)" stroke-width="1.8"/>',
    ),
    StateLook("stopped", _("Stopped"), '<path d="M2 7h12v2H2z"/>'),
    StateLook("good", _("Good"), '<circle cx="8" cy="8" r="6"/>'),
    StateLook("uncertain", _("Uncertain"), '<path d="M8 2l7 12H1z"/>'),
    StateLook(
        "bad",
        _("Bad"),
        '<path d="M1.5 1.500h13v13h-13z"/><path d="M5 5l6 6M11 5l-6 6" stroke="var(--paper)" stroke-width="1.8"/>',
    ),
    StateLook(
        "stale",
        _("Stale"),
        '<path d="M2 2h12v12H2z" fill="none" stroke="currentColor" stroke-width="1"/>'
        '<path d="M2 8l6-6M2 14L14 2M8 14l6-6" stroke="currentColor" stroke-width="1.2" fill="none"/>',
    ),
)
_LIFE_CYCLE = (
    StateLook(
        "signed",
        _("Signed"),
        '<circle cx="8" cy="8" r="5" fill="none" stroke="currentColor" stroke-width="1.5"/>',
    ),
    StateLook(
        "building",
        _("Building"),
        '<circle cx="8" cy="8" r="5" fill="none" stroke="currentColor" stroke-width="1.5"/><path d="M8 3a5 5 0 0 1 0 10z"/>',
    ),
    StateLook("producing", _("Producing"), '<circle cx="8" cy="8" r="5"/>'),
    StateLook("above-size", _("Above size"), '<circle cx="8" cy="8" r="7.5"/>'),
    StateLook("left", _("Left"), '<path d="M2 7h12v2H2z"/>'),
    StateLook(
        "free",
        _("Free"),
        '<path d="M2 2h12v12H2z" fill="none" stroke="currentColor" stroke-width="1.5" stroke-dasharray="3 2"/>',
    ),
    StateLook(
        "reserved",
        _("Reserved"),
        '<path d="M2 2h12v12H2z" fill="none" stroke="currentColor" stroke-width="1.5"/>',
    ),
    StateLook("occupied", _("Occupied"), '<path d="M2 2h12v12H2z"/>'),
    StateLook("public", _("Public use"), '<path d="M2 6h12v4H2z"/>'),
)
LOOKS: dict[str, StateLook] = {look.code: look for look in (*_LOOKS, *_LIFE_CYCLE)}
MACHINE_STATES = ("running", "starved", "blocked", "idle", "setup", "down", "planned_stop", "no_data")


def look_of(code: str) -> StateLook:
    """The look of a state; an unknown word is shown as no data, never as something healthy."""
    return LOOKS.get(str(code), LOOKS["no_data"])
