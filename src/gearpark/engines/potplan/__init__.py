"""Anode changes and tapping of a potline in one plan: which cell in which shift, and which cells into one ladle.

Two steps, each a mixed-integer programme solved by HiGHS with a time limit and a stated gap. First the shifts: every
change near its due time, every tap once, never both in one cell and shift, never two neighbours without an anode each.
Then, shift by shift, the ladles: cells that stand near one another, blended so that iron and silicon keep within the
grades that are asked for.
"""
