"""Phases, modes, reasons and alarms as small whole numbers for the kernel, with their words."""

from __future__ import annotations

MANUAL, AUTO = range(2)
LINE_SET_POINTS = (
    "volt",
    "temp_target_c",
    "superheat_target_c",
    "alf3_target_pct",
)  # what people may order of a line

UNDER, OVER, TRACK, BOOST, EFFECT, HOLD, SAFE, FIXED, OFF, HANDS = range(10)

# why a command was given, or a wish refused
(
    NO_REASON, SLOPE, TIME, NOT_FOUND, NOT_DELIVERED, PREDICTED, IN_EFFECT, AFTER_EFFECT, SIGNAL_LOST, CURRENT_LOW, FOLLOW_TAP,
    TOO_HIGH, TOO_LOW, LOCKED_TAP, LOCKED_CHANGE, LOCKED_EFFECT, LOCKED_CURRENT, LOCKED_GAP, LOCKED_SHIFT, LOCKED_TRAVEL,
    LOCKED_FLOOR, DEAD_BAND, QUENCH, LAB, BASE, SIGNAL_BACK, BY_HAND, LEAN_RISE,
) = range(28)  # fmt: skip
PHASES = ("under", "over", "track", "boost", "effect", "hold", "safe", "fixed", "off", "hands")
REASONS = (
    "", "slope", "time", "not_found", "not_delivered", "predicted", "in_effect", "after_effect", "signal_lost", "current_low",
    "follow_tap", "resistance_high", "resistance_low", "locked_tap", "locked_change", "locked_effect", "locked_current",
    "locked_gap", "locked_shift", "locked_travel", "locked_floor", "dead_band", "quench", "laboratory", "base", "signal_back",
    "by_hand", "lean_rise",
)  # fmt: skip

(
    A_EFFECT, A_PREDICTED, A_LONG, A_REPEAT, A_MANUAL_QUENCH, A_VOLT_HIGH, A_VOLT_LOW, A_UNSTABLE, A_DELIVERY, A_FEEDER,
    A_MOVES, A_NO_RESPONSE, A_HOT, A_COLD, A_SUPERHEAT_LOW, A_SUPERHEAT_HIGH, A_SIGNAL, A_MANUAL_LONG, A_CURRENT, A_RICH,
    A_ACID, A_SWING,
) = range(22)  # fmt: skip
ALARMS = (
    "anode_effect", "effect_predicted", "effect_long", "effect_repeated", "quench_by_hand", "voltage_high", "voltage_low",
    "unstable", "feeders_not_delivering", "feeder_blocked", "beam_moves", "beam_no_response", "hot", "cold",
    "superheat_low", "superheat_high", "signal_lost", "manual_long", "line_current", "too_rich", "acidity_out", "swing",
)  # fmt: skip
