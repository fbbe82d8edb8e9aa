"""Words of the potline's pages, in the reader's language."""

from __future__ import annotations

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from gearpark.ui.numbers import plain

from ..types import UNITS, Kpi

KPIS = {
    Kpi.VOLTAGE: _("Cell voltage"),
    Kpi.RESISTANCE: _("Pseudo-resistance"),
    Kpi.ALUMINA: _("Alumina, estimated"),
    Kpi.TEMPERATURE: _("Bath temperature"),
    Kpi.SUPERHEAT: _("Superheat"),
    Kpi.ACIDITY: _("Excess AlF3"),
    Kpi.NOISE: _("Voltage noise"),
    Kpi.FEED: _("Feed rate"),
    Kpi.TEMPERATURE_ESTIMATE: _("Bath temperature, estimated"),
    Kpi.SUPERHEAT_ESTIMATE: _("Superheat, estimated"),
    Kpi.LEDGE: _("Side ledge, estimated"),
    Kpi.EFFICIENCY: _("Current efficiency, estimated"),
    Kpi.DELIVERY: _("Delivered share of the feed"),
    Kpi.HEAT_LOSS: _("Heat loss, of the usual"),
    Kpi.LEVEL: _("Metal level"),
    Kpi.IRON: _("Iron in the metal"),
}
DIGITS = {
    Kpi.VOLTAGE: 3, Kpi.RESISTANCE: 0, Kpi.ALUMINA: 2, Kpi.TEMPERATURE: 1, Kpi.SUPERHEAT: 1, Kpi.ACIDITY: 2,
    Kpi.NOISE: 0, Kpi.FEED: 0, Kpi.TEMPERATURE_ESTIMATE: 1, Kpi.SUPERHEAT_ESTIMATE: 1, Kpi.LEDGE: 0, Kpi.EFFICIENCY: 2,
    Kpi.DELIVERY: 0, Kpi.HEAT_LOSS: 1, Kpi.LEVEL: 0, Kpi.IRON: 3,
}  # fmt: skip
PHASES = {
    "under": _("Underfeed"),
    "over": _("Overfeed"),
    "track": _("Track"),
    "boost": _("Extra feed"),
    "effect": _("Quenching"),
    "hold": _("After an effect"),
    "safe": _("Safe base feed"),
    "fixed": _("Fixed feed"),
    "off": _("No feed"),
    "hands": _("By hand"),
    "": "–",
}
CONTROLS = {
    "automatic": _("Automatic"),
    "advice": _("Advice only"),
    "hands": _("By hand at the cell"),
    "": "–",
}
ALARMS = {
    "anode_effect": _("Anode effect"),
    "effect_predicted": _("Anode effect foretold"),
    "effect_long": _("Long anode effect"),
    "effect_repeated": _("Repeated anode effect"),
    "quench_by_hand": _("Quench by hand"),
    "voltage_high": _("Voltage high"),
    "voltage_low": _("Voltage low"),
    "unstable": _("Unstable"),
    "feeders_not_delivering": _("Feeders deliver nothing"),
    "feeder_blocked": _("Feeder blocked"),
    "beam_moves": _("Many beam moves"),
    "beam_no_response": _("Beam does not answer"),
    "hot": _("Hot"),
    "cold": _("Cold"),
    "superheat_low": _("Superheat low"),
    "superheat_high": _("Superheat high"),
    "signal_lost": _("Signal lost"),
    "manual_long": _("Long by hand"),
    "line_current": _("Line current"),
    "too_rich": _("Too much alumina"),
    "acidity_out": _("Acidity out of range"),
    "swing": _("Swinging voltage"),
}
URGENT = frozenset(
    {
        "anode_effect",
        "effect_long",
        "effect_repeated",
        "quench_by_hand",
        "signal_lost",
        "voltage_high",
        "beam_no_response",
    }
)  # the crew goes there now
NOTICES = frozenset(
    {"swing", "unstable", "too_rich", "acidity_out", "beam_moves"}
)  # to know, not to act on at once
CAUSES = {  # what the controller concluded it from, and what to look at
    "anode_effect": _("Voltage above 8 V: alumina is used up at the anodes. The controller quenches; see that the feeders deliver."),
    "effect_predicted": _("Resistance rises as it does before an effect: alumina runs low. The controller feeds more."),
    "effect_long": _("The effect lasts beyond two minutes: quench by hand."),
    "effect_repeated": _("A second effect within a day: look for a blocked feeder or sludge."),
    "quench_by_hand": _("Three strokes did not end the effect: the crew has to."),
    "voltage_high": _("Voltage above its band for long: anodes too high, or cold bath."),
    "voltage_low": _("Voltage below its band: anodes too low, or a spike short-circuits."),
    "unstable": _("Noise of the metal's waves: metal rolls, an anode stands wrong or sludge lies on the cathode."),
    "feeders_not_delivering": _("Overfeed did not lower the resistance: alumina does not reach the bath. Look at hopper, crust breakers and feed holes."),
    "feeder_blocked": _("Breaker strikes without contact: one feeder's hole is closed, or its breaker stands still."),
    "beam_moves": _("Many beam moves in a shift: the resistance target does not fit, or the cell is unstable."),
    "beam_no_response": _("The resistance did not follow the beam: motor, clutch or position feedback."),
    "hot": _("Bath above its band: too much heat or too little fluoride."),
    "cold": _("Bath below its band: too little heat or too much fluoride."),
    "superheat_low": _("Little superheat: alumina dissolves badly, sludge forms."),
    "superheat_high": _("Much superheat: the side ledge melts."),
    "signal_lost": _("No voltage from the cell: it feeds its safe base rate and nothing is moved."),
    "manual_long": _("By hand for more than half an hour."),
    "line_current": _("Line current dipped: control waits until it is back."),
    "too_rich": _("More alumina than the band: feeding is cut back."),
    "acidity_out": _("Excess AlF3 out of its band: see the last analysis and the dosing."),
    "swing": _("Slow swing of the voltage: the metal pad moves."),
}  # fmt: skip
TROUBLES = {  # causes by name: the word, and what to do
    "hole_closed": (_("Feeder hole closed"), _("Break the crust at the feeders named, then watch two feed cycles.")),
    "metering_short": (_("Feeders meter too little"), _("Weigh a shot of each feeder; look at hopper, air pressure and metering chamber.")),
    "overfed": (_("Overfed, sludge likely"), _("Feed less until the resistance rises; probe the cathode for sludge.")),
    "runs_lean": (_("Alumina runs low"), _("The controller feeds more; see that every feeder delivers.")),
    "too_much_power": (_("Too much power"), _("Lower the voltage set-point by the volts above the window; try the change on the twin first.")),
    "too_little_power": (_("Too little power"), _("Raise the voltage set-point by the volts below the window; try the change on the twin first.")),
    "loses_little_heat": (_("Loses little heat"), _("Look at the cover: too thick, or blown onto the sides. The ledge gets thinner.")),
    "loses_much_heat": (_("Loses much heat"), _("Cover open or thin: close it, beginning at the newest anodes.")),
    "too_much_fluoride": (_("Too much AlF3"), _("Check the last analysis and the dose; a frozen ledge makes the bath acid, too.")),
    "too_little_fluoride": (_("Too little AlF3"), _("Check the last analysis and the dose; a molten ledge dilutes the bath.")),
    "after_anode_change": (_("Unquiet after an anode change"), _("Check the height of the new anode; it calms down within hours.")),
    "metal_rolls": (_("Metal rolls"), _("Look for an anode that stands low, a spike or sludge; more voltage calms it.")),
    "ledge_thin": (_("Side ledge thin"), _("Feel the side wall, measure the shell; lower the power before the lining is reached.")),
    "iron_attack": (_("Iron rises: stub or bar"), _("Look for an anode burnt down to its stub, then for the collector bars.")),
}  # fmt: skip
EVIDENCE = {  # figures that causes are judged by: word, unit, digits
    "closed_feeders": (_("closed feeder holes"), "", 0), "delivery": (_("delivered share"), "%", 0),
    "factor": (_("base feed factor"), "", 2), "alumina": (_("alumina"), "%", 2), "foretold": (_("effect foretold"), "", 0),
    "noise": (_("noise"), "mV", 0), "superheat": (_("superheat"), "K", 1), "temperature_off": (_("temperature off target"), "K", 1),
    "acidity_off": (_("AlF3 off target"), "%", 1), "above_window": (_("above the heat window"), "V", 3),
    "below_window": (_("below the heat window"), "V", 3), "heat_loss": (_("heat loss, of the usual"), "%", 1),
    "ledge": (_("ledge"), "mm", 0), "hours_since_change": (_("hours since an anode change"), "h", 1),
    "iron_rise": (_("iron a day"), "%", 3),
}  # fmt: skip
EVIDENCE_FACTOR = {"delivery": 100.0, "heat_loss": 100.0}
SET_POINTS = {
    "volt": _("Cell voltage, V"),
    "temp_target_c": _("Bath temperature, °C"),
    "superheat_target_c": _("Superheat, K"),
    "alf3_target_pct": _("Excess AlF3, share in per cent"),
}
STATES = {
    "waiting": _("Waits for the what-if"),
    "trying": _("Tried on the twin"),
    "tried": _("Tried"),
    "failed": _("Failed"),
    "approved": _("Approved"),
    "applied": _("In force"),
    "taken_back": _("Taken back"),
    "kept": _("Kept for good"),
    "dropped": _("Dropped"),
}
STATE_LOOKS = {
    "waiting": "waiting", "trying": "connecting", "tried": "ok", "failed": "failed", "approved": "ok", "applied": "running",
    "taken_back": "stopped", "kept": "ok", "dropped": "stopped",
}  # fmt: skip
FIGURES = {
    "volt": (_("Cell voltage"), "V", 3),
    "kwh_per_kg": (_("Direct-current energy"), "kWh/kg", 3),
    "ce_pct": (_("Current efficiency"), "%", 2),
    "temp_c": (_("Bath temperature"), "°C", 1),
    "temp_sd_c": (_("Spread of the bath temperature"), "K", 2),
    "superheat_c": (_("Superheat"), "K", 2),
    "alumina_pct": (_("Alumina"), "%", 3),
    "alumina_sd_pct": (_("Spread of the alumina"), "%", 3),
    "effects_per_cell_day": (_("Effects a cell and day"), "", 3),
    "alf3_pct": (_("Excess AlF3"), "%", 2),
}
SHIFT_WORDS = (_("Early shift"), _("Late shift"), _("Night shift"))
PLAN_STATES = {
    "waiting": (_("Waits to be made"), "waiting"), "solving": (_("Being made"), "connecting"), "draft": (_("Draft"), "stopped"),
    "failed": (_("Failed"), "failed"), "released": (_("Released"), "running"), "withdrawn": (_("Withdrawn"), "stopped"),
}  # fmt: skip
WORK_STATES = {"open": _("open"), "done": _("done"), "skipped": _("left out")}
MATERIALS = {"alumina": _("Alumina"), "fluoride": _("Fluoride")}
MOVES = {"delivery": _("Delivery"), "count": _("Count"), "fill": _("Hoppers filled")}
NO_GRADE = _("below all grades")
VERDICTS = {"better": _("better"), "worse": _("worse"), "same": _("no difference told"), "": ""}
NONE = "–"


def language() -> str:
    return get_language() or "en"


def shown(kpi: Kpi, value: float | None) -> str:
    """A figure with its digits, without its unit."""
    return NONE if value is None else plain(value, DIGITS[kpi])


def with_unit(kpi: Kpi, value: float | None) -> str:
    return NONE if value is None else f"{shown(kpi, value)} {UNITS[kpi]}"
