"""Shop floor: how lines run, from the machine's own signals.

Purpose  Show a line as it stands, what it made against what it should, and where the time went, so that a reader sees
         in three seconds what is wrong and can open every figure down to the observation it came from.

Words    Line: a work centre with a template (which stations stand where). Unit: one device of it. State: running,
         starved, blocked, idle, set-up, down, planned stop, no data. Shift: planned time is the shift without breaks.
         Account: every microsecond of a stretch in exactly one place (ISO 22400-2 element or loss). Bottleneck mode:
         the line's time is that of its bottleneck stations, charged with the scrap of the whole line.
         Revision: hash of all inputs of a figure.

Rules    Nothing is kept that late data could make wrong: figures are computed on reading, from the lake, and are the
         same for the same observations in any order. Time without data is hatched and in no figure.

Out      ``shopfloor.line_changed`` (a line, its calendar or its plan was changed).
In       Observations from the lake, newest values from telemetry, assets from the registry.
"""
