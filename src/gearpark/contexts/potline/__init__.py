"""Central management and control of the reduction cells of an aluminium potline.

Words: cell, potline, pot state, feed cycle, superheat, anode effect, tapping, anode change, target and recipe, shift log.
Facts in: live cell signals and connection states from telemetry; working calendar from shopfloor.
Facts out: tapping plan and metal analysis (for supply), alarms with root cause, energy and fluoride accounts (for statistics).

This room is not built yet; nothing leans on it.
"""
