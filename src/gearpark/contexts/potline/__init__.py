"""Central management and control of the reduction cells of an aluminium potline.

Words: cell, potline, pot state, feed cycle, superheat, anode effect, target, shift report.
Facts in: what the cells' controller told the lake; the shift calendar.
Facts out: orders to the controller (``ModeOrdered``), which the roof hands on.
"""
